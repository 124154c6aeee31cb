from __future__ import annotations

import pytest
import torch
from parsers.chart.every_tree import all_trees, children, random_scores, splits_found, totals

from treenn.parsers.chart.cky import Scores, best_trees, inside_outside
from treenn.parsers.chart.spans import row

LENGTHS = range(1, 9)


@pytest.mark.parametrize("length", LENGTHS)
def test_partition_and_probabilities_are_those_of_all_trees(length):
    scores = random_scores(length, batch=2)
    posterior = inside_outside(scores)
    for sentence in range(2):
        of_all = totals(scores, sentence)
        torch.testing.assert_close(posterior.log_partition[sentence], of_all.logsumexp(0))
        nodes, splits = torch.zeros_like(scores.nodes[0]), torch.zeros_like(scores.splits[0])
        for tree, share in zip(all_trees(0, length), of_all.softmax(0), strict=True):
            for place in tree:
                splits[place] += share
            for start, end, side in children(tree):
                nodes[row(length, start, end), side] += share
        torch.testing.assert_close(posterior.nodes[sentence], nodes)
        torch.testing.assert_close(posterior.splits[sentence], splits)


@pytest.mark.parametrize("length", LENGTHS)
def test_the_best_tree_is_the_best_of_all(length):
    scores = random_scores(length, batch=2)
    for sentence, found in enumerate(best_trees(scores)):
        of_all = totals(scores, sentence)
        assert found.scores == pytest.approx([float(of_all.max())])
        assert splits_found(found, length) == all_trees(0, length)[int(of_all.argmax())]


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("count", [2, 7, 500])
def test_k_best_trees_equal_enumeration(length, count):
    scores = random_scores(length)
    (found,) = best_trees(scores, count)
    expected = totals(scores).sort(descending=True)
    assert found.scores == pytest.approx(expected.values[:count].tolist())
    trees = [splits_found(found, length, rank) for rank in range(len(found.scores))]
    assert trees == [all_trees(0, length)[number] for number in expected.indices[:count]]


@pytest.mark.parametrize("count", [1, 3])
def test_of_equal_trees_the_first_split_wins(count):
    found = best_trees(Scores(torch.zeros(1, 15, 2), torch.zeros(1, 6, 6, 6)), count)[0]
    assert splits_found(found, 5) == {(start, start + 1, 5) for start in range(4)}


def test_probabilities_of_long_sentences_are_probabilities():
    generator = torch.Generator().manual_seed(0)
    nodes, splits = torch.randn(1, 5050, 2, generator=generator), torch.randn(1, 101, 101, 101, generator=generator)
    posterior = inside_outside(Scores(nodes * 5, splits * 5))
    chances = posterior.nodes.sum(dim=2)
    assert chances.min() >= 0 and chances.max() <= 1.001
    torch.testing.assert_close(chances[0, :100], torch.ones(100), rtol=1e-3, atol=0)
    assert float(posterior.splits.sum()) == pytest.approx(99, rel=1e-3)
