"""`treenn label`, and `treenn train` on its output."""

from __future__ import annotations

import builtins
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from treenn.models.building import build, save_model
from treenn.models.settings import Settings
from treenn.models.task import make_task
from treenn.models.vocabulary import Vocabulary
from treenn.trees import read_trees

Command = Callable[..., Any]
SETTINGS, CLASSES = Settings(size=4, word_size=4), ("0", "1", "2")


@pytest.fixture
def label(treenn: Command, tmp_path: Path) -> Command:
    save_model(tmp_path / "model", build(SETTINGS, make_task("nodes", CLASSES), Vocabulary(["good"])))
    (tmp_path / "some.txt").write_text("It's good.\n\nbad\r\na film\n")
    options = ("--model", "model", "--parser", "right")
    return lambda out, answers, *more: treenn("label", "some.txt", "--out", out, *options, *more, stdin=answers)


def test_what_is_labelled_is_trained_on(label: Command, treenn: Command, tmp_path: Path) -> None:
    for name in ("train.txt", "dev.txt"):
        done = label(name, b"0\n\n1\n2\ny\n1\n")
        assert done.returncode == 0
        assert f"{name}: 3 of 3 sentences are labelled, 0 skipped" in done.stderr
    assert [tree.label for tree in read_trees(tmp_path / "train.txt", classes=3)] == [0, 1, 2]
    done = treenn(
        "train", "--trees", "train.txt", "--dev", "dev.txt", "--classes", "3", "--epochs", "1", "--size", "4",
        "--word-size", "4", "--out", "trained", "--json",
    )  # fmt: skip
    assert done.returncode == 0
    assert json.loads(done.stdout)["epochs"] == 1


def test_going_on_and_a_changed_input_are_said(label: Command, tmp_path: Path) -> None:
    done = label("trees.txt", b"\n2\n")
    assert "1 of 3 sentences are labelled" not in done.stderr  # one word, one answer: finishes the second
    assert "trees.txt: 2 of 3 sentences are labelled, 0 skipped\nrepeat the command to resume\n" in done.stderr
    (tmp_path / "some.txt").write_text("bad\na film\n")
    done = label("trees.txt", b"s\n")
    assert "trees.txt: resuming after 1 of 2 sentences" in done.stderr
    assert "some.txt has changed: 1 sentences of trees.txt are no longer in it; they are kept" in done.stderr
    assert "1 of 2 sentences are labelled, 1 skipped" in done.stderr
    assert len(read_trees(tmp_path / "trees.txt")) == 2


def test_text_is_labelled_by_sentence(label: Command, tmp_path: Path) -> None:
    (tmp_path / "some.txt").write_text("Not good! A film?\nbad\n")
    assert "3 of 3 sentences are labelled" in label("trees.txt", b"\n\n\n").stderr
    words = [tree.words for tree in read_trees(tmp_path / "trees.txt", classes=3)]
    assert words == [("Not", "good", "!"), ("A", "film", "?"), ("bad",)]
    assert "2 of 2 sentences are labelled" in label("whole.txt", b"\n\n", "--no-split").stderr
    assert len(read_trees(tmp_path / "whole.txt", classes=3)[0].words) == 6


def test_long_sentences_are_divided(label: Command, tmp_path: Path) -> None:
    (tmp_path / "some.txt").write_text("good , " * 300)
    done = label("trees.txt", b"\n\n", "--parser", "chart")
    assert "some.txt:1: a sentence of more than 400 words, the parser's limit, is divided at" in done.stderr
    assert [len(tree.words) for tree in read_trees(tmp_path / "trees.txt", classes=3)] == [400, 200]


def test_interrupting_keeps_every_answer(label: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter(["", "", "2"])

    def ask(question: str) -> str:
        try:
            return next(answers)
        except StopIteration:
            raise KeyboardInterrupt from None

    monkeypatch.setattr(builtins, "input", ask)
    done = label("trees.txt", b"")
    assert (done.returncode, "Traceback" in done.stderr) == (0, False)
    assert (tmp_path / "trees.txt").read_text().splitlines()[-2] == "# unfinished after 1: a film"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["label", "nowhere.txt", "--out", "x"], "nowhere.txt: cannot read this file: No such file or directory"),
        (["label", "blank.txt", "--out", "x"], "blank.txt: no words; the file must have a text per line"),
    ],
)
def test_mistakes_end_in_one_message(treenn: Command, tmp_path: Path, arguments: list[str], message: str) -> None:
    (tmp_path / "blank.txt").write_text("\n \n")
    assert treenn(*arguments).error == message
    assert not (tmp_path / "x").exists()


def test_the_sentences_themselves_are_not_overwritten(label: Command, tmp_path: Path) -> None:
    before = (tmp_path / "some.txt").read_bytes()
    assert label("some.txt", b"\n").error.startswith("some.txt:1: this file does not begin with '# labels: 0 0, 1 1")
    assert (tmp_path / "some.txt").read_bytes() == before
