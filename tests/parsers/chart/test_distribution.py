from __future__ import annotations

import pytest
import torch
from parsers.chart.every_tree import all_trees, children, random_scores, splits_found, totals

from treenn.parsers.chart import TreeDistribution
from treenn.parsers.chart.cky import Scores
from treenn.parsers.chart.spans import row


@pytest.mark.parametrize("length", range(1, 9))
def test_entropy_is_that_of_all_trees(length):
    scores = random_scores(length)
    chances = totals(scores).softmax(0)
    expected = -(chances * chances.log()).sum()
    torch.testing.assert_close(TreeDistribution(scores).entropy, expected.unsqueeze(0))


@pytest.mark.parametrize("length", [1, 2, 5])
def test_the_log_partitions_gradient_is_right(length):
    scores = [part.requires_grad_() for part in random_scores(length, batch=2)]
    assert torch.autograd.gradcheck(lambda *parts: TreeDistribution(Scores(*parts)).log_partition, scores)


def test_without_sums_over_remaining_trees():
    scores, forbidden = random_scores(6, batch=2), torch.zeros(2, 21, dtype=torch.bool)
    forbidden[:, [row(6, 1, 3), row(6, 2, 6)]] = True
    keeps = [not {(1, 3), (2, 6)} & {(start, end) for start, end, _ in children(tree)} for tree in all_trees(0, 6)]
    restricted = TreeDistribution(scores).without(forbidden)
    expected = totals(scores, 1)[torch.tensor(keeps)].logsumexp(0)
    torch.testing.assert_close(restricted.log_partition[1], expected)
    assert restricted.marginals[forbidden].abs().max() == 0


def test_without_spans_gradient_is_right():
    forbidden = torch.zeros(1, 15, dtype=torch.bool)
    forbidden[0, row(5, 1, 3)] = True
    scores = [part.requires_grad_() for part in random_scores(5)]
    assert torch.autograd.gradcheck(
        lambda *parts: TreeDistribution(Scores(*parts)).without(forbidden).log_partition, scores
    )


@pytest.mark.parametrize("length", range(1, 9))
def test_expected_best_maximizes_expectation(length):
    distribution = TreeDistribution(random_scores(length))
    chances = distribution.marginals[0].sum(dim=1)
    expected = [sum(float(chances[row(length, s, e)]) for s, e, _ in children(tree)) for tree in all_trees(0, length)]
    (found,) = distribution.expected_best()
    assert splits_found(found, length) == all_trees(0, length)[expected.index(max(expected))]


def test_best_trees_come_with_their_scores():
    scores = random_scores(5)
    (found,) = TreeDistribution(scores).best(3)
    assert found.scores == pytest.approx(totals(scores).topk(3).values.tolist())
