"""Regression of scores at nodes, dependency trees and pairs: losses by hand, training, comparison and loading."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from toy import toy_treebank

from treebanks import DependencyTreebank, Pair, PairTreebank, Treebank
from treenn.evaluation.measuring import measure
from treenn.experiment.compare import compare
from treenn.experiment.comparison_record import verify, write_record
from treenn.experiment.evaluate import evaluate
from treenn.experiment.plan import Plan
from treenn.experiment.search.sampling import Search
from treenn.experiment.search.space import Space
from treenn.experiment.search.tune import tune
from treenn.models.building import build
from treenn.models.saving import load_model
from treenn.models.settings import Settings
from treenn.models.vocabulary import Vocabulary
from treenn.report import write_report
from treenn.report.evaluation.build import evaluation_report
from treenn.tasks import task_of
from treenn.tasks.score_scale import ScoreScale
from treenn.training import train
from treenn.trees import DependencyTree, InputError, Tree

SMALL = Settings(size=6, word_size=5, epochs=2, dropout=0.0)
LEARNS = replace(
    SMALL, size=10, epochs=12, optimizer="adam", learning_rate=0.05, batch_size=3, embedding_optimizer="same",
    embedding_learning_rate=0.05, weight_decay=0.0,
)  # fmt: skip


def scored(roots_only: bool = False, sizes: tuple[int, int, int] = (60, 20, 20)) -> Treebank:
    """The score of a node is 10 times its class in the toy treebank, minus 15.5; every fourth node has none."""
    toy = toy_treebank(*sizes)

    def change(tree: Tree) -> Tree:
        labels = [None if node % 4 == 1 or roots_only else 10 * label - 15.5 for node, label in enumerate(tree.labels)]
        return tree.with_labels([*labels[:-1], 10 * tree.label - 15.5])  # type: ignore[operator]

    splits = {split: tuple(map(change, trees)) for split, trees in toy.splits.items()}
    return Treebank("scored", None, splits, scale="score", score_range=(-20, 30))


def with_dependencies(treebank: Treebank) -> DependencyTreebank:
    def change(tree: Tree) -> DependencyTree:
        n = len(tree.words)
        labels = [None if word % 3 == 1 and word < n - 1 else tree.labels[word] for word in range(n - 1)]
        return DependencyTree(tree.words, (*range(1, n), -1), labels=(*labels, tree.label))

    splits = {split: tuple(map(change, trees)) for split, trees in treebank.splits.items()}
    return DependencyTreebank("chained", None, splits, "words", scale="score", score_range=(-20, 30))


@pytest.mark.parametrize("roots_only", [False, True])
def test_loss_is_the_squared_error_per_tree(roots_only: bool) -> None:
    treebank = scored()
    model = build(SMALL, task_of(treebank), Vocabulary.of(treebank.train)).double().eval()
    trees, expected = treebank.train[:5], 0.0
    outputs = model(trees)[model.pack(trees).batch.unsorted_indices][:, 0]
    at = 0
    for tree in trees:
        for node, label in enumerate(tree.labels):
            if label is not None and (node == tree.root or not roots_only):
                expected += (outputs[at + node].item() - (label - 5) / 25) ** 2  # type: ignore[operator]
        at += len(tree)
    assert model.loss(model.pack(trees), roots_only=roots_only).item() == pytest.approx(expected / 5)


def test_predictions_are_clipped_and_keep_the_gold_scores() -> None:
    treebank = scored()
    model = build(SMALL, task_of(treebank), Vocabulary.of(treebank.train)).eval()
    with torch.no_grad():
        model.head.linear.bias += 7
    p = model.predict(treebank.dev)
    assert set(p.scores.tolist()) == {30}
    gold = [label for tree in treebank.dev for label in tree.labels]
    assert [None if np.isnan(label) else label for label in p.labels.tolist()] == gold
    roots = model.predict(treebank.dev, roots_only=True)
    assert np.isnan(roots.scores).sum() == len(gold) - len(treebank.dev)
    assert roots.whole[0].tolist() == [tree.label for tree in treebank.dev]


@pytest.mark.parametrize("kind", ["nodes", "roots", "dependencies"])
def test_training_learns_and_loads(kind: str, tmp_path: Path) -> None:
    treebank: Any = with_dependencies(scored()) if kind == "dependencies" else scored(roots_only=kind == "roots")
    settings = replace(LEARNS, model="dependency-tree-lstm" if kind == "dependencies" else "tree-lstm")
    run = train(treebank, settings, out=tmp_path / "model")
    history = [epoch.dev.values["mse_all_nodes"] for epoch in run.results.history]
    assert run.results.best_epoch == 1 + history.index(min(history))
    config = json.loads((tmp_path / "model/config.json").read_text())
    assert (config["classes"], config["score_range"]) == (None, [-20, 30])
    loaded = load_model(tmp_path / "model")
    assert (loaded.scale, loaded.task.score_range) == ("score", (-20, 30))
    test = evaluate(tmp_path / "model", treebank).metrics["test"]
    assert test.values["mse"] < 0.5 * test.majority["mse"]
    p = loaded.predict(treebank.test, roots_only=kind == "roots")
    np.testing.assert_array_equal(p.scores, run.model.predict(treebank.test, roots_only=kind == "roots").scores)


def test_comparison_of_scores_with_report_and_record(tmp_path: Path) -> None:
    plan = Plan.of(scored(), ["tree-lstm", "lstm", "majority"], 2, settings=SMALL)
    results = compare(plan, tmp_path / "comparison", jobs=1)
    [task] = results.tasks
    assert {each.metric for each in task.differences} == {"pearson", "mse_all_nodes"}
    assert task.treebank.score_range == (-20, 30)
    [mean] = [run for run in task.runs if run.model == "majority"]
    scores = [tree.label for tree in plan.tasks[0].treebank.train]  # type: ignore[union-attr]
    assert mean.predictions["test"].score == pytest.approx([np.mean(scores)] * 20, rel=1e-5)
    assert mean.value("test", "pearson") == 0
    write_record(results, tmp_path / "record.json")
    verify(tmp_path / "record.json")
    write_report(results, tmp_path / "report.html")
    text = (tmp_path / "report.html").read_text()
    assert "MSE, all nodes" in text
    assert "positive against negative" not in text


def test_parsed_trees_have_no_errors_of_nodes(tmp_path: Path) -> None:
    from treenn.experiment.plan_spec import Model, PlanTask

    models = (Model("tree-lstm"), Model("right", model="tree-lstm", trees="right"))
    results = compare(Plan((PlanTask(scored()),), models, 1, settings=SMALL), tmp_path / "comparison", jobs=1)
    [gold, right] = results.tasks[0].runs
    assert "squared_errors" in gold.predictions["test"].others
    assert "squared_errors" not in right.predictions["test"].others
    assert right.value("test", "mse_all_nodes") is None
    assert {each.metric for each in results.tasks[0].differences} == {"pearson"}


def test_tuning_of_scores(tmp_path: Path) -> None:
    log = tune(Search(scored(), ["tree-lstm"], 2, Space({"dropout": (0.0, 0.5)}), SMALL), tmp_path / "search")
    assert log.metric == "pearson"
    assert [trial.failure for trial in log.trials] == [None, None]


def pairs(low: float, high: float) -> PairTreebank:
    """Pairs of one word each, with the highest score for equal words, else the lowest."""
    draw = random.Random(0)

    def pair() -> Pair:
        words = draw.choice("ab"), draw.choice("ab")
        left, right = (Tree((word,), ()) for word in words)
        return Pair(left, right, high if words[0] == words[1] else low)

    splits = {split: tuple(pair() for _ in range(size)) for split, size in (("train", 60), ("dev", 20), ("test", 20))}
    return PairTreebank("pairs", None, splits, score_range=(low, high))


def test_relatedness_on_another_range_is_equivariant(tmp_path: Path) -> None:
    settings = replace(LEARNS, model="recursive-tanh", pair_hidden_size=8, epochs=3)
    five, hundred = (train(pairs(*ends), settings).model for ends in ((1.0, 5.0), (0.0, 100.0)))
    expected = five.predict(pairs(1.0, 5.0).test).scores
    found = hundred.predict(pairs(0.0, 100.0).test).scores
    np.testing.assert_allclose(found, 25 * (expected - 1), atol=1e-3)
    train(pairs(0.0, 100.0), replace(settings, epochs=1), out=tmp_path / "model")
    assert load_model(tmp_path / "model").task.score_range == (0, 100)


def test_relatedness_has_a_mean_baseline(tmp_path: Path) -> None:
    results = compare(Plan.of(pairs(0.0, 1.0), ["average", "majority"], 1, settings=SMALL), tmp_path / "c", jobs=1)
    mean = results.tasks[0].runs_by_model["majority"][0]
    assert mean.parameters == 1
    assert mean.value("test", "mse") == pytest.approx(measure_of_mean(pairs(0.0, 1.0)))


def measure_of_mean(treebank: PairTreebank) -> float:
    mean = np.mean([pair.target for pair in treebank.train])
    return float(np.mean([(pair.target - mean) ** 2 for pair in treebank.test]))


def test_scores_outside_the_range_are_named() -> None:
    treebank = scored()
    bad = treebank.train[0].with_labels([31.5] * len(treebank.train[0]))
    with pytest.raises(InputError, match=r"label 31\.5 of node 0 of tree 0 of scored .*: must be a score, -20 to 30"):
        train(replace(treebank, splits={**treebank.splits, "train": (bad,)}), SMALL)
    with pytest.raises(InputError, match=r"target 0\.0 of pair \d of pairs train: must be 1 to 5"):
        train(replace(pairs(0.0, 1.0), score_range=(1, 5)), SMALL)


def test_grades_of_the_published_range_keep_their_bits() -> None:
    targets = torch.tensor([1.0, 3.3, 4.7])
    assert ScoreScale.of(None).to_grades(targets, 5) is targets
    assert ScoreScale.of(None).from_grades(targets, 5) is targets
    other = ScoreScale(-1.0, 1.0)
    torch.testing.assert_close(other.from_grades(other.to_grades(targets / 10, 5), 5), targets / 10)


def test_evaluation_reports_of_scores_test_two_models(tmp_path: Path) -> None:
    treebank = scored()
    for model in ("tree-lstm", "lstm"):
        train(treebank, replace(SMALL, model=model), out=tmp_path / model)
    report = evaluation_report(tmp_path / "tree-lstm", treebank, "test", against=[tmp_path / "lstm"])
    found = measure(load_model(tmp_path / "tree-lstm").predict(treebank.test))
    assert {name: value.value for name, value in report.metrics.items()} == {
        name: value for name, value in found.items() if name != "majority"
    }
    low, high = report.metrics["mse_all_nodes"].low, report.metrics["mse_all_nodes"].high
    assert low is not None and high is not None and low < found["mse_all_nodes"] < high
    assert {each.metric for other in report.against for each in other.differences} == {"pearson", "mse_all_nodes"}
