"""`treenn train --init`: fine-tuning on the command line."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from toy import toy_treebank

from treenn.trees import write_trees

Command = Callable[..., Any]


@pytest.fixture
def command(treenn: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.setenv("TREEBANKS_HOME", str(tmp_path / "home"))
    for split, trees in toy_treebank(train=40, dev=10).splits.items():
        write_trees(tmp_path / f"{split}.txt", trees)
    write_trees(
        tmp_path / "two.txt",
        [
            tree.map_labels(lambda label: None if label == 2 else int((label or 0) > 2))
            for tree in toy_treebank(40).train
        ],
    )
    small = ("--model", "gru", "--size", "6", "--word-size", "5", "--epochs", "1", "--dropout", "0.1")
    assert treenn("train", "--trees", "train.txt", "--dev", "dev.txt", "--out", "model", *small).returncode == 0
    return treenn


def train(command: Command, *options: str) -> Any:
    return command("train", "--trees", "train.txt", "--dev", "dev.txt", "--out", "tuned", "--json", *options)


def test_architecture_and_rates_need_no_options(command: Command, tmp_path: Path) -> None:
    done = train(command, "--init", "model", "--epochs", "1")
    assert done.returncode == 0, done.stderr
    settings = json.loads(done.stdout)["settings"]
    assert [settings[name] for name in ("model", "size", "word_size", "dropout")] == ["gru", 6, 5, 0.5]
    assert settings["learning_rate"] == 0.01
    assert json.loads(done.stdout)["init"]["name"] == "model"
    assert "init:" not in done.stderr, "the classifier is the model's"
    assert command("evaluate", "tuned", "--trees", "test.txt").returncode == 0


def test_another_number_of_classes_is_reported(command: Command) -> None:
    done = command(
        "train",
        "--trees",
        "two.txt",
        "--dev",
        "two.txt",
        "--classes",
        "2",
        "--out",
        "tuned",
        "--init",
        "model",
        "--epochs",
        "1",
    )
    assert done.returncode == 0, done.stderr
    assert "init: the classifier starts with means over classes" in done.stderr


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--init", "model", "--model", "tree-lstm"), "--model tree-lstm: the model of --init has gru"),
        (("--init", "model", "--size", "150"), "--size 150: the model of --init has 6"),
        (("--init", "nowhere"), "nowhere/config.json: cannot read this file"),
        (("--init", "model", "--recipe", "own"), "--init: cannot be combined with --recipe"),
    ],
)
def test_contradictions_are_refused(command: Command, tmp_path: Path, options: tuple[str, ...], message: str) -> None:
    assert message in train(command, *options).error
    assert not (tmp_path / "tuned").exists()
