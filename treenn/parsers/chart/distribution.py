"""`TreeDistribution`: the tree CRF, a probability for every binary tree of a sentence."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import torch
from torch import Tensor

from treenn.parsers.chart.search import Found, best_trees, inside_outside

_FORBIDDEN = -1e4
"""A score that no other outweighs, and that unlike -∞ leaves sums and differences numbers."""


class TreeDistribution:
    """All binary trees of some sentences of one length: p(tree) is in proportion to exp(sum of its spans' scores).

    A conditional random field over trees (Finkel, Kleeman and Manning, *Efficient, Feature-based, Conditional Random
    Field Parsing*, ACL 2008), with neural scores and one batched inside pass as Zhang, Zhou and Li, *Fast and Accurate
    Neural CRF Constituency Parsing*, IJCAI 2020. Unlike theirs, which scores a span, this scores a span as a left and
    as a right child. The root's score is left out.

    Args:
        scores: of each span as a left child and as a right one; a row a span in the order of
            `treenn.parsers.chart.spans`. Shape: `(B, spans, 2)`.
        length: how many words the sentences have.

    >>> both = TreeDistribution(torch.zeros(1, 6, 2), length=3)  # a (b c) and (a b) c, of equal score
    >>> both.log_partition.exp().tolist(), both.entropy.exp().tolist(), both.marginals[0, 3].tolist()
    ([2.0], [2.0], [0.5, 0.0])
    """

    def __init__(self, scores: Tensor, length: int) -> None:
        self.scores, self.length = scores, length

    @property
    def log_partition(self) -> Tensor:
        """log of the sum of exp(score) over all trees; differentiable once. Shape: `(B,)`."""
        return self._posterior[0]

    @property
    def marginals(self) -> Tensor:
        """The probability that a span is a left child, and a right one, of the tree; no gradient. Shape: as scores."""
        return self._posterior[1]

    @cached_property
    def _posterior(self) -> tuple[Tensor, Tensor]:
        log_partition, marginals = _Posterior.apply(self.scores, self.length)  # type: ignore[no-untyped-call]
        return log_partition, marginals

    @property
    def entropy(self) -> Tensor:
        """-Σ p log p over the trees, in nats: 0 where one tree has all the probability. Shape: `(B,)`."""
        return (self.log_partition - (self.marginals * self.scores).sum(dim=(1, 2))).detach()

    def without(self, forbidden: Tensor) -> TreeDistribution:
        """The distribution over the trees that have none of the forbidden spans. Shape: `(B, spans)`, true for those.

        The logarithm of the probability that a tree has none of them is the difference of the two log partitions.
        """
        return TreeDistribution(self.scores.masked_fill(forbidden.unsqueeze(-1), _FORBIDDEN), self.length)

    def best(self, count: int = 1) -> list[Found]:
        """The most probable trees of each sentence, the best first."""
        return best_trees(self.scores.detach(), self.length, count)

    def expected_best(self) -> list[Found]:
        """The tree of each sentence with the most spans that the distribution expects: minimum Bayes risk.

        Goodman, *Parsing Algorithms and Metrics*, ACL 1996, maximises the expected number of right brackets so.
        """
        chances = self.marginals.sum(dim=2, keepdim=True).expand(-1, -1, 2)
        return best_trees(chances, self.length)


class _Posterior(torch.autograd.Function):
    """Log partition and marginals; the latter are the former's derivative."""

    @staticmethod
    def forward(ctx: Any, scores: Tensor, length: int) -> tuple[Tensor, Tensor]:
        posterior = inside_outside(scores.detach(), length)
        ctx.save_for_backward(posterior.marginals)
        ctx.mark_non_differentiable(posterior.marginals)
        return posterior.log_partition, posterior.marginals

    @staticmethod
    def backward(ctx: Any, gradient: Tensor, _: Tensor) -> tuple[Tensor, None]:
        (marginals,) = ctx.saved_tensors
        return gradient[:, None, None] * marginals, None
