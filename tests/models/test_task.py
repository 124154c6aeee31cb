"""Defaults of `Task`, which a user-defined task may inherit."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from toy import toy_treebank

from treebanks import Pair, PairTreebank, Treebank
from treenn.models.building import build
from treenn.models.saving import load_model, save_model
from treenn.models.settings import Settings
from treenn.models.task import TASKS, Task, make_task
from treenn.models.vocabulary import Vocabulary
from treenn.tasks import task_of
from treenn.tasks.nodes import NodeClassification
from treenn.trees import InputError, Tree


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda task: task.unit_labels(None, roots_only=True), "controls predict classes, but .* numeric targets"),
        (
            lambda task: Task.unit_words(task, None, roots_only=True),
            "controls need unit_words, which task .* not define",
        ),
        (lambda task: task.from_probabilities(None, None, None), "controls need from_probabilities, which task"),
        (lambda task: Task.unit_scores(task, None, roots_only=True), "controls need unit_scores, which task .* not"),
        (lambda task: Task.from_scores(task, None, None, None), "controls need from_scores, which task .* not define"),
    ],
)
def test_controls_need_a_task_with_units(call: Callable[[Task], Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        call(make_task("relatedness", None))


class Older(NodeClassification):
    """A task of another package with the constructor of treenn 0.1."""

    def __init__(self, classes: Sequence[str] | None = None, *, roots_only: bool = False) -> None:
        super().__init__(classes, roots_only=roots_only)


def test_older_constructors_need_no_scale(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("older")
    module.Older = Older  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "older", module)
    treebank = Treebank("made", ("a", "b"), toy_treebank(2, 2, 2).splits, task="older:Older", scale="nominal")
    task = task_of(treebank)
    assert (type(task), task.classes, task.scale) == (Older, ("a", "b"), "nominal")


def test_scales_by_kind_of_treebank() -> None:
    splits = {"train": (), "dev": ()}
    expected = [
        (Treebank("a", ("x",), splits), "nodes", "ordinal", None),
        (Treebank("a", ("x",), splits, scale="nominal"), "nodes", "nominal", None),
        (Treebank("a", None, splits, scale="score", score_range=(0, 1)), "node-scores", "score", (0, 1)),
        (PairTreebank("a", ("x",), splits), "pairs", "nominal", None),
        (PairTreebank("a", ("x",), splits, scale="ordinal"), "pairs", "ordinal", None),
        (PairTreebank("a", None, splits), "relatedness", "score", (1, 5)),
    ]
    for treebank, name, scale, score_range in expected:
        task = task_of(treebank)
        assert (task.name, task.scale, task.score_range) == (name, scale, score_range)


@pytest.mark.parametrize("name", [name for name in TASKS if make_task(name, None).vocabulary_class is Vocabulary])
def test_saved_models_keep_scale_and_range(name: str, tmp_path: Path) -> None:
    scores = name in ("node-scores", "relatedness", "dependency-scores")
    classes = None if scores else ["0", "1"]
    changed: dict[str, Any] = {"score_range": (-2.5, 7.0)} if scores else {"scale": "nominal"}
    vocabulary, settings = Vocabulary(["film"]), Settings(size=2, word_size=2)
    for label, how in (("default", {}), ("changed", changed)):
        task = make_task(name, classes, **how)
        save_model(tmp_path / label, build(settings, task, vocabulary))
        loaded = load_model(tmp_path / label).task
        assert (loaded.name, loaded.scale, loaded.score_range) == (name, task.scale, task.score_range)
    # Files of before 2026-12 lack the keys, and so do files of tasks with their default scale.
    config = json.loads((tmp_path / "default/config.json").read_text())
    assert not {"scale", "score_range"} & set(config)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"scale": "cardinal"}, "'scale' is \"cardinal\"; it must be ordinal, nominal or score"),
        ({"score_range": [3, 1]}, r"'score_range' is \[3, 1\]; it must be two ascending numbers"),
        ({"score_range": [1]}, "'score_range'"),
        ({"score_range": "wide"}, "'score_range'"),
    ],
)
def test_malformed_scales_are_named(change: dict[str, Any], message: str, tmp_path: Path) -> None:
    save_model(tmp_path, build(Settings(size=2, word_size=2), 2, Vocabulary(["film"])))
    path = tmp_path / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    with pytest.raises(InputError, match=message):
        load_model(tmp_path)


def test_pairs_of_ordinal_classes_have_a_distance() -> None:
    pair = Pair(Tree(("a",), ()), Tree(("b",), ()), 1)
    treebank = PairTreebank("made", ("1", "2", "3"), {"train": (pair,), "dev": (pair,)}, scale="ordinal")
    network = build(Settings(size=2, word_size=2), task_of(treebank), Vocabulary(["a"]))
    assert network.scale == network.predict([pair]).scale == "ordinal"
