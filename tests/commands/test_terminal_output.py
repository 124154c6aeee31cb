"""Output of `treenn`: no control sequences, tables that fit, one line per failure."""

from __future__ import annotations

import errno
import io
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from rich.cells import cell_len

from treenn.cli import LONGEST, app, main
from treenn.commands.output import progress_bar
from treenn.models.building import build
from treenn.models.saving import save_model
from treenn.models.settings import Settings
from treenn.models.task import make_task
from treenn.models.vocabulary import Vocabulary

Command = Callable[..., Any]

HOSTILE = "[bold]x[red]\x1b[31m\x9b1m\u202e\u2066\u2028.txt"
SEEN = r"[bold]x[red]\x1b[31m\x9b1m\u202e\u2066\u2028.txt"


def commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    for name, below in getattr(command, "commands", {}).items():
        yield from commands(below, (*path, name))


COMMANDS = list(commands(typer.main.get_command(app)))
GROUPS = (("data",), ("lm",), ("parser",), ("translate",), ("vectors",))


def steers_nothing(text: str) -> bool:
    return text.replace("\n", "").isprintable()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A model whose classes have hostile names, in a folder with such a name."""
    settings = Settings(size=4, word_size=4, model="bilstm-attention")
    path = tmp_path / HOSTILE
    save_model(path, build(settings, make_task("nodes", ("\x1b[31mbad", "[/]\u202egood")), Vocabulary(["good"])))
    return path


@pytest.mark.parametrize(
    "arguments",
    [
        ["parse", "--file", HOSTILE],
        ["predict", "--file", HOSTILE],
        ["explain", HOSTILE],
        ["cells", HOSTILE],
        [HOSTILE],
        ["train", f"--{HOSTILE}", "--out", "x"],
        ["train", "--treebank", "reviews", "--model", HOSTILE, "--out", "x"],
        ["report", HOSTILE],
        ["data", "show", HOSTILE],
        ["parse", "--parser", HOSTILE, "A film"],
    ],
)
def test_errors_show_names_and_obey_none(treenn: Command, arguments: list[str]) -> None:
    error = treenn(*arguments).error
    assert SEEN in error
    assert steers_nothing(error)


def test_a_models_classes_and_a_text_are_shown(treenn: Command, folder: Path) -> None:
    done = treenn("attention", str(folder), f"good {HOSTILE} [red]")
    assert done.returncode == 0, done.stderr
    assert re.search(r"predicted class: (\\x1b\[31mbad|\[/\]\\u202egood)\n", done.stdout)
    assert steers_nothing(done.stdout)


def test_predict_and_label_show_hostile_text(treenn: Command, tmp_path: Path) -> None:
    settings, classes = Settings(size=4, word_size=4), ("\x1b[31mbad", "[/]good")
    save_model(tmp_path / "model", build(settings, make_task("nodes", classes), Vocabulary(["good"])))
    options = ("--model", "model", "--parser", "right")
    done = treenn("predict", *options, "\x1b[31mgood [/] film")
    assert r"0 \x1b[31mbad " in done.stdout
    assert steers_nothing(done.stdout)
    (tmp_path / HOSTILE).write_text("\x1b]0;title\x07good [/]\n", encoding="utf-8")
    done = treenn("label", HOSTILE, "--out", f"{HOSTILE}-out", *options, stdin=b"x\n\n")
    assert (done.returncode, f"{SEEN}-out: 1 of 1" in done.stderr) == (0, True)
    assert "sentence 1 of 1" in done.stdout
    assert steers_nothing(done.stdout + done.stderr)


def test_training_shows_file_names(treenn: Command, tmp_path: Path) -> None:
    (tmp_path / HOSTILE).write_text("(1 (0 a) (1 b))\n", encoding="utf-8")
    small = ("--classes", "2", "--epochs", "1", "--size", "2", "--word-size", "2")
    done = treenn("train", "--trees", HOSTILE, "--dev", HOSTILE, *small, "--out", f"{HOSTILE}-model")
    assert done.returncode == 0, done.stderr
    assert f"{SEEN}-model" in done.stdout
    assert steers_nothing(done.stdout + done.stderr)


@pytest.mark.parametrize(
    "arguments", [["explain"], ["train", "--treebank", "reviews", "--out", "x", "--model"], ["parse", "--file"], []]
)
@pytest.mark.parametrize("letter", ["x", "\x1b"])
def test_error_lines_have_500_characters_at_most(treenn: Command, arguments: list[str], letter: str) -> None:
    error = treenn(*arguments, letter * 5000).error
    assert len(f"error: {error}") <= LONGEST == 500
    assert "…" in error


def test_a_message_of_several_lines_becomes_one(treenn: Command) -> None:
    assert treenn("explain", "no\n such\r\n\nnet").error.startswith("network no such net:")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["trian"], "no such command 'trian'. Did you mean 'train'? (try `treenn --help`)"),
        (["data", "shwo"], "no such command 'shwo'. Did you mean 'show'? (try `treenn data --help`)"),
        (["zzz"], "no such command 'zzz' (try `treenn --help`)"),
        (["train"], "missing option '--out' (try `treenn train --help`)"),
        (["report"], "missing argument 'DIR' (try `treenn report --help`)"),
        (["recipes", "more"], "got unexpected extra argument(s) (more) (try `treenn recipes --help`)"),
        (
            ["train", "--oot", "x"],
            "no such option: --oot (Possible options: --dropout, --low, --out) (try `treenn train --help`)",
        ),
        (["parse", "--file"], "option '--file' requires an argument (try `treenn parse --help`)"),
    ],
)
def test_wrong_arguments_end_in_one_line(treenn: Command, arguments: list[str], message: str) -> None:
    assert treenn(*arguments).error == message


def test_a_wrong_value_names_its_option(treenn: Command) -> None:
    assert treenn("cells", "--size", "many").error.startswith("invalid value for '--size': ")


def test_no_arguments_and_no_subcommand_print_the_help(treenn: Command) -> None:
    for arguments in ((), ("data",), ("parser",)):
        done = treenn(*arguments)
        assert (done.returncode, done.stderr) == (2, "")
        assert " ".join(["Usage: treenn", *arguments]) in done.stdout


def test_the_version_is_one_line(treenn: Command) -> None:
    done = treenn("--version")
    assert done.returncode == 0
    assert re.fullmatch(r"treenn \S+, torch \S+, Python 3\.\d+\.\d+\S*\n", done.stdout)


@pytest.mark.parametrize(("failure", "code", "message"), [
    (KeyboardInterrupt(), 130, "error: interrupted\n"),
    (EOFError(), 1, "error: unexpected end of standard input\n"),
    (OSError(errno.ENOSPC, "No space left on device"), 1, "error: cannot write the output: No space left on device\n"),
    (PermissionError(errno.EACCES, "Permission denied", HOSTILE), 2, f"error: {SEEN}: Permission denied\n"),
    (BrokenPipeError(errno.EPIPE, "Broken pipe"), 141, ""),
])  # fmt: skip
def test_interrupts_and_system_errors_are_one_line(
    treenn: Command, monkeypatch: pytest.MonkeyPatch, failure: BaseException, code: int, message: str
) -> None:
    def fail(value: object) -> None:
        raise failure

    monkeypatch.setattr("treenn.commands.recipes.print_json", fail)
    done = treenn("recipes", "--json")
    assert (done.returncode, done.stdout, done.stderr) == (code, "", message)


class Failing(io.RawIOBase):
    """A directory without write access."""

    def __init__(self, number: int) -> None:
        self.number = number

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        raise OSError(self.number, "failed")


@pytest.mark.parametrize("arguments", [["recipes"], ["recipes", "--json"], ["--help"], ["--version"], ["data", "list"]])
@pytest.mark.parametrize(("number", "code", "message"), [
    (errno.EPIPE, 141, ""), (errno.ENOSPC, 1, "error: cannot write the output: failed\n")
])  # fmt: skip
@pytest.mark.parametrize("buffered", [True, False])
def test_standard_output_that_takes_nothing(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    number: int,
    code: int,
    message: str,
    buffered: bool,
) -> None:
    out = io.TextIOWrapper(io.BufferedWriter(Failing(number)), encoding="utf-8", write_through=not buffered)
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "argv", ["treenn", *arguments])
    with pytest.raises(SystemExit) as stop:
        main()
    assert (stop.value.code, capsys.readouterr().err) == (code, message)
    out.buffer.raw.write = lambda data: len(data)  # type: ignore[union-attr] # so that its end is quiet


def printed_in(encoding: str, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> str:
    out = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "argv", ["treenn", *arguments])
    with pytest.raises(SystemExit) as stop:
        main()
    assert stop.value.code == 0
    return out.buffer.getvalue().decode(encoding)  # type: ignore[attr-defined, no-any-return]


def test_what_an_encoding_lacks_is_written_in_ascii(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tree = ("parse", "--parser", "right", "--tokenized", "ein schöner 漢 ⚀")
    assert printed_in("ascii", monkeypatch, *tree) == (
        r". + . ein" "\n" r"  + . + . sch\xf6ner" "\n" r"      + . + . \u6f22" "\n" r"          + . \u2680" "\n\n"
    )
    assert capsys.readouterr().err == (
        "ascii lacks 3 of the characters, which are written as escapes; set PYTHONIOENCODING=utf-8 to print all\n"
    )
    assert "schöner" in printed_in("latin-1", monkeypatch, *tree)
    assert "lacks 2 of the characters" in capsys.readouterr().err
    assert "43.2 / 82.4" in printed_in("ascii", monkeypatch, "recipes")
    assert capsys.readouterr().err == ""


def test_standard_streams_of_the_shell(tmp_path: Path) -> None:
    """Closed or full streams, in a single shell, with commands that do not import torch."""
    treenn = f"{sys.executable} -m treenn"
    script = f"""
        {treenn} tokenize words | true; echo pipe ${{PIPESTATUS[0]}}
        {treenn} tokenize words > /dev/full; echo full $?
        {treenn} tokenize words >&-; echo closed $?
        {treenn} nonsense 2>&-; echo quiet $?
        {treenn} nonsense 2>/dev/full; echo quiet $?
        {treenn} parse --parser right <&- 2>/dev/null; echo input $?
        {treenn} --version
    """
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, cwd=tmp_path, timeout=300)
    lines = done.stdout.splitlines()
    assert lines[:-1] == ["pipe 141", "full 1", "closed 1", "quiet 2", "quiet 2", "input 2"]
    assert lines[-1].startswith("treenn ")
    assert done.stderr.splitlines() == [
        "error: cannot write the output: No space left on device",
        "error: standard output is closed",
    ]


@pytest.mark.parametrize("width", [40, 60, 80, 120])
@pytest.mark.parametrize(
    ("arguments", "whole"),
    [
        (["recipes"], ["tai2015_constituency_random", "43.9 † / 82.0 †", "51.0 / 88.0", "bidirectional"]),
        (["cells", "--size", "10"], ["bidirectional-tree-lstm", "dependency-tree-lstm", "`BidirectionalTreeEncoder`:"]),
        (["data", "list"], ["questionbank", "biomedical", "treenn"]),
    ],
)
def test_tables_fit_and_cut_no_word(
    treenn: Command, monkeypatch: pytest.MonkeyPatch, arguments: list[str], whole: list[str], width: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    text = treenn(*arguments).stdout
    table = [line for line in text.splitlines() if not line.startswith("Folder: ")]
    assert max(map(len, table)) <= width
    assert all(each in text for each in whole)
    assert "…" not in text


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_cards_fit_and_cut_no_word(width: int) -> None:
    from treebanks.catalogue import ENTRIES
    from treenn.commands.card import Card
    from treenn.runtime.terminal import console

    out = console()
    out.width, out.file = width, io.StringIO()
    for entry in ENTRIES:
        out.print(Card(entry.card))
    text = out.file.getvalue()
    assert max(map(len, text.splitlines())) <= width
    assert not re.search(r"\w…", text)


def test_weights_fit_a_narrow_terminal(treenn: Command, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for width in (40, 60):
        monkeypatch.setenv("COLUMNS", str(width))
        lines = treenn("attention", str(folder), "An unbelievably good 映画").stdout.splitlines()[:-1]
        assert max(map(cell_len, lines)) <= width
        assert {cell_len(line) for line in lines} == {cell_len(lines[0])}


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_help_reflows_and_names_values(treenn: Command, monkeypatch: pytest.MonkeyPatch, path: tuple[str, ...]) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    narrow = treenn(*path, "--help").stdout
    assert max(map(len, narrow.splitlines())) <= 60
    monkeypatch.setenv("COLUMNS", "1000")
    text = treenn(*path, "--help").stdout
    assert not re.search(r"<\w+>", text)
    assert path in GROUPS or f"Example: {' '.join(['treenn', *path])}" in text
    about = [line.strip() for line in text.split("╭─")[0].splitlines()]
    assert all(line == "" or line[-1] in ".:;" or line.startswith(("Usage", "Example")) for line in about)


def test_json_is_ascii_and_whole(treenn: Command) -> None:
    text = treenn("recipes", "--json").stdout
    assert text.isascii()
    assert len(json.loads(text)) > 10


@pytest.mark.parametrize(
    ("command", "option"),
    [
        (["compare"], "--jobs"),
        (["compare"], "--seeds"),
        (["tune"], "--jobs"),
        (["tune"], "--trials"),
        (["reproduce", "sst"], "--jobs"),
        (["reproduce", "sst"], "--seeds"),
    ],
)
def test_numbers_are_checked_before_a_bar_is_shown(
    treenn: Command, tmp_path: Path, command: list[str], option: str
) -> None:
    done = treenn(*command, "--out", "out", option, "0")
    assert (done.returncode, done.stderr) == (2, f"error: {option} 0: must be 1 to 10000\n")
    assert not list(tmp_path.iterdir())


def test_progress_bars_are_for_terminals(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for interactive in ("", "1"):
        monkeypatch.setenv("FORCE_COLOR", interactive) if interactive else monkeypatch.delenv("FORCE_COLOR", False)
        with progress_bar(HOSTILE) as progress:
            progress(1, 2, "epoch 1")
        shown = capsys.readouterr().err
        assert (SEEN[:20] in shown) is bool(interactive)
        assert HOSTILE[:20] not in shown


def test_errors_remove_the_progress_bar(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    with pytest.raises(ValueError, match="wrong"), progress_bar("training"):
        raise ValueError("wrong")
    assert "training" not in capsys.readouterr().err.rpartition("\x1b[2K")[2]
