"""`TreeDistribution`: the tree CRF, a probability for every binary tree of a sentence."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import torch
from torch import Tensor

from treenn.parsers.chart.cky import Found, Posterior, Scores, best_trees, inside_outside

_FORBIDDEN = -1e4
"""A score that no other outweighs, and that unlike -∞ leaves sums and differences numbers."""


class TreeDistribution:
    """All binary trees of some sentences of one length: p(tree) is in proportion to exp(score of the tree).

    A conditional random field over trees (Finkel, Kleeman and Manning, *Efficient, Feature-based, Conditional Random
    Field Parsing*, ACL 2008), with neural scores and one batched inside pass as Zhang, Zhou and Li, *Fast and Accurate
    Neural CRF Constituency Parsing*, IJCAI 2020. Theirs scores spans; this one a span as a left and as a right child,
    and the split of a span.

    Args:
        scores: of nodes and splits; a tree's is their sum.

    >>> both = TreeDistribution(Scores(torch.zeros(1, 6, 2), torch.zeros(1, 4, 4, 4)))  # a (b c) and (a b) c, equal
    >>> both.log_partition.exp().tolist(), both.entropy.exp().tolist(), both.marginals[0, 3].tolist()
    ([2.0], [2.0], [0.5, 0.0])
    """

    def __init__(self, scores: Scores) -> None:
        self.scores = scores

    @property
    def log_partition(self) -> Tensor:
        """log of the sum of exp(score) over all trees; differentiable once. Shape: `(B,)`."""
        return self.posterior.log_partition

    @property
    def marginals(self) -> Tensor:
        """The probability that a span is a left child, and a right one; no gradient. Shape: as the nodes' scores."""
        return self.posterior.nodes

    @cached_property
    def posterior(self) -> Posterior:
        """The log partition function and the probabilities of nodes and splits."""
        return Posterior(*_Posterior.apply(*self.scores))  # type: ignore[no-untyped-call]

    @property
    def entropy(self) -> Tensor:
        """-Σ p log p over the trees, in nats: 0 where one tree has all the probability. Shape: `(B,)`."""
        log_partition, nodes, splits = self.posterior
        expected = (nodes * self.scores.nodes).sum(dim=(1, 2)) + (splits * self.scores.splits).sum(dim=(1, 2, 3))
        return (log_partition - expected).detach()

    def without(self, forbidden: Tensor) -> TreeDistribution:
        """The distribution over the trees that have none of the forbidden spans. Shape: `(B, spans)`, true for those.

        The logarithm of the probability that a tree has none of them is the difference of the two log partitions.
        """
        return TreeDistribution(
            Scores(self.scores.nodes.masked_fill(forbidden.unsqueeze(-1), _FORBIDDEN), self.scores.splits)
        )

    def best(self, count: int = 1) -> list[Found]:
        """The most probable trees of each sentence, the best first."""
        return best_trees(Scores(*(part.detach() for part in self.scores)), count)

    def expected_best(self) -> list[Found]:
        """The tree of each sentence with the most spans that the distribution expects: minimum Bayes risk.

        Goodman, *Parsing Algorithms and Metrics*, ACL 1996, maximises the expected number of right brackets so.
        """
        chances = self.marginals.sum(dim=2, keepdim=True).expand(-1, -1, 2)
        return best_trees(Scores(chances, chances.new_zeros(()).expand_as(self.scores.splits)))


class _Posterior(torch.autograd.Function):
    """Log partition and probabilities; the latter are the former's derivatives."""

    @staticmethod
    def forward(ctx: Any, nodes: Tensor, splits: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        posterior = inside_outside(Scores(nodes.detach(), splits.detach()))
        ctx.save_for_backward(posterior.nodes, posterior.splits)
        ctx.mark_non_differentiable(posterior.nodes, posterior.splits)
        return posterior.log_partition, posterior.nodes, posterior.splits

    @staticmethod
    def backward(ctx: Any, gradient: Tensor, *_: Tensor) -> tuple[Tensor, Tensor]:
        nodes, splits = ctx.saved_tensors
        return gradient[:, None, None] * nodes, gradient[:, None, None, None] * splits
