from __future__ import annotations

import pytest
import torch
from parsers.chart.every_tree import all_trees, children_of, random_scores, totals

from treenn.parsers.chart import TreeDistribution
from treenn.parsers.chart.spans import row


@pytest.mark.parametrize("length", range(1, 9))
def test_entropy_is_that_of_all_trees(length):
    scores = random_scores(length)
    chances = totals(scores[0], length).softmax(0)
    expected = -(chances * chances.log()).sum()
    torch.testing.assert_close(TreeDistribution(scores, length).entropy, expected.unsqueeze(0))


@pytest.mark.parametrize("length", [1, 2, 5])
def test_the_log_partitions_gradient_is_right(length):
    scores = random_scores(length, batch=2).requires_grad_()
    assert torch.autograd.gradcheck(lambda s: TreeDistribution(s, length).log_partition, scores)


def test_without_spans_is_the_sum_over_the_trees_that_lack_them():
    length, scores = 6, random_scores(6, batch=2)
    forbidden = torch.zeros(2, 21, dtype=torch.bool)
    forbidden[:, [row(length, 1, 3), row(length, 2, 6)]] = True
    of_all = totals(scores[1], length)
    keeps = [not {(1, 3), (2, 6)} & {(start, end) for start, end, _ in tree} for tree in all_trees(0, length)]
    restricted = TreeDistribution(scores, length).without(forbidden)
    torch.testing.assert_close(restricted.log_partition[1], of_all[torch.tensor(keeps)].logsumexp(0))
    assert restricted.marginals[forbidden].abs().max() == 0


def test_without_spans_gradient_is_right():
    scores, forbidden = random_scores(5).requires_grad_(), torch.zeros(1, 15, dtype=torch.bool)
    forbidden[0, row(5, 1, 3)] = True
    assert torch.autograd.gradcheck(lambda s: TreeDistribution(s, 5).without(forbidden).log_partition, scores)


@pytest.mark.parametrize("length", range(1, 9))
def test_the_expected_best_tree_has_the_highest_expectation_of_all(length):
    distribution = TreeDistribution(random_scores(length), length)
    chances = distribution.marginals[0].sum(dim=1)
    expected = [sum(float(chances[row(length, s, e)]) for s, e, _ in tree) for tree in all_trees(0, length)]
    (found,) = distribution.expected_best()
    assert children_of(found, length) == all_trees(0, length)[expected.index(max(expected))]


def test_best_trees_come_with_their_scores():
    scores = random_scores(5)
    (found,) = TreeDistribution(scores, 5).best(3)
    assert found.scores == pytest.approx(totals(scores[0], 5).topk(3).values.tolist())
