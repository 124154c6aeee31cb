"""Commands refuse to overwrite files of other runs."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from small_recipes import small_home
from toy import load_instead, toy_treebank

import treebanks
import treebanks.parsing
from treebanks.parsing import ParsingTreebank
from treenn.models.settings import Settings
from treenn.parsers.chart import ChartSettings
from treenn.parsers.chart import train as train_parser
from treenn.training import train
from treenn.training.folder_lock import locked

Command = Callable[..., Any]

TOY = toy_treebank(train=12, dev=6, test=6)
CATEGORIES = {
    split: tuple(tree.with_labels(["W"] * len(tree.words) + ["S"] * len(tree.merges)) for tree in trees)
    for split, trees in TOY.splits.items()
}
PARSING = ParsingTreebank("toy", CATEGORIES)
TINY = ("--size", "4", "--word-size", "4", "--epochs", "1")
CHART = {"epochs": 1, "size": 4, "layers": 1, "word_size": 4, "affix_size": 4, "span_size": 4}

COMMANDS = {
    "train": ("train", "--treebank", "sst", *TINY),
    "export": ("export", "model"),
    "compare": ("compare", "--models", "average,majority", "--seeds", "1", "--jobs", "1", *TINY),
    "tune": ("tune", "--models", "average", "--trials", "1", "--jobs", "1", *TINY),
    "reproduce": ("reproduce", "sst", "--only", "other", "--seeds", "1"),
    "parser train": ("parser", "train", "--treebank", "toy", "--parser", "pcfg", "--vertical", "1"),
    "parser join": ("parser", "join", "parser", "parser"),
}
ANOTHER = {  # the same command with another result
    "train": (*COMMANDS["train"], "--dropout", "0.25"),
    "compare": (*COMMANDS["compare"], "--dropout", "0.25"),
    "tune": (*COMMANDS["tune"], "--batch-size", "5"),
    "parser train": (*COMMANDS["parser train"], "--horizontal", "1"),
    "parser join": ("parser", "join", "parser"),
}
RESULT = {
    "train": "results.json",
    "export": "model.safetensors",
    "compare": "report.html",
    "tune": "best.toml",
    "reproduce": "other.json",
    "parser train": "grammar.json",
    "parser join": "results.json",
}
RESUMED = ("compare", "tune", "reproduce")

pytestmark = pytest.mark.usefixtures("undrawn")
every_command = pytest.mark.parametrize("name", COMMANDS)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folders of a trained model and a trained parser; read-only."""
    folder = tmp_path_factory.mktemp("made")
    train(TOY, Settings(size=4, word_size=4, epochs=1), out=folder / "model")
    train_parser(PARSING, ChartSettings(**CHART), out=folder / "parser")
    return folder


@pytest.fixture
def command(made: Path, treenn: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """`treenn` with toy treebanks, next to a `model` and a `parser`."""
    small_home(tmp_path / "home", monkeypatch)
    load_instead(monkeypatch, TOY)
    monkeypatch.setattr(treebanks.parsing, "load_parsing", lambda name, **how: PARSING)
    for name in ("model", "parser"):
        shutil.copytree(made / name, tmp_path / name)
    return treenn


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def runs(out: Path) -> dict[Path, int]:
    """Modification times of finished runs or trials."""
    files = [*out.glob("runs/*.json"), *out.glob("trials/*.json"), *out.glob("*/seed-*/results.json")]
    assert files
    return {file: file.stat().st_mtime_ns for file in files}


def is_refused(command: Command, out: Path, *arguments: str) -> str:
    """Check that the command fails and leaves the folder unchanged; return its message."""
    before = contents(out)
    error: str = command(*arguments, "--out", "out").error
    assert contents(out) == before
    return error


@every_command
@pytest.mark.parametrize("foreign", ["thesis.tex", "config.json", "run.json", "data/train.txt"])
def test_a_folder_with_files_of_others_is_refused(command: Command, tmp_path: Path, name: str, foreign: str) -> None:
    file = tmp_path / "out" / foreign
    file.parent.mkdir(parents=True)
    file.write_text("{}")
    for more in ((), ("--overwrite",)):
        error = is_refused(command, tmp_path / "out", *COMMANDS[name], *more)
        assert error.startswith("out: this folder holds ")
        assert foreign.split("/")[0] in error
        assert "another --out" in error


@every_command
def test_foreign_output_is_replaced_on_request(command: Command, tmp_path: Path, name: str) -> None:
    other = "model" if name.startswith("parser") else "parser"
    shutil.copytree(tmp_path / other, tmp_path / "out")
    if other == "model":
        (tmp_path / "out/results.json").unlink()  # the wrong name must not decide
    noun = "training run" if other == "model" else "parser"
    error = is_refused(command, tmp_path / "out", *COMMANDS[name])
    assert error == f"out: this folder holds a {noun} already; pass --overwrite to replace it, or another --out"
    done = command(*COMMANDS[name], "--out", "out", "--overwrite")
    assert done.returncode == 0, done.stderr
    fresh = command(*COMMANDS[name], "--out", "fresh")
    assert fresh.returncode == 0, fresh.stderr
    assert set(contents(tmp_path / "out")) == set(contents(tmp_path / "fresh"))
    assert (tmp_path / "out" / RESULT[name]).exists()


@every_command
def test_repeated_command_resumes_or_explains(command: Command, tmp_path: Path, name: str) -> None:
    assert command(*COMMANDS[name], "--out", "out").returncode == 0
    if name in RESUMED:
        before = runs(tmp_path / "out")
        assert command(*COMMANDS[name], "--out", "out").returncode == 0
        assert runs(tmp_path / "out") == before, "trained anew"
    else:
        error = is_refused(command, tmp_path / "out", *COMMANDS[name])
        assert "already; pass --" in error and "--overwrite to replace it, or another --out" in error
    done = command(*COMMANDS[name], "--out", "out", "--overwrite")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / RESULT[name]).exists()


@pytest.mark.parametrize("name", RESUMED)
def test_a_folder_in_use_is_one_line(command: Command, tmp_path: Path, name: str) -> None:
    with locked(tmp_path / "out"):
        error = command(*COMMANDS[name], "--out", "out").error
    process = f"process {os.getpid()} is writing to this folder"
    assert error.endswith(f"out: {process}; wait until it ends, or pass another --out")
    assert not list((tmp_path / "out").iterdir())


@pytest.mark.parametrize("name", ANOTHER)
def test_a_run_of_other_settings_is_refused(command: Command, tmp_path: Path, name: str) -> None:
    assert command(*COMMANDS[name], "--out", "out").returncode == 0
    assert "--overwrite to replace it, or another --out" in is_refused(command, tmp_path / "out", *ANOTHER[name])
    before = contents(tmp_path / "out")
    done = command(*ANOTHER[name], "--out", "out", "--overwrite")
    assert done.returncode == 0, done.stderr
    assert contents(tmp_path / "out") != before


def test_a_reproduction_of_other_settings_is_refused(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from small_recipes import OTHER

    from treenn.experiment.recipes import Recipe

    assert command(*COMMANDS["reproduce"], "--out", "out").returncode == 0
    changed = Recipe("other", "a sequence", Settings(model="lstm", size=5, word_size=3, epochs=1))
    assert OTHER.settings != changed.settings
    monkeypatch.setattr("treenn.experiment.recipes.RECIPES", {"other": lambda: changed})
    assert "this run has --size 4, not 5; remove the folder, or pass another --out" in is_refused(
        command, tmp_path / "out", *COMMANDS["reproduce"]
    )
    (tmp_path / "out/other/seed-0/results.json").unlink()  # as after an interruption
    assert "the training run in this folder has --size 4, not 5" in is_refused(
        command, tmp_path / "out", *COMMANDS["reproduce"]
    )
    assert command(*COMMANDS["reproduce"], "--out", "out", "--overwrite").returncode == 0
    assert json.loads((tmp_path / "out/other.json").read_text())["settings"]["size"] == 5


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("compare", ("--seeds", "2")),
        ("compare", ("--models", "average,majority,naive-bayes")),
        ("tune", ("--trials", "2")),
        ("reproduce", ("--seeds", "2")),
    ],
)
def test_a_run_grows(command: Command, tmp_path: Path, name: str, more: tuple[str, ...]) -> None:
    assert command(*COMMANDS[name], "--out", "out").returncode == 0
    before = runs(tmp_path / "out")
    done = command(*COMMANDS[name], *more, "--out", "out")
    assert done.returncode == 0, done.stderr
    after = runs(tmp_path / "out")
    assert len(after) > len(before) and after == after | before, "trained anew"


@every_command
@pytest.mark.parametrize(
    ("out", "message"),
    [
        ("file", "file: this is a file; --out must name a folder"),
        ("file/below", "file/below: cannot write here: "),
        ("link", "link: this is a link to nothing; --out must name a folder"),
        (".", ".: this folder holds "),
    ],
)
def test_impossible_result_folders_are_refused(
    command: Command, tmp_path: Path, name: str, out: str, message: str
) -> None:
    (tmp_path / "file").write_text("mine")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    before = contents(tmp_path)
    for more in ((), ("--overwrite",)):
        assert command(*COMMANDS[name], "--out", out, *more).error.startswith(message)
    assert contents(tmp_path) == before


@every_command
def test_bad_argument_preserves_old_output(command: Command, tmp_path: Path, name: str) -> None:
    shutil.copytree(tmp_path / "parser", tmp_path / "out")
    bad = {
        "export": ("export", "nowhere"),
        "parser join": ("parser", "join", "nowhere"),
        "parser train": (*COMMANDS["parser train"], "--vectors", "nowhere.txt"),
        "reproduce": ("reproduce", "sst", "--only", "one"),
    }.get(name, (*COMMANDS[name], "--vectors", "nowhere.txt"))
    (tmp_path / "home/vectors/two.txt").unlink()
    is_refused_as_ever = command(*bad, "--out", "out", "--overwrite").error
    assert "nowhere" in is_refused_as_ever or "two.txt" in is_refused_as_ever
    assert contents(tmp_path / "out") == contents(tmp_path / "parser")


def test_resume_and_overwrite_exclude_each_other(command: Command, tmp_path: Path) -> None:
    shutil.copytree(tmp_path / "model", tmp_path / "out")
    error = is_refused(command, tmp_path / "out", *COMMANDS["train"], "--resume", "--overwrite")
    assert error == "out: --resume and --overwrite exclude each other: pass one of them"


def test_model_is_exported_in_place(command: Command, tmp_path: Path) -> None:
    size = (tmp_path / "model/model.safetensors").stat().st_size
    assert command("export", "model", "--out", "model", "--overwrite").returncode == 0
    assert {path.name for path in (tmp_path / "model").iterdir()} == {
        "config.json",
        "model.safetensors",
        "vocabulary.json",
    }
    assert (tmp_path / "model/model.safetensors").stat().st_size < size


def test_records_do_not_replace_other_files(command: Command, tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept/other.json").write_text('{"mine": 1}')
    error = command(*COMMANDS["reproduce"], "--out", "out", "--results", "kept").error
    assert error.startswith("kept/other.json: this file exists and is no JSON of treenn.recipe: it is not replaced")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "kind"),
    [
        (("bench", "--out"), "JSON of treenn.bench"),
        (("parser", "evaluate", "--parser", "left", "--out"), "JSON of treenn.parsing"),
        (("parse", "--parser", "left", "a good film", "--svg"), "SVG"),
        (("predict", "a good film", "--html"), "HTML"),
        (("attention", "attentive", "a good film", "--svg"), "SVG"),
    ],
)
def test_a_users_file_of_another_kind_is_kept(
    command: Command, tmp_path: Path, arguments: tuple[str, ...], kind: str
) -> None:
    (tmp_path / "mine").write_text("my notes")
    if arguments[0] == "attention":
        train(TOY, Settings(model="lstm-attention", size=4, word_size=4, epochs=1), out=tmp_path / "attentive")
    done = command(*arguments, "mine")
    assert done.error == f"mine: this file exists and is no {kind}: it is not replaced; move it or name another"
    assert (tmp_path / "mine").read_text() == "my notes"
