from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from treenn.analysis.bootstrap import interval, redraw_runs, resample
from treenn.analysis.measures import correlation, share


def paired(a, b, weights=None, draws=2000, confidence=0.95, seed=0):
    """The interval of the difference between two models of one run each."""
    weights = np.ones(len(a)) if weights is None else weights
    drawn = resample(share({"a": [a], "b": [b]}, weights), draws=draws, seed=seed)
    return interval((drawn["a"] - drawn["b"])[:, 0], confidence)


def test_bootstrap_of_means_equals_scipy():
    rng = np.random.default_rng(1)
    a, b = rng.integers(0, 4, 60) / 3, rng.integers(0, 4, 60) / 3
    theirs = stats.bootstrap(
        (a, b),
        lambda x, y, axis: x.mean(axis=axis) - y.mean(axis=axis),
        paired=True,
        n_resamples=2000,
        confidence_level=0.9,
        method="percentile",
        rng=np.random.default_rng(5),
    ).confidence_interval
    assert paired(a, b, confidence=0.9, seed=5) == pytest.approx(tuple(theirs))


def test_bootstrap_of_ratios_equals_scipy():
    rng = np.random.default_rng(2)
    nodes = rng.integers(1, 40, 50)
    a, b = rng.binomial(nodes, 0.8), rng.binomial(nodes, 0.7)
    theirs = stats.bootstrap(
        (a, b, nodes),
        lambda x, y, n, axis: x.sum(axis=axis) / n.sum(axis=axis) - y.sum(axis=axis) / n.sum(axis=axis),
        paired=True,
        n_resamples=2000,
        method="percentile",
        rng=np.random.default_rng(0),
    ).confidence_interval
    assert paired(a, b, nodes) == pytest.approx(tuple(theirs))


def test_bootstrap_of_correlations_equals_scipy():
    rng = np.random.default_rng(3)
    gold = rng.uniform(1, 5, 40)
    a, b = gold + rng.normal(0, 0.5, 40), gold + rng.normal(0, 0.9, 40)

    def difference(x, y, z, axis):
        return stats.pearsonr(x, z, axis=axis).statistic - stats.pearsonr(y, z, axis=axis).statistic

    theirs = stats.bootstrap(
        (a, b, gold), difference, paired=True, n_resamples=500, method="percentile", rng=np.random.default_rng(0)
    ).confidence_interval
    drawn = resample(correlation({"a": [a], "b": [b]}, gold), draws=500)
    assert interval((drawn["a"] - drawn["b"])[:, 0]) == pytest.approx(tuple(theirs))


@pytest.mark.parametrize("weights", [[1, 1, 1, 1, 1, 1], [9, 3, 5, 7, 1, 11]])
def test_interval_is_that_of_all_resamples_enumerated(weights):
    a = np.array([0.9, 0.4, 0.7, 0.2, 0.6, 0.5]) * weights
    b = np.array([0.5, 0.6, 0.3, 0.1, 0.9, 0.2]) * weights
    every = np.array(list(product(range(6), repeat=6)))  # 46,656 ways to draw six sentences
    shares = (a - b)[every].sum(axis=1) / np.array(weights)[every].sum(axis=1)
    assert paired(a, b, weights, draws=40_000) == pytest.approx(tuple(np.percentile(shares, [2.5, 97.5])), abs=0.01)


def test_interval_agrees_with_bca_on_2210_sentences():
    rng = np.random.default_rng(3)
    hard = rng.random(2210)  # the same sentences are hard for both models
    a, b = (np.mean([0.8 * hard + 0.2 * rng.random(2210) < skill for _ in range(3)], axis=0) for skill in (0.5, 0.48))
    bca = stats.bootstrap((a - b,), np.mean, n_resamples=5000, batch=100, rng=np.random.default_rng(0))
    low, high = paired(a, b, draws=10_000)
    assert (low, high) == pytest.approx(tuple(bca.confidence_interval), abs=0.04 * (high - low))


def test_equal_models_differ_by_nothing_at_all():
    assert paired([1, 1, 0, 1], [1, 1, 0, 1], weights=[3, 1, 2, 5]) == (0.0, 0.0)


scores = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(9, 20)), min_size=2, max_size=12)


@settings(max_examples=25, deadline=None)
@given(scores, st.integers(0, 5))
def test_models_that_change_places_turn_the_interval_round(rows, seed):
    a, b, weights = zip(*rows, strict=True)
    one, other = (paired(x, y, weights, draws=200, seed=seed) for x, y in ((a, b), (b, a)))
    assert other == pytest.approx((-one[1], -one[0]))
    assert one == paired(a, b, weights, draws=200, seed=seed)
    assert one[0] <= one[1]


def test_another_seed_draws_other_sentences():
    a, b = np.random.default_rng(0).random((2, 30))
    assert paired(a, b, seed=0) != paired(a, b, seed=1)


@pytest.mark.parametrize("weights", [[1], [1, 0]])
def test_what_cannot_be_resampled_is_refused(weights):
    with pytest.raises(ValueError, match="at least two"):
        paired([1] * len(weights), [0] * len(weights), weights)


def test_redrawn_runs_equal_a_plain_loop():
    rng = np.random.default_rng(6)
    right = rng.integers(0, 2, (4, 30)).astype(float)
    drawn = resample(share({"a": right}, np.ones(30)), draws=20_000)["a"]
    ours = redraw_runs(drawn, np.random.default_rng(1))
    plain = [right[rng.integers(0, 4, 4)][:, rng.integers(0, 30, 30)].mean() for _ in range(20_000)]
    assert interval(ours) == pytest.approx(interval(np.array(plain)), abs=0.01)
    assert ours.std() > drawn.mean(axis=1).std()


def test_runs_that_are_all_the_same_add_nothing():
    drawn = resample(share({"a": [[1, 0, 1, 1]] * 3}, np.ones(4)), draws=50)["a"]
    assert redraw_runs(drawn, np.random.default_rng(0)) == pytest.approx(drawn.mean(axis=1))
