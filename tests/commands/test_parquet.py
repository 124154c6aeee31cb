"""Parquet as input and output of `treenn parse` and `treenn predict`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from corpus_runs import LINES
from saved_models import make_model

from treenn.commands.shards import parquet_output

Command = Callable[..., Any]


def write(path: Path, table: dict[str, Any], **how: Any) -> None:
    pq.write_table(pa.table(table), path, **how)


@pytest.mark.usefixtures("small_chunks")
def test_shards_of_row_groups_have_all_rows(parse_corpus: Command, tmp_path: Path) -> None:
    numbers = range(len(LINES))
    columns = {"id": list(numbers), "text": LINES, "vector": [[0.5, number] for number in numbers]}
    write(tmp_path / "in.parquet", columns, row_group_size=3)
    rows = []
    for part in (1, 2):
        name, options = f"{part}.jsonl", ("--shard", f"{part}/2", "--keep", "id", "--keep", "vector")
        assert parse_corpus("--file", "in.parquet", "--out", name, *options).returncode == 0
        rows += [json.loads(line) for line in (tmp_path / name).read_text().splitlines()]
    assert [(row["id"], row["text"], row["vector"]) for row in rows] == [
        (str(number), LINES[number], f"[0.5, {number}.0]") for number in numbers
    ]


@pytest.mark.usefixtures("small_chunks")
def test_parsed_rows_are_those_of_json(
    parse_corpus: Command, whole: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet_output, "ROW_GROUP", 8)
    assert parse_corpus("--file", "in.txt", "--out", "out.parquet").returncode == 0
    with pq.ParquetFile(tmp_path / "out.parquet") as file:
        groups = [file.metadata.row_group(index).num_rows for index in range(file.metadata.num_row_groups)]
        assert groups == [8, 8, 5]
        assert file.read().to_pylist() == [json.loads(line) for line in whole.splitlines()]
    before = (tmp_path / "out.parquet").read_bytes()
    assert parse_corpus("--file", "in.txt", "--out", "out.parquet", "--overwrite").returncode == 0
    assert (tmp_path / "out.parquet").read_bytes() == before


def test_predicted_rows_are_those_of_json(treenn: Command, tmp_path: Path) -> None:
    make_model(tmp_path / "model")
    make_model(tmp_path / "binary", ("no", "yes"))
    (tmp_path / "in.txt").write_text("not good. Good!\n\nzzz\n")
    predict = ("predict", "--parser", "right", "--file", "in.txt")
    for models in (("model",), ("model", "binary")):
        given = [each for model in models for each in ("--model", model)]
        for name in ("out.jsonl", "out.parquet"):
            assert treenn(*predict, *given, "--out", name, "--overwrite").returncode == 0
        rows = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
        assert pq.read_table(tmp_path / "out.parquet").to_pylist() == rows
    assert "a .txt file has the trees of one model" in treenn(*predict, *given, "--out", "out.txt").error


def test_parquet_is_read_without_output_file(parse_corpus: Command, tmp_path: Path) -> None:
    write(tmp_path / "in.parquet", {"review": pa.array(["Not bad.", None, "Good."]).dictionary_encode()})
    done = parse_corpus("--file", "in.parquet", "--brackets")
    assert done.stdout == "(X (X Not) (X (X bad) (X .)))\n\n(X (X Good) (X .))\n"
    assert "in.parquet:2: no words" in done.stderr


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"text": [1, 2]}, "in.parquet: --text-column text has the type int64; must be text"),
        ({"text": [["a"]]}, "in.parquet: --text-column text has the type list<element: string>; must be text"),
        (
            {"a": ["x"], "b": ["y"]},
            "in.parquet: --text-column must name the column of the texts; the columns are: a, b",
        ),
        ({"text": ["a" * ((1 << 22) + 1)]}, "in.parquet:1: this text has 4,194,305 characters; must have at most"),
    ],
)
def test_wrong_columns_end_in_one_message(
    parse_corpus: Command, tmp_path: Path, columns: dict[str, Any], message: str
) -> None:
    write(tmp_path / "in.parquet", columns)
    for options in (("--brackets",), ("--out", "out.jsonl")):
        assert parse_corpus("--file", "in.parquet", *options).error.startswith(message)


def test_malformed_files_end_in_one_message(parse_corpus: Command, tmp_path: Path) -> None:
    path = tmp_path / "in.parquet"
    write(path, {"text": ["good film"] * 99}, compression="none", use_dictionary=False)
    whole = path.read_bytes()
    bad = whole.replace(b"good film", b"good \xff\xfe\xfd\xfc")
    for content in (b"", whole[:-20], whole[:100] + b"\0" * 200 + whole[300:], bad):
        path.write_bytes(content)
        error = parse_corpus("--file", "in.parquet", "--out", "out.jsonl").error
        assert error.startswith("in.parquet: "), error
    path.unlink()
    assert parse_corpus("--file", "in.parquet", "--brackets").error.startswith("in.parquet: cannot read this file")
    assert "cannot be read from standard input" in parse_corpus("--form", "parquet", "--brackets").error


def test_long_lines_end_in_one_message(parse_corpus: Command, tmp_path: Path) -> None:
    for name in ("in.txt", "in.jsonl"):
        (tmp_path / name).write_text("\n" + "a" * ((1 << 22) + 1))
        error = parse_corpus("--file", name, "--out", "out.jsonl").error
        assert error == f"{name}:2: this line has more than 4,194,304 characters; must have at most as many"
