from __future__ import annotations

import pytest
import torch
from parsers.chart.every_tree import all_trees, children, random_scores, splits_found, totals

from treenn.parsers.chart import TreeDistribution
from treenn.parsers.chart.cky import Scores, inside_outside
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


def large_scores(length: int, batch: int = 1) -> Scores:
    """Scores around 1e4 in single precision, with differences that decide between trees."""
    return Scores(*((10_000 + part).float().requires_grad_() for part in random_scores(length, batch)))


def test_marginals_of_large_scores_are_exact():
    scores = large_scores(6)
    found, exact = TreeDistribution(scores), inside_outside(Scores(*(part.detach().double() for part in scores)))
    assert float(found.marginals.double().sum()) == pytest.approx(10, rel=1e-6)
    torch.testing.assert_close(found.marginals.double(), exact.nodes, rtol=1e-6, atol=1e-9)
    torch.testing.assert_close(found.entropy.double(), TreeDistribution(random_scores(6)).entropy, rtol=0, atol=0.01)


def test_large_scores_get_gradients_in_their_dtype():
    scores = large_scores(6)
    TreeDistribution(scores).log_partition.sum().backward()
    gradient = scores.nodes.grad
    assert gradient is not None and gradient.dtype == torch.float32
    assert float(gradient.double().sum()) == pytest.approx(10, rel=1e-6)


def test_without_excludes_spans_of_large_scores():
    scores, forbidden = large_scores(6), torch.zeros(1, 21, dtype=torch.bool)
    forbidden[0, row(6, 0, 3)] = True
    restricted = TreeDistribution(scores).without(forbidden)
    keeps = [not {(0, 3)} & {(start, end) for start, end, _ in children(tree)} for tree in all_trees(0, 6)]
    exact = totals(Scores(*(part.detach().double() for part in scores)))[torch.tensor(keeps)].logsumexp(0)
    torch.testing.assert_close(restricted.log_partition.detach().double(), exact.unsqueeze(0), rtol=1e-9, atol=0)
    assert float(restricted.marginals[forbidden].sum()) == 0


def test_ordinary_scores_stay_in_their_dtype():
    scores = Scores(*(part.float() for part in random_scores(6)))
    forbidden = torch.zeros(1, 21, dtype=torch.bool)
    assert TreeDistribution(scores).marginals.dtype == torch.float32
    assert TreeDistribution(scores).without(forbidden | True).marginals.dtype == torch.float32
