"""`TreeDistribution`: the tree CRF, a probability for every binary tree of a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import torch
from torch import Tensor

from treenn.parsers.chart.cky import BestTrees, Posterior, Scores, best_trees, inside_outside
from treenn.parsers.chart.sampling import SampledTrees, sample_trees, tree_scores
from treenn.trees import Tree
from treenn.trees.arguments import Count, check

_FORBIDDEN = -1e18
"""A score low enough to exclude a tree; unlike -∞, it keeps sums and differences finite."""

LARGE = 100.0
"""The magnitude above which scores are summed in double precision; those of trained parsers are below 40.

Single precision has 7 digits: with scores of 1e4, rounding of a tree's score changes its probability by 1 %.
"""


class TreeDistribution:
    """The tree CRF: the distribution p(tree) ∝ exp(score(tree)) over all binary trees of sentences of one length.

    A conditional random field over trees (Finkel, Kleeman and Manning, *Efficient, Feature-based, Conditional Random
    Field Parsing*, ACL 2008) with neural scores and one batched inside pass, as in Zhang, Zhou and Li, *Fast and
    Accurate Neural CRF Constituency Parsing*, IJCAI 2020. They score spans; here a span has a score as a left and as a
    right child, and each of its splits has one.

    Args:
        scores: the scores of nodes and splits, whose sum is the score of a tree. They are converted to double precision
            if any exceeds 100 in magnitude.
        forbidden: whether a span is excluded (default: none). Shape: `(B, spans)`.

    >>> both = TreeDistribution(Scores(torch.zeros(1, 6, 2), torch.zeros(1, 4, 4, 4)))  # a (b c) and (a b) c, equal
    >>> both.log_partition.exp().tolist(), both.entropy.exp().tolist(), both.marginals[0, 3].tolist()
    ([2.0], [2.0], [0.5, 0.0])
    """

    def __init__(self, scores: Scores, forbidden: Tensor | None = None) -> None:
        bounds = [float(bound) for part in scores for bound in part.detach().aminmax()]
        if max(map(abs, bounds)) > LARGE:
            scores = Scores(*(part.double() for part in scores))
        if forbidden is not None:
            scores = scores._replace(nodes=scores.nodes.masked_fill(forbidden.unsqueeze(-1), _FORBIDDEN))
        self.scores = scores

    @property
    def log_partition(self) -> Tensor:
        """The log of the sum of exp(score) over all trees; differentiable once. Shape: `(B,)`."""
        return self.posterior.log_partition

    @property
    def marginals(self) -> Tensor:
        """The probability of each span as a left and as a right child; no gradient. Shape: as `Scores.nodes`."""
        return self.posterior.nodes

    @cached_property
    def posterior(self) -> Posterior:
        """The log partition function and the marginals of nodes and splits."""
        return Posterior(*_Posterior.apply(*self.scores))  # type: ignore[no-untyped-call]

    @property
    def entropy(self) -> Tensor:
        """The entropy -Σ p log p over the trees, in nats; no gradient. Shape: `(B,)`."""
        log_partition, nodes, splits = self.posterior
        expected = (nodes * self.scores.nodes).sum(dim=(1, 2)) + (splits * self.scores.splits).sum(dim=(1, 2, 3))
        return (log_partition - expected).detach()

    def without(self, forbidden: Tensor) -> TreeDistribution:
        """Restrict the distribution to trees without any of the forbidden spans.

        The difference of the two log partition functions is the log probability of the restriction.

        Args:
            forbidden: whether a span is forbidden. Shape: `(B, spans)`.
        """
        return TreeDistribution(self.scores, forbidden)

    def best(self, count: int = 1) -> list[BestTrees]:
        """Find the `count` most probable trees of each sentence (default: 1), in descending order (k-best Viterbi)."""
        return best_trees(Scores(*(part.detach() for part in self.scores)), count)

    def sample(self, generator: torch.Generator | None = None, count: int = 1) -> SampledTrees:
        """Draw independent trees of each sentence, exactly from the distribution.

        Args:
            generator: the random generator (default: None, torch's global one).
            count: the number of samples per sentence (default: 1).

        Raises:
            InputError: if `count` is below 1.

        >>> both = TreeDistribution(Scores(torch.zeros(1, 6, 2), torch.zeros(1, 4, 4, 4)))
        >>> samples = both.sample(torch.Generator().manual_seed(0), 3).trees([("a", "b", "c")])
        >>> [tree.merges for tree in samples[0]]
        [((0, 1), (3, 2)), ((0, 1), (3, 2)), ((1, 2), (0, 3))]
        """
        return sample_trees(self.posterior.splits, check("count", count, Count), generator)

    def log_probabilities(self, trees: Sequence[Tree]) -> Tensor:
        """The log-probabilities of trees of one sentence, from their scores; exact for every tree.

        Args:
            trees: trees over the words of the sentence; the distribution is that of one sentence.

        Shape: `(len(trees),)`.
        """
        return tree_scores(self.scores, trees) - self.log_partition[0].detach()

    def expected_best(self) -> list[BestTrees]:
        """Find the tree of each sentence with the largest expected number of correct spans.

        This is minimum Bayes risk decoding (Goodman, *Parsing Algorithms and Metrics*, ACL 1996, labelled recall).
        """
        chances = self.marginals.sum(dim=2, keepdim=True).expand(-1, -1, 2)  # (B, spans, 2)
        return best_trees(Scores(chances, chances.new_zeros(()).expand_as(self.scores.splits)))


class _Posterior(torch.autograd.Function):
    """Autograd function of the log partition function, whose gradient is the marginals."""

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
