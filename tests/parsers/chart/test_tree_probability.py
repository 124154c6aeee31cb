"""Probabilities of trees and brackets equal those of an enumeration of all trees."""

from __future__ import annotations

import pytest
import torch
from parsers.chart.every_tree import Splits, all_trees, random_scores, totals

from treenn.parsers.chart import TreeDistribution
from treenn.parsers.chart.cky import Scores
from treenn.parsers.chart.tree_probability import bracket_probabilities, tree_probability
from treenn.trees import Tree


def as_tree(splits: Splits, n: int) -> Tree:
    node = {(i, i + 1): i for i in range(n)}
    merges = []
    for start, split, end in sorted(splits, key=lambda each: each[2] - each[0]):
        merges.append((node[start, split], node[split, end]))
        node[start, end] = n + len(merges) - 1
    return Tree(tuple("abcdefgh"[:n]), tuple(merges))


@pytest.mark.parametrize("length", [1, 2, 3, 6])
def test_tree_probability_is_its_share(length: int) -> None:
    scores = random_scores(length)
    shares = totals(scores).softmax(0).tolist()
    found = [tree_probability(TreeDistribution(scores), as_tree(splits, length)) for splits in all_trees(0, length)]
    assert found == pytest.approx(shares)


def test_bracket_probability_sums_over_trees() -> None:
    scores, trees = random_scores(6), [as_tree(splits, 6) for splits in all_trees(0, 6)]
    shares = totals(scores).softmax(0).tolist()
    for tree in trees[::7]:
        found = bracket_probabilities(TreeDistribution(scores), tree)
        expected = [
            sum(share for other, share in zip(trees, shares, strict=True) if span in other.spans) for span in tree.spans
        ]
        assert found == pytest.approx(expected)


def test_an_impossible_tree_has_probability_zero() -> None:
    nodes, splits = torch.zeros(1, 6, 2), torch.zeros(1, 4, 4, 4)
    splits[0, 0, 2, 3] = -1e5
    distribution = TreeDistribution(Scores(nodes, splits))
    assert tree_probability(distribution, Tree(("a", "b", "c"), ((0, 1), (3, 2)))) == 0
    assert tree_probability(distribution, Tree(("a", "b", "c"), ((1, 2), (0, 3)))) == 1
