from __future__ import annotations

import pytest
import torch
from parsers.chart.every_tree import all_trees, children_of, random_scores, totals

from treenn.parsers.chart.search import best_trees, inside_outside
from treenn.parsers.chart.spans import row

LENGTHS = range(1, 9)


@pytest.mark.parametrize("length", LENGTHS)
def test_partition_and_marginals_are_those_of_all_trees(length):
    scores = random_scores(length, batch=2)
    posterior = inside_outside(scores, length)
    for sentence in range(2):
        of_all = totals(scores[sentence], length)
        torch.testing.assert_close(posterior.log_partition[sentence], of_all.logsumexp(0))
        expected = torch.zeros_like(scores[0])
        for tree, share in zip(all_trees(0, length), of_all.softmax(0), strict=True):
            for start, end, side in tree:
                expected[row(length, start, end), side] += share
        torch.testing.assert_close(posterior.marginals[sentence], expected)


@pytest.mark.parametrize("length", LENGTHS)
def test_the_best_tree_is_the_best_of_all(length):
    scores = random_scores(length, batch=2)
    for sentence, found in enumerate(best_trees(scores, length)):
        of_all = totals(scores[sentence], length)
        assert found.scores == pytest.approx([float(of_all.max())])
        assert children_of(found, length) == all_trees(0, length)[int(of_all.argmax())]


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("count", [2, 7, 500])
def test_the_k_best_trees_are_the_first_of_all_in_order(length, count):
    scores = random_scores(length)
    (found,) = best_trees(scores, length, count)
    expected = totals(scores[0], length).sort(descending=True)
    assert found.scores == pytest.approx(expected.values[:count].tolist())
    trees = [children_of(found, length, rank) for rank in range(len(found.scores))]
    assert trees == [all_trees(0, length)[number] for number in expected.indices[:count]]


def test_of_equal_trees_the_first_split_wins():
    (found,) = best_trees(torch.zeros(1, 15, 2), 5)
    assert children_of(found, 5) == {(i, i + 1, 0) for i in range(4)} | {(i, 5, 1) for i in range(1, 5)}


def test_marginals_of_long_sentences_are_probabilities():
    posterior = inside_outside(torch.randn(1, 200 * 201 // 2, 2, generator=torch.Generator().manual_seed(0)) * 5, 200)
    chances = posterior.marginals.sum(dim=2)
    assert chances.min() >= 0 and chances.max() <= 1.001
    torch.testing.assert_close(chances[0, :200], torch.ones(200), rtol=1e-3, atol=0)
    assert float(chances.sum()) == pytest.approx(2 * 200 - 2, rel=1e-3)
