"""`treenn predict` reads and writes tables."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from saved_models import CLASSES, make_model

from treenn.commands.table_input import read_tables

Command = Callable[..., Any]

OWN = ["class", "label", *CLASSES, "unknown_words", "unknown_share", "warning"]
QUOTED = 'id,text,note\n1,"A ""good"" film,\nnot bad.",x\n\n2,,"a\nb"\n3,Not good.,\n'


@pytest.fixture
def predict(treenn: Command, tmp_path: Path) -> Command:
    make_model(tmp_path / "model")
    return lambda *arguments, **given: treenn("predict", "--model", "model", "--parser", "right", *arguments, **given)


def rows(path: Path, delimiter: str = ",") -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file, delimiter=delimiter, strict=True))


def test_columns_are_kept_and_predictions_added(predict: Command, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(QUOTED)
    done = predict("--file", "in.csv", "--csv", "out.csv")
    warning = "warning: texts with unreliable or no predictions, see their field warning: 1 many unknown words"
    assert done.stderr == f"{warning}\nin.csv:5: no words; lines without words: 1\nwritten: out.csv\n"
    header, *records = rows(tmp_path / "out.csv")
    assert header == ["id", "text", "note", *OWN]
    assert [record[:3] for record in records] == [
        ["1", 'A "good" film,\nnot bad.', "x"], ["2", "", "a\nb"], ["3", "Not good.", ""]
    ]  # fmt: skip
    expected = [json.loads(line) for line in predict("--file", "in.csv", "--json").stdout.splitlines()]
    assert [record[3:5] for record in records] == [[each["class"], str(each["label"])] for each in expected]
    for record, each in zip(records, expected, strict=True):
        assert [float(cell) for cell in record[5:8]] == pytest.approx(each["probabilities"], abs=1e-5)
        assert record[8].split() == each["unknown_words"]
        assert float(record[9]) == pytest.approx(each["unknown_share"], abs=1e-5)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("in.csv", b"\xef\xbb\xbfreview\nnot good\n"),
        ("in.csv", b"review\r\nnot good\r\n"),
        ("in.csv", b"\xef\xbb\xbfid;review\r\n1;not good\r\n"),
        ("in.tsv", b"review\tid\nnot good\t1\n"),
        ("in.JSONL", b'{"review": "not good", "id": 1}\n\n'),
        ("in.ndjson", b'\xef\xbb\xbf{"review": "not good", "x": [1]}\n'),
    ],
)
def test_each_form_is_read_by_its_suffix(predict: Command, tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    [line] = predict("--file", name, "--text-column", "review", "--json").stdout.splitlines()
    assert json.loads(line)["text"] == "not good"


def test_column_of_texts_is_found_or_asked_for(predict: Command, tmp_path: Path) -> None:
    for header in ("id,Review", "review,text", "comment"):
        (tmp_path / "in.csv").write_text(f"{header}\n" + ",".join(["not good"] * len(header.split(","))) + "\n")
        assert json.loads(predict("--file", "in.csv", "--json").stdout)["text"] == "not good"
    (tmp_path / "in.csv").write_text("text,review\ngood,film\n")
    assert json.loads(predict("--file", "in.csv", "--json").stdout)["text"] == "good"
    [line] = predict("--file", "in.csv", "--text-column", "review", "--json").stdout.splitlines()
    assert json.loads(line)["text"] == "film"
    error = "in.csv: --text-column id: no such column; the columns are: text, review"
    assert predict("--file", "in.csv", "--text-column", "id").error == error


def test_quotes_of_tab_separated_texts(predict: Command, tmp_path: Path) -> None:
    for content, text in (('id\ttext\n1\t"good\n', '"good'), ('id\ttext\n1\t"a\tb"\n', "a\tb")):
        (tmp_path / "in.tsv").write_text(content)
        assert json.loads(predict("--file", "in.tsv", "--json").stdout)["text"] == text


def test_standard_input_has_a_form_by_option(predict: Command, tmp_path: Path) -> None:
    done = predict("--form", "csv", "--csv", "out.tsv", stdin=b"text,id\nnot good,7\n")
    assert done.returncode == 0
    header, record = rows(tmp_path / "out.tsv", "\t")
    assert (header, record[:2]) == (["text", "id", *OWN], ["not good", "7"])


def test_lines_and_arguments_become_a_table(predict: Command, tmp_path: Path) -> None:
    assert predict("not good", "film", "--csv", "out.csv").returncode == 0
    header, *records = rows(tmp_path / "out.csv")
    assert (header, [record[0] for record in records]) == (["text", *OWN], ["not good", "film"])
    (tmp_path / "plain.csv").write_text("not, good\nfilm\n")
    assert len(predict("--file", "plain.csv", "--form", "lines", "--json").stdout.splitlines()) == 2


def test_json_cells_are_kept(predict: Command, tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text(
        '{"text": "good", "id": 3, "tags": ["é", null], "none": null}\n{"text": "bad"}\n'
    )
    assert predict("--file", "in.jsonl", "--csv", "out.csv").returncode == 0
    header, *records = rows(tmp_path / "out.csv")
    assert [record[:4] for record in records] == [["good", "3", '["é", null]', ""], ["bad", "", "", ""]]
    assert header[:4] == ["text", "id", "tags", "none"]
    (tmp_path / "in.jsonl").write_text('{"text": "good"}\n{"text": "bad", "id": 3}\n')
    error = "in.jsonl:2: the first object has no key 'id'; all objects must have the same keys"
    assert predict("--file", "in.jsonl", "--csv", "out.csv").error == error
    assert predict("--file", "in.jsonl", "--json").returncode == 0


def test_several_files_have_the_same_columns(predict: Command, tmp_path: Path) -> None:
    for name, header in (("a.csv", "id,text"), ("b.csv", "id,text"), ("c.csv", "text,id")):
        (tmp_path / name).write_text(f"{header}\n1,good\n")
    assert predict("--file", "a.csv", "--file", "b.csv", "--csv", "out.csv").returncode == 0
    assert len(rows(tmp_path / "out.csv")) == 3
    error = "c.csv: the columns of this file are text, id; must be those of the first file: id, text"
    assert predict("--file", "a.csv", "--file", "c.csv", "--csv", "other.csv").error == error
    assert not (tmp_path / "other.csv").exists()
    (tmp_path / "d.txt").write_text("good\n")
    assert predict("--file", "a.csv", "--file", "d.txt").error.startswith("--file: must be either tables or files")


def test_several_models_have_columns_with_their_names(predict: Command, tmp_path: Path) -> None:
    make_model(tmp_path / "binary", ("no", "yes"))
    assert predict("not good", "--model", "binary", "--csv", "out.csv").returncode == 0
    header, record = rows(tmp_path / "out.csv")
    names = [f"model.{name}" for name in OWN]
    assert header == ["text", *names, *(f"binary.{name}" for name in ("class", "label", "no", "yes", *OWN[-3:]))]
    assert len(record) == len(header)


def test_own_tables_are_replaced_and_others_kept(predict: Command, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("text,label\nnot good,1\n")
    for _ in range(2):
        assert predict("--file", "in.csv", "--csv", "out.csv").returncode == 0
    error = "this file exists and is no table of predictions: it is not replaced; move it or name another"
    assert predict("--file", "in.csv", "--csv", "in.csv", "--model", "nowhere").error == f"in.csv: {error}"
    assert (tmp_path / "in.csv").read_text() == "text,label\nnot good,1\n"


def test_an_error_leaves_no_table(predict: Command, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("text,label\n" + "not good,1\n" * 1500 + "good\n")
    assert (
        predict("--file", "in.csv", "--csv", "out.csv").error
        == "in.csv:1502: this row has 1 columns; it must have 2, as the header"
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv", "model"]
    (tmp_path / "in.csv").write_text("text\n \n")
    assert predict("--file", "in.csv", "--csv", "out.csv").error == "in.csv: the input has no words"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv", "model"]


LONG = "x" * 131_073


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", b"", "a.csv: this file is empty; must have a header and records"),
        ("a.csv", b"id,comment\n1,a\n", "a.csv: --text-column must name the column of the texts; the columns are: id, "
         "comment"),
        ("a.csv", b"text,text\n", "a.csv:1: the column 'text' occurs twice; must occur once"),
        ("a.csv", b'text\n"a\nb\n', "a.csv:2: a quote in this row is not closed"),
        ("a.csv", b'text\na\n"b"c\n', "a.csv:3: a quote in this row is followed by text; quotes inside of quotes must "
         'be doubled, ""'),
        ("a.csv", f'text\n"{LONG}\n'.encode(), "a.csv:2: a field has more than 131,072 characters; is a quote not "
         "closed?"),
        ("a.csv", b"text,id\na,1\ncaf\xe9,2\n", "a.csv:3: byte 0xe9 is not UTF-8; pass the file's encoding, such as "
         "--encoding latin-1"),
        ("a.jsonl", b'{"text": "a"}\n[1]\n', "a.jsonl:2: must be a JSON object, not [1]"),
        ("a.jsonl", b'{"text": "a", "id": 1}\n{"id": 2}\n',
         "a.jsonl:2: the key 'text' is missing; it must be the text"),
        ("a.jsonl", b'{"text": "\\ud800"}\n',
         "a.jsonl:1: a lone surrogate; pass the file's encoding, such as --encoding latin-1"),
    ],
)  # fmt: skip
def test_malformed_tables_are_located(
    predict: Command, tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    (tmp_path / name).write_bytes(content)
    assert predict("--file", name, "--csv", "out.csv").error == message
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16", "cp1252"])
@pytest.mark.parametrize("name", ["a.csv", "a.txt"])
def test_other_encodings_are_read(predict: Command, tmp_path: Path, name: str, encoding: str) -> None:
    text = "text\ncafé\n" if name == "a.csv" else "café\n"
    (tmp_path / name).write_bytes(text.encode(encoding))
    [line] = predict("--file", name, "--encoding", encoding, "--json").stdout.splitlines()
    assert json.loads(line)["text"] == "café"
    assert predict("--file", name, "--encoding", "klingon").error.startswith(
        "--encoding 'klingon': must be the name of"
    )


def test_invalid_bytes_of_other_encodings_are_errors(predict: Command, tmp_path: Path) -> None:
    for name in ("a.csv", "a.txt"):
        (tmp_path / name).write_bytes(b"text\ncaf\x81\n")
        assert "is not CP1252" in predict("--file", name, "--encoding", "cp1252").error
    assert "is not CP1252" in predict("--encoding", "cp1252", stdin=b"caf\x81\n").error


def test_unknown_form_is_refused(predict: Command) -> None:
    assert predict("--form", "xml", stdin=b"a\n").error == "--form xml: must be csv, tsv, jsonl, parquet or lines"


def test_hostile_class_names_stay_one_cell(predict: Command, tmp_path: Path) -> None:
    make_model(tmp_path / "hostile", ('a,"b\nc', "\ud800"))
    (tmp_path / "in.csv").write_text("text\nnot good\n")
    done = predict("--file", "in.csv", "--model", "hostile", "--csv", "out.csv")
    assert done.returncode == 0, done.stderr
    header, record = rows(tmp_path / "out.csv")
    assert 'hostile.a,"b\nc' in header
    assert len(header) == len(record)


def test_a_long_file_is_read_record_by_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.csv").write_text("text\n" + "good\n" * 10_000 + '"unclosed\n')
    lines = read_tables(["a.csv"], "text").lines
    assert [next(lines).number for _ in range(5000)][-1] == 5001  # the error at the end is not reached
