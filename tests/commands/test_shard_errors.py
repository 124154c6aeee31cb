"""`treenn parse|predict --out` refuses what would mix two runs or replace other files."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from corpus_runs import LINES, in_reverse, interrupted_after

from treenn.commands.shards import run

Command = Callable[..., Any]

pytestmark = pytest.mark.usefixtures("small_chunks")


@pytest.fixture
def interrupted(parse_corpus: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run of which the first two chunks are done."""
    with monkeypatch.context() as patch:
        patch.setattr(run, "run_side_by_side", interrupted_after(slice(2)))
        assert parse_corpus("--file", "in.txt", "--out", "out.jsonl").returncode == 130


RESTART = "restart with --overwrite, or pass another --out"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--file", "in.txt", "--no-split"], f"this run has --no-split False, not True; {RESTART}"),
        (["--file", "in.txt", "--parser", "left"], f"this run has --parser right, not left; {RESTART}"),
        (
            ["--file", "in.txt", "--shard", "1/2"],
            f"this run has records 0 to the end, not 0 to 12: another shard or number of records; {RESTART}",
        ),
    ],
)
def test_other_options_are_refused(
    parse_corpus: Command, interrupted: None, tmp_path: Path, arguments: list[str], message: str
) -> None:
    before = {path.name: path.read_bytes() for path in (tmp_path / "out.jsonl.run").iterdir()}
    assert parse_corpus(*arguments, "--out", "out.jsonl").error == f"out.jsonl.run/journal.jsonl: {message}"
    assert {path.name: path.read_bytes() for path in (tmp_path / "out.jsonl.run").iterdir()} == before


def test_changed_input_is_refused(parse_corpus: Command, interrupted: None, tmp_path: Path) -> None:
    text = (tmp_path / "in.txt").read_text()
    (tmp_path / "in.txt").write_text(text.replace("Film 6 ", "Film 7 "))
    error = parse_corpus("--file", "in.txt", "--out", "out.jsonl").error
    place = "out.jsonl.run/journal.jsonl: one of the 4 records from in.txt:5 on has changed since its rows were written"
    assert error == f"{place}; restore the input, or restart with --overwrite"
    (tmp_path / "in.txt").write_text("\n".join(LINES[:4]) + "\n")
    assert "the end of the input has changed" in parse_corpus("--file", "in.txt", "--out", "out.jsonl").error
    (tmp_path / "in.txt").write_text(text.replace("Film 13 ", "Film thirteen "))  # not yet written
    assert parse_corpus("--file", "in.txt", "--out", "out.jsonl").returncode == 0
    (tmp_path / "in.txt").write_text(text)
    assert "from in.txt:13 on" in parse_corpus("--file", "in.txt", "--out", "out.jsonl").error
    assert parse_corpus("--file", "in.txt", "--out", "out.jsonl", "--overwrite").returncode == 0


def test_longer_input_of_finished_run_is_refused(parse_corpus: Command, whole: bytes, tmp_path: Path) -> None:
    with (tmp_path / "in.txt").open("a") as file:
        file.write("One more.\nAnd one.\nAnd one.\nAnd one.\n")
    assert "from in.txt:21 on has changed" in parse_corpus("--file", "in.txt", "--out", "whole.jsonl").error


def test_bad_line_is_named_and_earlier_chunks_kept(
    parse_corpus: Command, whole: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = (tmp_path / "in.txt").read_bytes()
    (tmp_path / "in.txt").write_bytes(good.replace(b"Film 11 ", b"Film \xff ").replace(b"Film 18 ", b"Film \xfe "))
    monkeypatch.setattr(run, "run_side_by_side", in_reverse)
    error = parse_corpus("--file", "in.txt", "--out", "out.jsonl").error
    assert error == "in.txt:11:6: byte 0xff is not UTF-8; the text must be UTF-8"
    assert not (tmp_path / "out.jsonl").exists()
    (tmp_path / "in.txt").write_bytes(good)
    assert parse_corpus("--file", "in.txt", "--out", "out.jsonl").returncode == 0
    assert (tmp_path / "out.jsonl").read_bytes() == whole
    (tmp_path / "in.jsonl").write_text('{"text": "good"}\n' * 9 + "{\n")
    assert parse_corpus("--file", "in.jsonl", "--out", "other.jsonl").error.startswith("in.jsonl:10: not JSON")


def test_error_of_the_first_chunk_leaves_nothing(parse_corpus: Command, tmp_path: Path) -> None:
    (tmp_path / "in.txt").write_bytes(b"\xff\n")
    assert parse_corpus("--file", "in.txt", "--out", "new/out.jsonl").error.startswith("in.txt:1:1: byte 0xff")
    assert parse_corpus("--file", "none.txt", "--out", "out.jsonl").error.startswith("none.txt: cannot read this file")
    assert [path.name for path in tmp_path.iterdir()] == ["in.txt"]


def test_standard_input_is_not_resumed(
    parse_corpus: Command, whole: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (tmp_path / "in.txt").read_bytes()
    (tmp_path / "in.txt").unlink()
    with monkeypatch.context() as patch:
        patch.setattr(run, "run_side_by_side", interrupted_after(slice(None)))
        assert parse_corpus("--out", "out.jsonl", stdin=text).returncode == 130
    remedy = "pass the file by --file, or restart with --overwrite"
    error = f"out.jsonl: a run that reads standard input cannot be resumed; {remedy}"
    assert parse_corpus("--out", "out.jsonl", stdin=text).error == error
    assert parse_corpus("--out", "out.jsonl", "--overwrite", stdin=text).returncode == 0
    assert (tmp_path / "out.jsonl").read_bytes() == whole


def test_files_of_others_are_kept(parse_corpus: Command, whole: bytes, tmp_path: Path) -> None:
    (tmp_path / "out.jsonl").write_text("mine")
    error = "out.jsonl: this file exists and is of no run with --out: it is not replaced; name another"
    for options in ((), ("--overwrite",)):
        assert parse_corpus("--file", "in.txt", "--out", "out.jsonl", *options).error == error
    (tmp_path / "whole.jsonl").write_text("changed")
    for options in ((), ("--overwrite",)):
        assert (
            "has been changed since the run" in parse_corpus("--file", "in.txt", "--out", "whole.jsonl", *options).error
        )
    (tmp_path / "other.jsonl.run").mkdir()
    (tmp_path / "other.jsonl.run/notes.txt").write_text("mine")
    assert "holds notes.txt, which is of no run" in parse_corpus("--file", "in.txt", "--out", "other.jsonl").error
    assert (tmp_path / "other.jsonl.run/notes.txt").read_text() == "mine"
    (tmp_path / "whole.jsonl").unlink()
    assert (
        "the output of this finished run is missing" in parse_corpus("--file", "in.txt", "--out", "whole.jsonl").error
    )


def test_foreign_journals_are_refused(parse_corpus: Command, interrupted: None, tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl.run/journal.jsonl"
    header, *lines = path.read_text().splitlines()
    for content in ("{}\n", "", f"{header}\n[]\n", f'{header}\n{{"input": 3}}\n', "[" * 9999):
        path.write_text(content)
        error = parse_corpus("--file", "in.txt", "--out", "out.jsonl").error
        assert error.startswith("out.jsonl.run/journal.jsonl"), content
    value = json.loads(header)
    path.write_text("\n".join([json.dumps(value | {"versions": value["versions"] | {"torch": "0.1"}}), *lines, ""]))
    assert "this run was started with torch 0.1, not" in parse_corpus("--file", "in.txt", "--out", "out.jsonl").error


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--jobs", "2"], "--jobs needs --out FILE"),
        (["--out", "x.jsonl", "--jobs", "0"], "--jobs 0: must be 1 to 10000"),
        (["--out", "x.jsonl", "--jobs", "2", "--dask", "tcp://x:1"], "--jobs: cannot be combined with --dask"),
        (["--out", "x.csv"], "--out x.csv: the suffix must be .jsonl, .ndjson, .parquet, .txt"),
        (["--out", "x.jsonl", "--json"], "give --out or --json, not both"),
        (["--out", "x.jsonl", "text"], "--out reads --file or standard input; give no TEXT"),
        (["--out", "x.jsonl", "--shard", "0/3"], "--shard 0/3: must be i/n with i from 1 to n, such as 1/100"),
        (["--out", "x.jsonl", "--keep", "id"], "--keep needs a table"),
        (["--out", "x.jsonl", "--file", "a.csv", "--keep", "words"], "--keep words: a key of the output"),
        (["--out", "x.txt", "--file", "a.csv", "--keep", "id"], "--keep: a .txt file has only trees"),
        (["--out", "x.jsonl", "--file", "in.txt", "--file", "a.csv"], "--file: the files have the forms csv, lines"),
        (["--out", "x.jsonl", "--file", "in.txt", "--parser", "none"], "--parser none: must be the folder of a parser"),
    ],
)
def test_mistakes_end_in_one_message(parse_corpus: Command, tmp_path: Path, arguments: list[str], message: str) -> None:
    assert message in parse_corpus(*arguments, stdin=b"good\n").error
    assert not list(tmp_path.glob("x.*"))
