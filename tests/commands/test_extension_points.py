"""Extensions added at run time: a cell of another package, a metric, a task, a parser and table entries."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from small_recipes import small_home
from toy import toy_treebank

from treebanks import Treebank, by_name
from treenn.analysis import post_training
from treenn.analysis.histogram import named
from treenn.analysis.slices import Slice, right_sentences
from treenn.cells import Average
from treenn.cli import main
from treenn.encoders import TreeEncoder
from treenn.evaluation.metrics import METRICS, Metric
from treenn.experiment.compare import compare
from treenn.experiment.plan import Plan
from treenn.experiment.plan_file import read_plan
from treenn.experiment.plan_spec import Model, PlanTask
from treenn.experiment.recipes import RECIPES
from treenn.experiment.recipes.recipe import Recipe
from treenn.experiment.search.sampling import Search
from treenn.experiment.search.space import Space
from treenn.experiment.search.tune import tune
from treenn.models.names import ENCODERS
from treenn.models.saving import load_model
from treenn.models.settings import Settings
from treenn.parsers import Parser, loading
from treenn.parsers.shapes import Left
from treenn.report import write_report
from treenn.report.document import Section, Text
from treenn.training import train
from treenn.trees import InputError, Tree, write_trees

TOY = toy_treebank()
SMALL = Settings(size=4, word_size=4, epochs=1)

CELL = """
import pathlib

import torch

import treenn

pathlib.Path(__file__).with_suffix(".imported").touch()


class Elman(treenn.Cell):
    def __init__(self, input_size, hidden_size):
        super().__init__(input_size, state_size=hidden_size)
        self.word = torch.nn.Linear(input_size, hidden_size)
        self.pair = torch.nn.Linear(2 * hidden_size, hidden_size)

    def leaf(self, x):
        return torch.tanh(self.word(x))

    def compose(self, left, right):
        return torch.tanh(self.pair(torch.cat([left, right], dim=1)))


def factory(input_size, hidden_size):
    return treenn.TreeEncoder(Elman(input_size, hidden_size))


def no_encoder(input_size, hidden_size):
    return Elman(input_size, hidden_size)
"""

TASK = """
from dataclasses import dataclass

import torch

import treenn
from treenn.evaluation.predictions import PairPredictions
from treenn.models.task import Task


@dataclass(frozen=True)
class Batch:
    forest: treenn.PackedForest
    targets: torch.Tensor

    def to(self, device):
        return Batch(self.forest.to(device), self.targets.to(device))


class NodeRegression(Task):
    metric = "mse"

    def make_head(self, settings):
        return torch.nn.Linear(settings.size, 1)

    def pack(self, network, examples):
        forest = treenn.pack(examples, dedup=network.supports_dedup)
        return Batch(forest, forest.labels.float())

    def scores(self, network, packed, *, roots_only):
        return network.head(network.encoder(packed.forest, network.vectors(packed.forest)))

    def loss(self, network, packed, *, roots_only):
        return (self.scores(network, packed, roots_only=False).squeeze(1) - packed.targets).square().mean()

    def outputs(self, network, packed, *, roots_only):
        rows = packed.forest.unsorted_indices
        scores = self.scores(network, packed, roots_only=False)[rows]
        return packed.targets[rows], scores.detach(), scores.squeeze(1)

    def predictions(self, targets, probabilities, scores):
        return PairPredictions(targets, probabilities, scores)

    def check(self, treebank, settings):
        pass

    def gold(self, examples):
        return {"score": [float(label) for tree in examples for label in tree.labels]}

    def trees(self, example):
        return (example,)
"""


def write_package(folder: Path) -> Path:
    folder.mkdir()
    (folder / "mycell.py").write_text(CELL)
    (folder / "mytask.py").write_text(TASK)
    return folder


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A directory on `sys.path` with modules of another package."""
    folder = write_package(tmp_path / "package")
    monkeypatch.syspath_prepend(folder)
    yield folder
    for name in ("mycell", "mytask"):
        sys.modules.pop(name, None)


SHADOW = """
import pathlib

pathlib.Path(__file__).with_suffix(".imported").touch()
raise SystemExit("a module of the working directory was imported")
"""


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, object]:
    """The working directory and the exit code of a comparison with two worker processes.

    The directory has modules named as those of the standard library, and is not on this process's `sys.path`.
    """
    folder = tmp_path_factory.mktemp("compared")
    for name in ("json.py", "rich.py", "statistics.py"):
        (folder / name).write_text(SHADOW)
    package = write_package(folder / "package")
    small = ("--seeds", "1", "--epochs", "1", "--size", "4", "--word-size", "4")
    with pytest.MonkeyPatch.context() as monkeypatch:
        small_home(folder / "home", monkeypatch)
        monkeypatch.chdir(folder)
        monkeypatch.setattr(sys, "path", [str(package), *filter(None, sys.path)])
        arguments = ("--treebank", "sst", "--models", "mycell:factory,average", "--jobs", "2", *small)
        monkeypatch.setattr(sys, "argv", ["treenn", "compare", *arguments])
        with pytest.raises(SystemExit) as end:
            main()
        sys.modules.pop("mycell", None)
    return folder, end.value.code


@pytest.mark.slow  # two worker processes import torch
def test_a_cell_of_another_package_is_compared(
    compared: tuple[Path, object], package: Path, treenn: Callable[..., Any]
) -> None:
    folder, code = compared
    assert code == 0
    [model] = [path for path in (folder / "comparison/runs").glob("mycell-factory-*") if path.is_dir()]
    assert json.loads((model / "config.json").read_text())["settings"]["model"] == "mycell:factory"
    assert "mycell:factory" in (folder / "comparison/report.html").read_text()
    predict = ("predict", "--model", str(model), "--json", "a good film")
    error = treenn(*predict).error
    assert "names the module mycell, which is imported only if you trust it: --trust-module mycell" in error
    assert not (package / "mycell.imported").exists()
    trusted = treenn(*predict, "--trust-module", "mycell")
    assert len(json.loads(trusted.stdout)["probabilities"]) == 5, trusted.stderr


def test_a_cell_of_another_package_is_tuned(
    package: Path, treenn: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_home(tmp_path / "home", monkeypatch)
    small = ("--trials", "1", "--epochs", "1", "--size", "4", "--word-size", "4", "--treebank", "sst")
    models = ("--models", "mycell:factory,average", "--jobs", "1", "--out", "found")
    done = treenn("tune", *models, *small)
    assert done.returncode == 0, done.stderr
    log = json.loads((tmp_path / "found/trials.json").read_text())
    assert [trial["settings"]["model"] for trial in log["trials"]] == ["mycell:factory", "average"]
    assert [trial["failure"] for trial in log["trials"]] == [None, None]
    found = (tmp_path / "found/best.toml").read_text()
    (tmp_path / "found/plan.toml").write_text('seeds = 1\n[[task]]\ntreebank = "reviews"\n' + found)
    (package / "mycell.imported").unlink()
    del sys.modules["mycell"]
    with pytest.raises(InputError, match="names the module mycell"):
        read_plan(tmp_path / "found/plan.toml")
    assert not (package / "mycell.imported").exists()
    error = treenn("compare", "--plan", "found/plan.toml").error
    assert "imported only if you trust it: --trust-module mycell" in error
    plan = read_plan(tmp_path / "found/plan.toml", trust="mycell")
    assert [model.name for model in plan.models] == ["mycell:factory", "average"]
    assert plan.models[0].settings == log["best"]["mycell:factory"]["drawn"]


@pytest.mark.slow  # as above
def test_workers_do_not_import_from_the_working_directory(compared: tuple[Path, object]) -> None:
    # `python -m` and `-c`, which start workers, put the working directory before the standard library.
    folder, code = compared
    assert code == 0
    assert not list(folder.glob("*.imported"))


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("nowhere:factory", "cannot import nowhere"),
        ("mycell:nothing", "mycell has no attribute nothing"),
        ("mycell:no_encoder", "must return an Encoder, as treenn.TreeEncoder"),
        ("os:getcwd", r"must be a function of input_size and hidden_size \(too many positional"),
        ("os:sep", "must be a function of input_size and hidden_size"),
        ("mycell:", "no such model"),
    ],
)
def test_a_wrong_factory_is_named(name: str, reason: str, package: Path) -> None:
    with pytest.raises(InputError, match=reason):
        train(TOY, replace(SMALL, model=name))


def test_a_task_may_have_a_column_named_score(package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The paired test of Pearson's correlation read the gold scores of every task with such a column: a KeyError.
    without = TASK.replace('return {"score": [', 'return {"number": [').replace(
        "return PairPredictions(targets", "return Numbers(targets"
    )
    numbers = """
class Numbers(PairPredictions):
    kind = "numbers"
"""
    (package / "mytask.py").write_text(without + numbers)
    metric = Metric("Error", "error", "the error", "the error.", lambda p: 0.5, ("numbers",), "error", better="lower")
    monkeypatch.setitem(METRICS, "mse", metric)
    splits = {split: [tree.with_labels(tree.heights) for tree in trees] for split, trees in TOY.splits.items()}
    heights = Treebank("heights", (), splits, task="mytask:NodeRegression")
    results = compare(Plan.of(heights, ["lstm", "average"], 1, settings=SMALL), tmp_path / "comparison", jobs=1)
    assert results.tasks[0].runs[0].predictions["test"].score is not None
    assert not results.tasks[0].differences


def test_a_saved_factory_needs_trust(package: Path, tmp_path: Path) -> None:
    run = train(TOY, replace(SMALL, model="mycell:factory"), out=tmp_path / "model")
    for trust in ((), ("mycel",), ("mycell.other",), "my"):
        with pytest.raises(InputError, match="imported only if you trust it: trust='mycell'"):
            load_model(tmp_path / "model", trust=trust)
    loaded = load_model(tmp_path / "model", trust=("mycell",))
    assert loaded.settings == run.settings
    assert loaded(TOY.test).equal(run.model(TOY.test))
    assert loaded.predict(TOY.test).classes.tolist() == run.model.predict(TOY.test).classes.tolist()


def test_a_plan_needs_trust_too(package: Path, tmp_path: Path) -> None:
    plan = tmp_path / "plan.toml"
    plan.write_text('[[task]]\ntreebank = "reviews"\n[[model]]\nname = "mine"\nmodel = "mycell:factory"\n')
    with pytest.raises(InputError, match="names the module mycell"):
        read_plan(plan)
    assert not (package / "mycell.imported").exists()
    assert read_plan(plan, trust="mycell").models[0].model == "mycell:factory"


def by_film(trees: Sequence[Tree], predictions: Any) -> Slice:
    names = ["film" if "film" in tree.words else "other" for tree in trees]
    return Slice("sentences", "contains the word film", named(names, ("film", "other"), *right_sentences(predictions)))


def count_runs(task: Any) -> Section:
    return Section("Of my own", [Text(f"{len(task.runs)} runs")])


class Mine(Parser):
    """A user-defined parser: left-branching trees."""

    def parse_batch(self, sentences: Sequence[Sequence[str]]) -> list[Tree]:
        return Left().parse_batch(sentences)


def test_rows_of_tables_are_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cell, a treebank, a parser, a slice and a report section, each as one entry of its table."""
    monkeypatch.setitem(ENCODERS, "mine", lambda input_size, hidden_size: TreeEncoder(Average(input_size, hidden_size)))
    loaders = {**by_name._TREES, "sst-mine": lambda **_: replace(TOY, name="sst-mine")}
    monkeypatch.setattr(by_name, "_TREES", loaders)
    module = ModuleType("treenn.parsers.mine")
    module.Mine = Mine  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setattr(loading, "_NAMED", {**loading._NAMED, "mine": loading._Named("mine", "Mine")})
    monkeypatch.setattr(post_training, "SLICES", {**post_training.SLICES, "film": by_film})
    monkeypatch.setattr(post_training, "_SENTIMENT", (*post_training._SENTIMENT, "sst-mine"))
    building = import_module("treenn.report.build")  # the package has a function of this name
    monkeypatch.setattr(building, "_SECTIONS", (*building._SECTIONS, count_runs))
    models = (Model("mine"), Model("mine, parsed", model="mine", trees="mine"))
    results = compare(Plan((PlanTask("sst-mine"),), models, 1, settings=SMALL), tmp_path / "comparison", jobs=1)
    write_report(results, tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text()
    assert "Contains the word film." in page
    assert "Of my own" in page
    assert [run.model for run in results.tasks[0].runs] == ["mine", "mine, parsed"]


def test_a_recipe_is_one_entry(treenn: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(RECIPES, "mine", lambda: Recipe("mine", "my own recipe", SMALL))
    assert "my own recipe" in treenn("recipes").stdout


def test_a_metric_is_one_entry(treenn: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def near(predictions: Any) -> float:
        gold, guess = predictions.whole
        return float((abs(gold - guess) <= 1).mean())

    monkeypatch.setitem(METRICS, "near", Metric("Near", "near", "near misses", "at most one class off.", near))
    for split, trees in TOY.splits.items():
        write_trees(tmp_path / f"{split}.txt", trees)
    small = ("--size", "4", "--word-size", "4", "--epochs", "1")
    done = treenn("train", "--trees", "train.txt", "--dev", "dev.txt", "--test", "test.txt", "--out", "m", *small)
    assert " near" in done.stdout, done.stderr
    results = compare(Plan.of(TOY, ["lstm", "average"], 1, settings=SMALL), tmp_path / "comparison", jobs=1)
    write_report(results, tmp_path / "report.html")
    assert "<th>Near</th>" in (tmp_path / "report.html").read_text().replace(' scope="col"', "")
    assert "near misses" in METRICS["near"].phrase
    log = tune(Search(TOY, ["lstm"], 2, Space({"dropout": (0.0, 0.5)}), SMALL, metric="near"), tmp_path / "search")
    assert log.metric == "near"
    assert all(0 <= trial.dev.values["near"] <= 1 for trial in log.trials)


def test_a_regression_at_nodes_is_one_file(package: Path, tmp_path: Path) -> None:
    splits = {split: [tree.with_labels(tree.heights) for tree in trees] for split, trees in TOY.splits.items()}
    heights = Treebank("heights", (), splits, task="mytask:NodeRegression")
    settings = replace(SMALL, epochs=4, learning_rate=0.1)
    run = train(heights, settings, out=tmp_path / "model")
    history = [epoch.dev.values["mse"] for epoch in run.results.history]
    assert run.results.best_epoch == history.index(min(history)) + 1
    assert min(history) < history[0]
    with pytest.raises(InputError, match="names the module mytask"):
        load_model(tmp_path / "model")
    loaded = load_model(tmp_path / "model", trust=["mytask"])
    assert loaded.predict(heights.test).scores.tolist() == run.model.predict(heights.test).scores.tolist()
    results = compare(Plan.of(heights, ["lstm", "average"], 1, settings=SMALL), tmp_path / "comparison", jobs=1)
    write_report(results, tmp_path / "report.html")
    report = (tmp_path / "report.html").read_text()
    assert all(METRICS[name].title in report for name in ("pearson", "mse"))
