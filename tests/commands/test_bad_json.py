"""Commands that read JSON report a malformed file in one line with its name."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from treenn.experiment.gather import read_results
from treenn.experiment.recipes.record import _entry
from treenn.trees import InputError

Command = Callable[..., Any]

BROKEN = ["[" * 100_000, "9" * 5000, "[]", "{}", "null", '"text"', "{"]
SMALL = ["--size", "3", "--word-size", "3", "--epochs", "1"]
PLAN = {"schema": "treenn.comparison", "version": 2, "models": [], "tasks": []}
TASK = {"treebank": {"name": "sst", "classes": [], "sizes": {}}, "evaluated": [], "gold": {}}
TREES = "(3 (2 so) (4 good))\n(1 (2 so) (0 bad))\n"


@pytest.fixture
def command(treenn: Command) -> Command:
    return treenn


@pytest.fixture
def model(command: Command, tmp_path: Path) -> Path:
    (tmp_path / "trees.txt").write_text(TREES)
    arguments = ["--trees", "trees.txt", "--dev", "trees.txt", "--out", "model", *SMALL]
    assert command("train", *arguments).returncode == 0
    return tmp_path / "model"


def change(path: Path, *keys: str, to: object) -> None:
    whole = part = json.loads(path.read_text())
    for key in keys[:-1]:
        part = part[key]
    part[keys[-1]] = to
    path.write_text(json.dumps(whole))


@pytest.mark.parametrize("name", ["config.json", "vocabulary.json"])
def test_a_broken_file_of_a_model(command: Command, model: Path, name: str) -> None:
    for text in BROKEN:
        if (name, text) != ("vocabulary.json", "[]"):
            (model / name).write_text(text)
            assert name in command("predict", "--model", "model", "--parser", "left", "good").error


@pytest.mark.parametrize(
    ("keys", "value", "message"),
    [
        (["settings", "size"], "4", """'settings.size' is "4"; it must be a whole number"""),
        (["settings", "size"], True, "'settings.size' is true; it must be a whole number"),
        (["settings", "dropout"], None, "'settings.dropout' is null; it must be a number"),
        (["settings", "dropout"], float("nan"), "settings: "),
        (["settings", "optimizer"], "newton", "'settings.optimizer' is \"newton\"; it must be adagrad, "),
        (["settings", "model"], "perceptron", "settings: "),
        (["settings"], [], "'settings' is []; it must be an object"),
        (["classes"], None, "'classes' is null; it must be a list whose values are each text"),
        (["classes"], [1, 2], "'classes' is a list"),
        (["word_size"], 2.5, "'word_size' is 2.5; it must be a whole number"),
    ],
)
def test_a_wrong_value_in_a_config(command: Command, model: Path, keys: list[str], value: object, message: str) -> None:
    change(model / "config.json", *keys, to=value)
    error = command("predict", "--model", "model", "--parser", "left", "good").error
    assert error.startswith(f"model/config.json: {message}")


def test_a_broken_file_of_a_run(command: Command, model: Path) -> None:
    arguments = ["--trees", "trees.txt", "--dev", "trees.txt", "--out", "model", "--resume", *SMALL]
    for name in ("results.json", "run.json", "config.json", "vocabulary.json"):
        whole = (model / name).read_text()
        for text in BROKEN:
            (model / name).write_text(text)
            assert name in command("train", *arguments).error
        (model / name).write_text(whole)
    change(model / "run.json", "settings", to=3)
    assert "run.json: 'settings' is 3; it must be an object" in command("train", *arguments).error


@pytest.mark.parametrize(
    ("results", "message"),
    [
        ({"schema": "treenn.comparison", "version": 2}, "the key 'command' is missing"),
        ({"schema": "treenn.comparison", "version": 1}, "the key 'settings' is missing"),
        (
            {"schema": "treenn.comparison", "version": 2, "command": "", "created": "", "seeds": 1, "models": []}
            | {"tasks": [{}]},
            "the key 'tasks[0].treebank' is missing; it must be an object",
        ),
    ],
)
def test_broken_results_of_a_comparison(command: Command, tmp_path: Path, results: object, message: str) -> None:
    for text in BROKEN:
        (tmp_path / "results.json").write_text(text)
        assert "results.json" in command("report", "results.json").error
    (tmp_path / "results.json").write_text(json.dumps(results))
    assert message in command("report", "results.json").error


@pytest.mark.parametrize(
    ("plan", "message"),
    [
        (PLAN | {"models": [3]}, r"models\[0\] holds 3; it must be a JSON object"),
        (PLAN | {"tasks": [{}]}, r"the key 'tasks\[0\].treebank' is missing"),
        (
            PLAN | {"tasks": [TASK | {"planned": [{"model": "lstm", "seed": 0}]}]},
            r"the key 'tasks\[0\].planned\[0\].run' is missing; it must be text",
        ),
    ],
)
def test_a_broken_plan_of_a_comparison(tmp_path: Path, plan: object, message: str) -> None:
    (tmp_path / "plan.json").write_text(json.dumps(plan))
    with pytest.raises(InputError, match=message):
        read_results(tmp_path)


def test_a_broken_run_of_a_recipe(tmp_path: Path) -> None:
    for text in BROKEN:
        (tmp_path / "results.json").write_text(text)
        with pytest.raises(InputError, match=r"results\.json"):
            _entry(tmp_path)


@pytest.mark.parametrize("kind", ["chart", "pcfg", "recursive"])
def test_a_broken_parser(command: Command, tmp_path: Path, kind: str) -> None:
    (tmp_path / "parser").mkdir()
    config = tmp_path / "parser" / "config.json"
    for text in [*BROKEN, json.dumps({"parser": kind}), json.dumps({"parser": kind, "format": 1})]:
        config.write_text(text)
        assert "config.json" in command("parse", "--parser", "parser", "good").error


def test_a_broken_pcfg(command: Command, tmp_path: Path) -> None:
    (tmp_path / "parser").mkdir()
    config = {"parser": "pcfg", "format": 1, "settings": {}}
    (tmp_path / "parser" / "config.json").write_text(json.dumps(config))
    odd = [{"S": [[]]}, {"S": [["A", "x"]]}, {"S": [["A", 1.0]]}, {"^": [["A", 2.0], ["B", -1.0]]}]
    for text in [
        *BROKEN,
        *(json.dumps({"rules": rules, "words": {"A": {"a": 1.0}, "B": {"b": 1.0}}}) for rules in odd),
    ]:
        (tmp_path / "parser" / "grammar.json").write_text(text)
        assert "grammar.json" in command("parse", "--parser", "parser", "good").error


def test_bad_trees_are_skipped_on_request(command: Command, tmp_path: Path) -> None:
    (tmp_path / "good.txt").write_text(TREES)
    (tmp_path / "bad.txt").write_text(TREES + "(3 (2 so) (2 so bad))\n" * 7 + TREES)
    (tmp_path / "vectors.txt").write_text("good 1 2\nbad 1\n")
    arguments = ["--trees", "bad.txt", "--dev", "good.txt", "--vectors", "vectors.txt", "--out", "model", *SMALL]
    assert "bad.txt:3:11: this leaf has 2 words" in command("train", *arguments).error
    done = command("train", *arguments, "--skip-bad")
    assert done.returncode == 0
    lines = done.stderr.splitlines()
    start = lines.index("skipped malformed input 8 times; the first 5:")
    assert [line.split(": ")[0].strip() for line in lines[start + 1 : start + 6]] == [
        f"bad.txt:{line}:11" for line in range(3, 8)
    ]
    assert lines[start + 1].endswith("each word needs its own brackets, or --untagged for words without a tag")
    (tmp_path / "bad.txt").write_text("(3 a b)\n")
    error = command("train", *arguments, "--skip-bad", "--overwrite").error
    assert "bad.txt:1:1: this leaf has 2 words" in error
    assert "or --untagged for words" in error
    (tmp_path / "bad.txt").write_text("(3 (2 a) (2 b) (2 c))\n")
    error = command("train", *arguments, "--overwrite").error
    assert error.endswith("a binary tree needs 2; --binarize right makes it binary")


def test_encodings_and_untagged_words_on_request(command: Command, tmp_path: Path) -> None:
    (tmp_path / "trees.txt").write_bytes("(3 caf\xe9 (4 good))\n(1 (2 so) bad)\n".encode("latin-1"))
    arguments = ["--trees", "trees.txt", "--dev", "trees.txt", "--out", "model", *SMALL]
    assert "pass its encoding, such as --encoding latin-1" in command("train", *arguments).error
    assert "or --untagged for words" in command("train", *arguments, "--encoding", "latin-1").error
    error = command("train", *arguments, "--encoding", "klingon").error
    assert "--encoding 'klingon': must be the name of a text encoding" in error
    assert command("train", *arguments, "--encoding", "latin-1", "--untagged").returncode == 0
    error = command("train", "--treebank", "reviews", "--untagged", "--out", "other").error
    assert error == "--treebank reviews: a treebank by name takes no options of data sets"
