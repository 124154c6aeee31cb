"""Probabilities of a tree and of its brackets under a `TreeDistribution`."""

from __future__ import annotations

import math

from treenn.parsers.chart.distribution import TreeDistribution
from treenn.parsers.chart.spans import row
from treenn.trees import Tree


def bracket_probabilities(distribution: TreeDistribution, tree: Tree) -> list[float]:
    """The marginal probability of each node's span, in node order; 1 for words and for the root.

    Args:
        distribution: the distribution over the trees of one sentence.
        tree: a tree over its words.

    >>> import torch
    >>> from treenn.parsers.chart.cky import Scores
    >>> both = TreeDistribution(Scores(torch.zeros(1, 6, 2), torch.zeros(1, 4, 4, 4)))
    >>> bracket_probabilities(both, Tree(("a", "b", "c"), ((0, 1), (3, 2))))
    [1.0, 1.0, 1.0, 0.5, 1.0]
    """
    n, by_row = len(tree.words), distribution.marginals[0].sum(dim=1).tolist()
    inner = [1.0 if end - start == n else min(by_row[row(n, start, end)], 1.0) for start, end in tree.spans[n:]]
    return [1.0] * n + inner


def tree_probability(distribution: TreeDistribution, tree: Tree) -> float:
    """The probability of a tree: the product of the conditional probabilities of its splits.

    Args:
        distribution: the distribution over the trees of one sentence.
        tree: a tree over its words.
    """
    n, spans = len(tree.words), tree.spans
    splits, by_row = distribution.posterior.splits[0], distribution.marginals[0].sum(dim=1).tolist()
    log_p = 0.0
    for (start, end), (_, right) in zip(spans[n:], tree.merges, strict=True):
        joint = float(splits[start, spans[right][0], end])
        of_span = 1.0 if end - start == n else by_row[row(n, start, end)]
        if joint <= 0 or of_span <= 0:
            return 0.0
        log_p += math.log(joint) - math.log(of_span)
    return min(math.exp(log_p), 1.0)
