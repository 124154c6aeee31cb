"""Correlations, errors and weighted kappa, compared with SciPy and scikit-learn."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from sklearn import metrics

from treenn.evaluation import agreement
from treenn.evaluation.measuring import measure
from treenn.evaluation.metrics import METRICS, Labelling
from treenn.evaluation.predictions import Predictions
from treenn.evaluation.score_predictions import ScorePredictions


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=30))
def test_weighted_kappa_equals_scikit_learn(pairs: list[tuple[int, int]]) -> None:
    gold, guess = np.array(pairs).T
    found = agreement.weighted_kappa(gold, guess)
    if found is None:
        assert len({*gold.tolist(), *guess.tolist()}) == 1
    else:
        assert found == pytest.approx(metrics.cohen_kappa_score(gold, guess, labels=range(5), weights="quadratic"))


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (agreement.pearson, lambda x, y: stats.pearsonr(x, y).statistic),
        (agreement.spearman, lambda x, y: stats.spearmanr(x, y).statistic),
        (agreement.mean_squared_error, metrics.mean_squared_error),
        (agreement.mean_absolute_error, metrics.mean_absolute_error),
    ],
)
def test_scores_agree_with_libraries(found: Callable[..., float], expected: Callable[..., float]) -> None:
    gold, scores = np.random.default_rng(0).normal(size=(2, 20))
    assert found(gold, scores) == pytest.approx(expected(gold, scores))


@pytest.mark.parametrize("correlation", [agreement.pearson, agreement.spearman])
def test_correlations_of_constants(correlation: Callable[..., float | None]) -> None:
    varied, constant = np.array([1.0, 2.0, 3.0]), np.ones(3)
    assert correlation(varied, constant) == 0
    assert correlation(constant, varied) is None
    assert correlation(varied[:1], varied[:1]) is None


def test_metrics_of_scores_skip_unlabelled_nodes() -> None:
    nan = np.nan
    gold = np.array([1.0, nan, 3.0, 5.0, 2.0, 1.0, nan, 4.0])
    scores = np.array([2.0, 9.0, 3.0, 4.0, 2.0, 1.5, 7.0, nan])
    p = ScorePredictions(gold, scores, np.array([3, 1, 3, 1]))
    found = measure(p)
    labelled = [0, 2, 3, 4, 5]
    assert found["mse_all_nodes"] == pytest.approx(metrics.mean_squared_error(gold[labelled], scores[labelled]))
    assert found["mae_all_nodes"] == pytest.approx(metrics.mean_absolute_error(gold[labelled], scores[labelled]))
    assert found["pearson_all_nodes"] == pytest.approx(stats.pearsonr(gold[labelled], scores[labelled]).statistic)
    assert found["mse"] == pytest.approx(0.5)  # the roots 3 and 5, of which one is off by one
    assert found["majority"]["mse"] == pytest.approx(1)
    assert found["majority"]["mae"] == pytest.approx(1)  # the mean of 3 and 5 is 4
    assert p.by_example() == {"score": pytest.approx([3, 4, 7, nan], nan_ok=True), "squared_errors": [1, 1, 0.25, 0]}


def test_nominal_classes_have_no_order() -> None:
    labels, sizes = np.array([0, 1, 2]), np.array([1, 1, 1])
    p = Predictions.of(labels, np.eye(3, dtype=np.float32)[[0, 2, 0]], sizes, scale="nominal")
    assert set(measure(p)) == {"root", "all_nodes", "inner_nodes", "macro_f1", "macro_f1_all_nodes", "majority"}
    assert "root_binary" not in p.by_example()
    ordinal = measure(Predictions.of(labels, p.probabilities, sizes))
    assert ordinal["class_error"] == pytest.approx(1)
    assert ordinal["majority"]["class_error"] == pytest.approx(1)  # of class 0, the first of three equal ones
    assert "root_binary" in ordinal


@pytest.mark.parametrize(
    ("classes", "scale", "binary", "graded"),
    [
        (("negative", "neutral", "positive"), "ordinal", True, False),
        (("negative", "neutral", "positive"), "nominal", False, False),
        (("1", "2", "3"), "ordinal", False, True),
        (("1", "2", "3"), "nominal", False, False),
        (("no", "yes"), "ordinal", False, False),
    ],
)
def test_metrics_of_classes_by_scale(classes: tuple[str, ...], scale: str, binary: bool, graded: bool) -> None:
    labelling = Labelling(classes, scale=scale)  # type: ignore[arg-type]
    assert METRICS["root_binary"].suits(labelling) is binary
    assert METRICS["weighted_kappa"].suits(labelling) is graded
    assert METRICS["class_error"].suits(labelling) is graded
    assert METRICS["root"].suits(labelling)
