"""`treenn train --resume` without repeated options, and with more epochs."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from safetensors.numpy import load_file
from toy import toy_treebank

from treenn.trees import write_trees

Command = Callable[..., Any]
OPTIONS = (
    "train", "--trees", "train.txt", "--dev", "dev.txt", "--vectors", "one.txt", "--vectors", "two.txt", "--size", "6",
    "--model", "lstm", "--dropout", "0.2", "--batch-size", "7",
)  # fmt: skip
FILES = ("model.safetensors", "config.json", "vocabulary.json")


@pytest.fixture
def command(treenn: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.setenv("TREEBANKS_HOME", str(tmp_path / "home"))
    for split, trees in toy_treebank(train=30, dev=10).splits.items():
        write_trees(tmp_path / f"{split}.txt", trees)
    (tmp_path / "one.txt").write_text("good 1 2\nbad -1 -2\n")
    (tmp_path / "two.txt").write_text("not 1 2 3\n")
    return treenn


def results(folder: Path) -> dict[str, Any]:
    """The results without times, memory and the command."""
    found: dict[str, Any] = json.loads((folder / "results.json").read_text())
    for name in ("command", "seconds", "cpu_seconds", "trees_per_second", "environment", "peak_memory_mb"):
        del found[name]
    for epoch in found["history"]:
        del epoch["seconds"], epoch["cpu_seconds"]
    return found


def test_more_epochs_equal_an_uninterrupted_run(command: Command, tmp_path: Path) -> None:
    assert command(*OPTIONS, "--epochs", "4", "--out", "whole").returncode == 0
    assert command(*OPTIONS, "--epochs", "2", "--out", "more").returncode == 0
    done = command("train", "--epochs", "4", "--resume", "--out", "more")
    assert done.returncode == 0, done.stderr
    for name in FILES:
        assert (tmp_path / "more" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes(), name
    checkpoints = [load_file(tmp_path / name / "checkpoint.safetensors") for name in ("more", "whole")]
    assert all((checkpoints[0][name] == value).all() for name, value in checkpoints[1].items())
    assert results(tmp_path / "more") == results(tmp_path / "whole")
    before, after = (json.loads((tmp_path / name / "run.json").read_text()) for name in ("whole", "more"))
    assert before == after
    again = command("train", "--resume", "--out", "more", "--json")
    assert json.loads(again.stdout)["epochs"] == 4


def test_a_run_on_labelled_texts_is_continued(command: Command, tmp_path: Path) -> None:
    rows = [f"{word} {number},{word}" for number in range(4) for word in ("good", "bad")]
    (tmp_path / "texts.csv").write_text("\n".join(["text,label", *rows]) + "\n")
    data = ("--treebank", "texts.csv", "--split", "50/50", "--trees", "right", "--vectors", "none")
    assert command("train", *data, "--size", "4", "--epochs", "1", "--out", "model").returncode == 0
    done = command("train", "--resume", "--epochs", "2", "--out", "model", "--json")
    assert json.loads(done.stdout)["epochs"] == 2, done.stderr
    other = command("train", "--resume", "--supervision", "nodes", "--out", "model")
    assert "has --supervision roots, not nodes" in other.error


def test_an_unfinished_run_needs_no_options(command: Command, tmp_path: Path) -> None:
    command(*OPTIONS, "--epochs", "3", "--out", "whole")
    command(*OPTIONS, "--epochs", "3", "--out", "cut")
    (tmp_path / "cut" / "results.json").unlink()
    assert command("train", "--resume", "--out", "cut").returncode == 0
    assert results(tmp_path / "cut") == results(tmp_path / "whole")
    assert command(*OPTIONS, "--epochs", "3", "--out", "cut").error.startswith("cut: this folder holds a run already")


@pytest.mark.parametrize(
    ("start", "more", "message"),
    [
        ((), ("--epochs", "1"), "has --epochs 2, not 1"),
        ((), ("--dropout", "0.3"), "has --dropout 0.2, not 0.3"),
        ((), ("--vectors", "one.txt"), "began with other trees or vectors"),
        (("--schedule", "linear"), ("--epochs", "3"), "--epochs 2, not 3: --schedule linear depends on the number"),
        (("--warmup", "0.1"), ("--epochs", "3"), "--epochs 2, not 3: --warmup 0.1 depends on the number of epochs"),
        (("--no-checkpoint",), ("--epochs", "3"), "kept no checkpoint to continue from; pass --overwrite"),
    ],
)
def test_other_changes_are_refused(
    command: Command, tmp_path: Path, start: tuple[str, ...], more: tuple[str, ...], message: str
) -> None:
    assert command(*OPTIONS, "--epochs", "2", "--out", "model", *start).returncode == 0
    before = {path.name: path.read_bytes() for path in (tmp_path / "model").iterdir()}
    assert message in command("train", "--resume", "--out", "model", *more).error
    assert {path.name: path.read_bytes() for path in (tmp_path / "model").iterdir()} == before


def test_checkpoints_are_kept_unless_declined(command: Command, tmp_path: Path) -> None:
    command(*OPTIONS, "--epochs", "1", "--out", "kept")
    assert (tmp_path / "kept/checkpoint.safetensors").exists()
    assert command("train", "--resume", "--out", "kept", "--no-checkpoint").returncode == 0
    assert not (tmp_path / "kept/checkpoint.safetensors").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"model": "evil:make"}, "evil"),
        ({"contextual": "stranger"}, "'stranger', which is read only if you name it"),
        ({"no_such": 1}, "'no_such' in 'options' of run.json is not an option"),
        ({"trust_module": ["evil"]}, "'trust_module' in 'options' of run.json is not an option"),
        ({"untagged": "--model=evil:make", "skip_bad": "--trust-module=evil"}, "'untagged' in 'options' of run.json"),
        ({"dropout": None}, "'dropout' in 'options' of run.json is None; must be a text or a number"),
        ({"size": [5, 6]}, "'size' in 'options' of run.json is [5, 6]; must be a text or a number"),
        ({"treebank": "train.txt", "trees": "spacy:./evil"}, "'spacy:./evil', a folder; it is read only if you name"),
    ],
)
def test_folders_of_strangers_import_nothing(
    command: Command, tmp_path: Path, options: dict[str, Any], message: str
) -> None:
    command(*OPTIONS, "--epochs", "1", "--out", "model")
    (tmp_path / "evil.py").write_text("raise SystemExit('imported')")
    run = json.loads((tmp_path / "model/run.json").read_text())
    run["options"] |= options
    (tmp_path / "model/run.json").write_text(json.dumps(run))
    assert message in command("train", "--resume", "--out", "model").error
