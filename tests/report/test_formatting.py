import pytest
from made_up_results import task_results

from treenn.analysis.statistics import Spread
from treenn.report.formatting import (
    METRICS,
    listing,
    majority,
    mean_and_std,
    percent,
    phrase,
    points,
    shown_metrics,
)


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.0214, "2.1"), (-0.0214, "\N{MINUS SIGN}2.1"), (0, "0.0"), (0.0003, "0.03"), (-0.0003, "\N{MINUS SIGN}0.03")],
)
def test_nonzero_points_never_round_to_zero(share, text):
    assert points(share) == text


def test_spread_with_and_without_seeds():
    assert mean_and_std(1234.5, 20.2, scale=1, digits=0) == "1,234 ± 20"
    assert mean_and_std(0.5, None) == "50.0"
    assert mean_and_std(None, None) == percent(None) == "\N{EN DASH}"


def test_listing():
    assert [listing(list(words)) for words in ("a", "ab", "abc")] == ["a", "a and b", "a, b and c"]


def test_dev_chose_the_epochs_and_is_no_test(results):
    assert task_results(results).unseen_splits == ["test", "deep"]


GRADED = ("class_error", "weighted_kappa")  # of an ordinal scale without sides
OF_TREES = [name for name, metric in METRICS.items() if "nodes" in metric.reads and name not in GRADED]


def test_all_metrics_are_shown_that_some_model_has(results):
    assert shown_metrics(task_results(results)) == OF_TREES


def test_metrics_that_no_model_has_are_not_shown(make):
    results = make({"a": 0.5, "b": 0.5}, seeds=1, sentences=10)
    results["summary"]["a"]["test"]["inner_nodes"] = None  # like a model over other trees
    assert shown_metrics(task_results(results)) == OF_TREES
    results["summary"]["b"]["test"]["inner_nodes"] = None
    assert shown_metrics(task_results(results)) == [name for name in OF_TREES if name != "inner_nodes"]


@pytest.mark.parametrize("classes", [("negative", "positive"), ("0", "1", "2", "3")])
def test_binary_metrics_are_shown_for_sentiment_scales_only(make, classes):
    shown = shown_metrics(task_results(make({"a": 0.5}, seeds=1, sentences=10, classes=classes)))
    assert shown == [name for name in OF_TREES if not name.endswith("_binary")]


def test_pairs_are_called_so(make):
    results = make({"a": 0.5}, seeds=1, sentences=10)
    assert phrase(task_results(results), "root") == "whole sentences"
    results["gold"] = {"test": {"root": [0]}}
    assert phrase(task_results(results), "root") == "pairs"


def test_the_reference_is_the_first_network(make):
    results = make({"naive-bayes": 0.5, "lstm": 0.5}, seeds=1, sentences=10)
    results["runs"][0]["history"] = []
    assert task_results(results).reference == "lstm"
    results["runs"][1]["history"] = []
    assert task_results(results).reference == "naive-bayes"


def test_correlations_keep_four_digits_and_shares_are_percentages():
    assert METRICS["pearson"].spread(Spread(0.86757, 0.001, 0.8, 0.86757, 0.9)) == "0.8676 ± 0.0010"
    assert (METRICS["pearson"].gap(-0.0148), METRICS["root"].gap(-0.0148)) == ("−0.0148", "−1.5")
    assert (METRICS["mse"].value(None), METRICS["mse"].value(0.2532)) == ("–", "0.2532")


def test_majority_has_no_macro_f1(results):
    assert majority(task_results(results), "test", "root") == 0.286
    assert majority(task_results(results), "test", "macro_f1") is None
