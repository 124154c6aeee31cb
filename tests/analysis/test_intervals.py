"""Bootstrap intervals, compared with SciPy's, and the subsets of predictions they are computed from."""

import numpy as np
import pytest
from scipy.stats import binomtest, bootstrap

from treenn.analysis.intervals import bootstrap_intervals, wilson
from treenn.evaluation.measuring import measure
from treenn.evaluation.metrics import METRICS
from treenn.evaluation.predictions import PairPredictions, Predictions


def tree_predictions(trees=60, classes=5, seed=0):
    rng = np.random.default_rng(seed)
    sizes = 2 * rng.integers(1, 8, trees) - 1
    labels = rng.integers(0, classes, sizes.sum())
    return Predictions.of(labels, rng.dirichlet(np.ones(classes), len(labels)).astype(np.float32), sizes)


def score_predictions(pairs=50, seed=0):
    rng = np.random.default_rng(seed)
    gold = rng.uniform(1, 5, pairs)
    scores = (gold + rng.normal(0, 1, pairs)).astype(np.float32)
    return PairPredictions(gold, np.full((pairs, 5), 0.2, np.float32), scores)


def test_taken_trees_have_all_their_nodes():
    predictions = tree_predictions(trees=5)
    taken = predictions.take(np.array([3, 0, 3]))
    ends = np.cumsum(predictions.sizes)
    nodes = [range(ends[tree] - predictions.sizes[tree], ends[tree]) for tree in (3, 0, 3)]
    for name in ("labels", "classes", "positive", "probabilities"):
        expected = np.concatenate([getattr(predictions, name)[list(each)] for each in nodes])
        assert np.array_equal(getattr(taken, name), expected)
    assert taken.sizes.tolist() == predictions.sizes[[3, 0, 3]].tolist()
    every = predictions.take(np.arange(5))
    assert measure(every) == measure(predictions)


@pytest.mark.parametrize(
    ("predictions", "metrics"),
    [
        (tree_predictions(), ("root", "all_nodes", "inner_nodes", "root_binary", "macro_f1_all_nodes")),
        (score_predictions(), ("pearson", "spearman", "mse", "mae")),
    ],
    ids=["nodes", "scores"],
)
def test_intervals_equal_those_of_scipy(predictions, metrics):
    found = bootstrap_intervals(predictions, resamples=400)
    for name in metrics:
        expected = bootstrap(
            (np.arange(predictions.n_examples),),
            lambda examples, name=name: METRICS[name].compute(predictions.take(examples)),
            vectorized=False,
            n_resamples=400,
            method="percentile",
            rng=np.random.default_rng(1),
        ).confidence_interval
        width = expected.high - expected.low
        assert found[name].low == pytest.approx(expected.low, abs=width / 5)
        assert found[name].high == pytest.approx(expected.high, abs=width / 5)


def test_equal_seeds_give_equal_intervals():
    predictions = tree_predictions()
    first, again = (bootstrap_intervals(predictions, resamples=50) for _ in range(2))
    assert first == again != bootstrap_intervals(predictions, resamples=50, seed=1)


def test_undefined_metrics_have_no_interval():
    labels = np.array([-100, -100, -100])
    unlabelled = Predictions.of(labels, np.full((3, 2), 0.5, np.float32), np.array([3]))
    assert bootstrap_intervals(unlabelled, resamples=5)["root"] is None
    equal = PairPredictions(np.ones(4), np.full((4, 5), 0.2, np.float32), np.ones(4, np.float32))
    assert bootstrap_intervals(equal, resamples=5)["pearson"] is None
    assert bootstrap_intervals(object()) == {}


def test_progress_counts_the_samples():
    calls = []
    bootstrap_intervals(tree_predictions(trees=3), resamples=4, progress=lambda *call: calls.append(call))
    assert [call[:2] for call in calls] == [(1, 4), (2, 4), (3, 4), (4, 4)]


@pytest.mark.parametrize(("right", "count"), [(0, 20), (1, 20), (13, 37), (200, 200), (811, 2210)])
def test_wilson_is_that_of_scipy(right, count):
    expected = binomtest(right, count).proportion_ci(0.95, method="wilson")
    found = wilson(right / count, count)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=1e-12)
