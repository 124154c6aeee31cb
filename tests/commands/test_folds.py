"""`treenn train --folds` and `treenn compare --folds`: options, output and error messages."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Command = Callable[..., Any]
SMALL = ("--size", "5", "--word-size", "5", "--epochs", "1", "--vectors", "none")
TEXTS = ("--trees", "right", "--text-column", "question", "--label-column", "kind")
QUESTIONS = [("Where is it ?", "place"), ("Who is he ?", "person"), ("When was it ?", "time")]


@pytest.fixture
def command(treenn: Command, tmp_path: Path) -> Command:
    """The command in a folder with questions in a file and in a folder with a test split."""
    rows = [f"{text} {number},{kind}\n" for number in range(6) for text, kind in QUESTIONS]
    (tmp_path / "data").mkdir()
    for file, some in (("questions.csv", rows), ("data/train.csv", rows), ("data/test.csv", rows[:3])):
        (tmp_path / file).write_text("question,kind\n" + "".join(some), encoding="utf-8")
    return treenn


def test_train_prints_pooled_metrics(command: Command, tmp_path: Path, ledger: Path) -> None:
    arguments = ("train", "--treebank", "questions.csv", "--folds", "3", "--out", "folds", *TEXTS, *SMALL)
    done = command(*arguments)
    assert done.returncode == 0, done.stderr
    shown = " ".join(done.stdout.split())
    assert "3-fold cross-validation on train and dev of questions.csv, 18 sentences, in folds" in shown
    assert "Over folds" in shown
    assert "B is tf-idf" in shown, "the baseline of texts"
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert [path.name for path in sorted((tmp_path / "folds").glob("fold-*"))] == ["fold-1", "fold-2", "fold-3"]
    again = json.loads(command(*arguments, "--json").stdout)
    assert again["size"] == 18 and len(again["folds"]) == 3
    of_fold = json.loads((tmp_path / "folds/fold-2/results.json").read_text())
    assert of_fold["held-out"]["root"] == again["folds"][1]["root"]
    assert not ledger.exists()
    assert (
        "the cross-validation in this folder has fold_seed 0, not 7" in command(*arguments, "--split-seed", "7").error
    )


@pytest.mark.usefixtures("undrawn")
def test_compare_pools_the_folds(command: Command, tmp_path: Path, ledger: Path) -> None:
    done = command("compare", "--treebank", "data", "--folds", "2", "--seeds", "1", "--jobs", "1", *TEXTS, *SMALL)
    assert done.returncode == 0, done.stderr
    assert "held-out" in done.stdout and "folds share training data" in " ".join(done.stdout.split())
    [task] = json.loads((tmp_path / "comparison/results.json").read_text())["tasks"]
    assert task["cross_validation"] == {"folds": 2, "seed": 0, "unread": {"test": 3}}
    assert task["treebank"]["sizes"] == {"held-out": 18}
    assert {run["model"] for run in task["runs"]} == {"tree-lstm", "lstm", "tf-idf"}
    assert not ledger.exists()
    assert command("report", "comparison").returncode == 0
    assert command("report", "comparison/results.json", "--verify").returncode == 0


def test_changed_data_are_refused_in_one_line(command: Command, tmp_path: Path) -> None:
    arguments = ("train", "--treebank", "questions.csv", "--folds", "3", "--out", "folds", *TEXTS, *SMALL)
    assert command(*arguments).returncode == 0
    table = tmp_path / "questions.csv"
    table.write_text("\n".join(table.read_text().splitlines()[:-1]) + "\n")
    error = command(*arguments).error
    assert "the cross-validation in this folder has data" in error
    assert len(error) < 250


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("train", "--folds", "7"), "--folds 7: class 'place' has only 6 different examples in train and dev of"),
        (("train", "--folds", "1"), "--folds 1: must be 2 to 100"),
        (("train", "--folds", "2", "--init", "sentiment"), "--init: cannot be combined with --folds"),
        (("train", "--folds", "2", "--log", "csv"), "--log: cannot be combined with --folds"),
        (("compare", "--folds", "7"), "--folds 7: class 'place' has only 6 different examples in train and dev of"),
        (("compare", "--folds", "2", "--plan", "sst"), "cannot be combined with --plan"),
    ],
)
def test_mistakes_are_named(command: Command, tmp_path: Path, arguments: tuple[str, ...], message: str) -> None:
    data = () if "--plan" in arguments else ("--treebank", "questions.csv", *TEXTS, *SMALL)
    assert message in command(*arguments, "--out", "out", *data).error
    assert not (tmp_path / "out").exists()
