"""`cross_validate` and comparisons over folds: every example once, pooled numbers against scikit-learn."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, f1_score
from toy import toy_treebank

import treenn
from treebanks import Pair, PairTreebank
from treenn.experiment.compare import compare
from treenn.experiment.comparison_record import verify
from treenn.experiment.folds import HELD_OUT, cross_validation_folds, pooled_examples
from treenn.experiment.gather import gather
from treenn.experiment.plan import Plan
from treenn.experiment.results import ComparisonResults
from treenn.models.saving import load_model
from treenn.models.settings import Settings
from treenn.report import write_report, write_results
from treenn.report.evaluation.evaluation_report import EVALUATION_SCHEMA, EvaluationReport
from treenn.training.run_results import read_training
from treenn.trees import InputError

TOY = toy_treebank(train=50, dev=14, test=9)
SMALL = Settings(size=5, word_size=5, epochs=2, learning_rate=0.3)
GOLD = [tree.label for tree in pooled_examples(TOY)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("folds")


@pytest.fixture(scope="module")
def report(folder: Path) -> EvaluationReport:
    return treenn.cross_validate(TOY, SMALL, 3, out=folder / "one", fold_seed=1)


@pytest.fixture(scope="module")
def results(folder: Path) -> ComparisonResults:
    plan = Plan.of(TOY, ["tree-lstm", "lstm", "majority"], seeds=2, settings=SMALL, folds=3, fold_seed=1)
    found = compare(plan, folder / "comparison")
    write_results(found, folder / "comparison")
    return found


def test_each_example_is_predicted_by_another_fold(report: EvaluationReport, folder: Path) -> None:
    predicted: dict[int, int] = {}
    for fold, treebank in cross_validation_folds(TOY, 3, 1):
        model = load_model(folder / f"one/fold-{fold.number}")
        classes = model.predict(treebank.splits[HELD_OUT]).whole[1].tolist()
        predicted |= zip(fold.examples, classes, strict=True)
        assert not set(treebank.train) & set(treebank.splits[HELD_OUT])
    assert report.predictions.root == tuple(predicted[index] for index in range(64))
    assert report.gold.root == tuple(GOLD)
    assert report.texts == tuple((" ".join(tree.words),) for tree in pooled_examples(TOY))


def test_pooled_metrics_and_those_of_folds(report: EvaluationReport, folder: Path) -> None:
    assert report.predictions.root is not None
    assert report.metrics["root"].value == accuracy_score(GOLD, report.predictions.root)
    assert report.metrics["macro_f1"].value == f1_score(GOLD, report.predictions.root, average="macro")
    of_folds = [read_training(folder / f"one/fold-{number}").metrics[HELD_OUT].values for number in (1, 2, 3)]
    assert report.folds == tuple(of_folds)
    sizes = [len(fold.examples) for fold, _ in cross_validation_folds(TOY, 3, 1)]
    mean = np.average([values["root"] for values in of_folds], weights=sizes)
    assert report.metrics["root"].value == pytest.approx(mean)
    assert EVALUATION_SCHEMA.read(folder / "one/evaluation.json") == replace(report, texts=())


def test_folds_are_no_readings_and_are_resumed(folder: Path, tmp_path: Path, ledger: Path) -> None:
    first = treenn.cross_validate(TOY, SMALL, 3, out=tmp_path, jobs=1)
    files = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("model.safetensors")}
    assert len(files) == 3
    again = treenn.cross_validate(TOY, SMALL, 3, out=tmp_path, jobs=1)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("model.safetensors")} == files
    assert (again.predictions, again.metrics, again.folds) == (first.predictions, first.metrics, first.folds)
    assert not ledger.exists()
    with pytest.raises(InputError, match="the cross-validation in this folder has folds 3, not 4"):
        treenn.cross_validate(TOY, SMALL, 4, out=tmp_path)
    other = replace(TOY, splits={**TOY.splits, "dev": TOY.dev[1:]})
    with pytest.raises(InputError, match="the cross-validation in this folder has data"):
        treenn.cross_validate(other, SMALL, 3, out=tmp_path)
    with pytest.raises(InputError, match="holds a cross-validation"):
        treenn.train(TOY, SMALL, out=tmp_path)
    with pytest.raises(
        InputError, match=r"holds a cross-validation; name the folder of one of its runs, such as .*fold-1"
    ):
        treenn.evaluation_report(tmp_path, TOY)


def test_a_comparison_pools_its_folds(results: ComparisonResults, folder: Path, report: EvaluationReport) -> None:
    [task] = results.tasks
    assert task.cross_validation is not None
    assert (task.cross_validation.folds, task.cross_validation.seed) == (3, 1)
    assert task.cross_validation.unread == {"test": 9}
    assert [(run.model, run.seed) for run in task.runs] == [
        ("tree-lstm", 0), ("lstm", 0), ("majority", 0), ("tree-lstm", 1), ("lstm", 1),
    ]  # fmt: skip
    assert task.gold[HELD_OUT].root == tuple(GOLD)
    for run in task.runs:
        predicted = run.predictions[HELD_OUT].root
        assert predicted is not None
        assert run.value(HELD_OUT, "root") == accuracy_score(GOLD, predicted)
        assert run.value(HELD_OUT, "macro_f1") == pytest.approx(f1_score(GOLD, predicted, average="macro"))
        nodes = sum(run.predictions[HELD_OUT].correct_nodes or ()) / sum(task.gold[HELD_OUT].nodes or ())
        assert run.value(HELD_OUT, "all_nodes") == pytest.approx(nodes)
        assert run.value(HELD_OUT, "inner_nodes") is None
        assert len(run.folds) == 3
    assert task.runs[0].predictions[HELD_OUT].root == report.predictions.root, "the same training by itself"
    assert {each.models for each in task.differences} == {("tree-lstm", "lstm"), ("tree-lstm", "majority")}
    assert all(each.p is not None for each in task.differences)
    assert max(each.line for each in task.disagreements) <= 64
    verify(folder / "comparison/results.json")


def test_the_report_states_the_conditions(results: ComparisonResults, folder: Path) -> None:
    write_report(results, folder / "comparison/report.html")
    text = (folder / "comparison/report.md").read_text(encoding="utf-8")
    assert "3-fold cross-validation of train and dev: each sentence is predicted once for each seed" in text
    assert "Reading the folds is no reading of test. Not read: test (9 sentences)." in text
    assert "folds share training data, so neither the folds nor the runs with one seed are independent" in text
    assert "Mean ± standard deviation over the 3 folds" in text


def test_comparisons_over_folds_are_no_readings(tmp_path: Path, ledger: Path) -> None:
    plan = Plan.of(TOY, ["tree-lstm", "majority"], seeds=1, settings=SMALL, folds=2)
    results = compare(plan, tmp_path / "a")
    assert not ledger.exists()
    assert results.test_readings == ()
    more = compare(replace(plan, seeds=2), tmp_path / "a")
    assert more.tasks[0].runs[0] == results.tasks[0].runs[0]
    with pytest.raises(InputError, match="the comparison in this folder has"):
        compare(Plan.of(TOY, ["tree-lstm", "majority"], seeds=1, settings=SMALL, folds=3), tmp_path / "a")


def test_a_run_without_all_folds_is_missing(results: ComparisonResults, folder: Path, tmp_path: Path) -> None:
    import shutil

    shutil.copytree(folder / "comparison", tmp_path / "some")
    plan = json.loads((tmp_path / "some/plan.json").read_text())
    run = next(entry["run"] for entry in plan["tasks"][2]["planned"] if entry["model"] == "lstm")
    (tmp_path / f"some/runs/{run}.json").unlink()
    [task] = gather(tmp_path / "some").tasks
    assert [(each.model, each.seed) for each in task.missing] == [("lstm", 0)]
    assert len(task.runs) == 4


def test_pairs_and_scores_are_pooled(tmp_path: Path) -> None:
    def pairs(trees: Any, *, scores: bool) -> list[Pair]:
        both = zip(trees[::2], trees[1::2], strict=True)
        return [Pair(one, two, 1 + abs(one.label - two.label) if scores else int(one.label > 2)) for one, two in both]

    for name, classes in (("relation", ("less", "more")), ("scores", None)):
        examples = pairs(toy_treebank(train=60).train, scores=classes is None)
        treebank = PairTreebank(name, classes, {"train": examples})
        plan = Plan.of(treebank, ["tree-lstm", "lstm"], seeds=1, settings=replace(SMALL, supervision="roots"), folds=2)
        [task] = compare(plan, tmp_path / name).tasks
        metric = "root" if classes else "pearson"
        predictions = task.runs[0].predictions[HELD_OUT]
        expected = (
            accuracy_score([pair.target for pair in examples], predictions.root)
            if classes
            else np.corrcoef([pair.target for pair in examples], predictions.score)[0, 1]
        )
        assert task.runs[0].value(HELD_OUT, metric) == pytest.approx(expected, abs=1e-3)
        assert [each.metric for each in task.differences] == [metric]
