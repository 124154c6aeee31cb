from __future__ import annotations

import math
from collections import Counter

import pytest
import torch
from parsers.chart.every_tree import all_trees, random_scores, totals
from scipy.stats import chisquare

from treenn.parsers.chart import TreeDistribution
from treenn.parsers.chart.cky import Scores
from treenn.parsers.chart.tree_probability import tree_probability
from treenn.trees import InputError


def distribution_of(length: int, sentence: int) -> TreeDistribution:
    return TreeDistribution(Scores(*(part[sentence : sentence + 1] for part in random_scores(length, batch=2))))


def test_frequencies_are_the_probabilities():
    scores = random_scores(5, batch=2)
    samples = TreeDistribution(scores).sample(torch.Generator().manual_seed(1), 20_000)
    places = torch.arange(1, 5).expand_as(samples.starts)
    nodes = torch.stack([samples.starts, places, samples.ends], dim=-1)
    for sentence in range(2):
        counts = Counter(frozenset(map(tuple, tree)) for tree in nodes[sentence].tolist())
        observed = [counts[tree] for tree in all_trees(0, 5)]
        expected = 20_000 * totals(scores, sentence).softmax(0)
        assert sum(observed) == 20_000
        assert chisquare(observed, expected.numpy()).pvalue > 0.01


@pytest.mark.parametrize("length", [1, 2, 3, 9])
def test_log_probabilities_are_those_of_the_trees(length):
    words = [[f"{sentence}{index}" for index in range(length)] for sentence in "ab"]
    samples = TreeDistribution(random_scores(length, batch=2)).sample(torch.Generator().manual_seed(2), 7)
    for sentence, trees in enumerate(samples.trees(words)):
        for tree, log_p in zip(trees, samples.log_probability[sentence].tolist(), strict=True):
            assert tree.words == tuple(words[sentence])
            assert math.exp(log_p) == pytest.approx(tree_probability(distribution_of(length, sentence), tree))


def test_forbidden_spans_are_never_drawn():
    forbidden = torch.ones(1, 15, dtype=torch.bool)
    forbidden[0, [*range(5), 5, 9, 12, 14]] = False  # words, and the spans of a left-branching tree
    samples = TreeDistribution(random_scores(5)).without(forbidden).sample(count=50)
    assert samples.starts.eq(0).all()
    assert samples.log_probability.abs().max() < 1e-9


def test_one_seed_gives_the_same_trees():
    distribution = TreeDistribution(random_scores(8))
    first, second = (distribution.sample(torch.Generator().manual_seed(3), 20) for _ in range(2))
    assert torch.equal(first.ends, second.ends)


def test_a_count_below_one_is_refused():
    with pytest.raises(InputError, match="count 0: must be 1 or more"):
        TreeDistribution(random_scores(3)).sample(count=0)


@pytest.mark.parametrize("length", [1, 2, 6])
def test_log_probabilities_of_any_tree(length):
    distribution = distribution_of(length, 1)
    trees = distribution.sample(torch.Generator().manual_seed(5), 9).trees([["x"] * length])[0]
    expected = [tree_probability(distribution, tree) for tree in trees]
    assert distribution.log_probabilities(trees).exp().tolist() == pytest.approx(expected)
