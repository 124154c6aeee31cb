"""Results have short reprs, and displays for notebooks that are well-formed and escape their text."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

import pytest
from made_up_results import make_results, plan_of, task_results
from toy import toy_treebank

from treenn.analysis.statistics import Difference, Interval
from treenn.experiment.results import ComparisonResults
from treenn.experiment.search.log import BestTrial, SearchLog, SearchTreebank, Trial
from treenn.models.settings import Settings
from treenn.report.evaluation.evaluation_report import MetricValue, OtherModel
from treenn.training import train
from treenn.training.run import Run
from treenn.training.run_results import SplitMetrics

EVIL = "<script>alert(1)</script>"


def cells(html: str) -> list[list[str | None]]:
    return [[cell.text for cell in row] for row in ElementTree.fromstring(html).iter("tr")]


@pytest.fixture(scope="module")
def results() -> ComparisonResults:
    return plan_of(make_results({"tree": 0.6, "lstm": 0.5, f"bag {EVIL}": 0.4}, sentences=30, seeds=2))


@pytest.fixture(scope="module")
def run() -> Run:
    return train(toy_treebank(20, 8, 8), Settings(size=3, word_size=3, epochs=2, batch_size=10))


def test_reprs_of_comparisons_have_counts(results: ComparisonResults) -> None:
    assert repr(results) == f"ComparisonResults('tree', 'lstm', 'bag {EVIL}' on 'sst', seeds=2, runs=6, missing=0)"
    [task] = results.tasks
    assert repr(task) == f"TaskResults('sst', nodes: 'tree', 'lstm', 'bag {EVIL}', runs=6, missing=0)"
    many = replace(results, models=tuple(replace(results.models[0], name=f"m{n}") for n in range(9)), tasks=())
    assert repr(many) == "ComparisonResults('m0', 'm1', 'm2', 'm3', 'm4', +4 on , seeds=2, runs=0, missing=0)"


def test_displays_of_comparisons_have_means_and_differences(results: ComparisonResults) -> None:
    html = results._repr_html_()
    rows = cells(html)
    assert rows[0][:3] == ["model", "split", "Root, %"]
    spread = results.tasks[0].spread("tree", "test", "root")
    assert spread is not None
    assert spread.mean is not None
    assert spread.std is not None
    assert rows[1][:3] == ["tree", "test", f"{100 * spread.mean:.1f} ± {100 * spread.std:.1f}"]
    assert [row[0] for row in rows[1:4]] == ["tree", "lstm", f"bag {EVIL}"]
    assert "tree − lstm" in [row[0] for row in rows]
    assert "<script" not in html


def test_differences_have_interval_and_p() -> None:
    each = Difference(("a", EVIL), "test", "root", 0.021, 0.004, 0.039)
    assert repr(each) == f"Difference('a' − '{EVIL}', test, root: 2.1, 0.4 to 3.9)"
    tested = replace(each, with_seeds=Interval(-0.01, 0.05), p=0.0213, p_holm=0.00001)
    assert repr(tested) == f"Difference('a' − '{EVIL}', test, root: 2.1, −1.0 to 5.0, p=0.021)"
    [_, row] = cells(tested._repr_html_())
    assert row == [f"a − {EVIL}", "test", "Root", "2.1 points", "−1.0 to 5.0", "0.021", "< 0.001"]
    assert "<script" not in tested._repr_html_()


def test_runs_show_metrics_and_epochs(run: Run) -> None:
    value = run.results.value("dev", "root")
    assert value is not None
    shown = f"'tree-lstm' on 'toy', seed=0, epoch {run.results.best_epoch} of 2, dev root={100 * value:.1f}"
    assert (repr(run), repr(run.results)) == (f"Run({shown})", f"TrainingResults({shown})")
    metrics, epochs = ElementTree.fromstring(run._repr_html_())
    assert [cell.text for cell in next(metrics.iter("tr"))] == ["metric", "dev", "majority"]
    assert [next(row.iter("td")).text for row in list(epochs.iter("tr"))[1:]] == [
        f"{n}{' (kept)' * (n == run.results.best_epoch)}" for n in (1, 2)
    ]
    assert run.results._repr_html_() == run._repr_html_()


def test_runs_of_a_comparison_are_shown_alike(results: ComparisonResults) -> None:
    first = results.tasks[0].runs[0]
    assert repr(first).startswith("RunResults('tree' on 'sst', seed=0, epoch ")
    assert len(cells(first._repr_html_())) > 3
    evil = replace(first, model=EVIL, treebank=EVIL)
    assert "<script" not in evil._repr_html_()


def test_a_model_without_epochs_is_shown() -> None:
    [baseline] = task_results(make_results({"bag": 0.4}, seeds=1, sentences=20)).runs
    shown = replace(baseline, history=(), epochs=0, best_epoch=0)
    assert repr(shown).startswith("RunResults('bag' on 'sst', seed=0, dev root=")
    assert "epoch" not in shown._repr_html_()


def test_searches_show_the_best_trial_by_model() -> None:
    trials = [Trial("lstm", n, {"size": n}, {"size": n}, None, SplitMetrics({}, {"root": n / 10})) for n in range(3)]
    best = {"lstm": BestTrial(2, 0.2, {"size": 2, "dropout": 0.12345}), EVIL: None}
    log = SearchLog("", "", {}, SearchTreebank("toy", {}), (), "root", 0, 3, {}, {}, tuple(trials), best, {})
    assert repr(log) == f"SearchLog('toy', root; 'lstm': 20.0 of 3 trials, '{EVIL}': – of 0 trials)"
    rows = cells(log._repr_html_())
    assert rows[1:] == [["lstm", "3", "20.0", "size=2, dropout=0.123"], [EVIL, "0", "–", None]]


def test_comparisons_with_a_model_show_differences() -> None:
    difference = Difference(("a", EVIL), "test", "root", 0.021, 0.004, 0.039)
    other = OtherModel(EVIL, {"root": MetricValue(0.5)}, (difference,), ())
    assert repr(other) == f"OtherModel('{EVIL}', metrics=1, differences=1, examples=0)"
    assert cells(other._repr_html_())[1][:2] == [f"a − {EVIL}", "test"]


def test_reprs_stay_short(results: ComparisonResults, run: Run) -> None:
    long = replace(results.tasks[0].runs[0], model="m" * 1000, treebank="t" * 1000)
    assert len(repr(long)) < 200
    assert len(repr(Difference(("m" * 1000,) * 2, "test", "root", 0.1, 0, 0.2))) < 200
