"""Texts in a column of CSV, TSV, JSON Lines or Parquet, read record by record in constant memory."""

from __future__ import annotations

import csv
import json
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from io import TextIOWrapper
from itertools import chain, islice, repeat
from pathlib import Path
from typing import Any, Literal, NamedTuple, TextIO

from treebanks.own_data.csv_rows import csv_rows, is_quoted, with_delimiter
from treebanks.own_data.table_files import TEXT_COLUMNS
from treenn.commands.parquet_input import parquet_columns, parquet_rows, read_parquet
from treenn.commands.record import Record, cell
from treenn.commands.text_input import STANDARD_INPUT, TYPED, Line, physical_lines
from treenn.trees.errors import InputError, argument
from treenn.trees.files import codec_of

_FORMS = {".csv": "csv", ".tsv": "tsv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet"}
_UNDECODED = re.compile("[\ud800-\udfff]")


class Table(NamedTuple):
    """The lines of files, each with its cells, and the columns of the files."""

    columns: tuple[str, ...]
    lines: Iterator[Line]


def form_of(path: str) -> str | None:
    """The form of a table by its suffix; None for other files.

    >>> form_of("reviews.CSV"), form_of("reviews.txt")
    ('csv', None)
    """
    return _FORMS.get(Path(path).suffix.lower())


def read_tables(
    paths: Sequence[str],
    text_column: str | None = None,
    *,
    form: str | None = None,
    encoding: str = "utf-8",
    keep_all: bool = False,
    skip: int = 0,
) -> Table:
    """Read the texts of files with a header, of JSON Lines or of Parquet.

    Args:
        paths: the files; `-` is standard input. All must have the same columns.
        text_column: the column of the texts (default: the only column, or the first of `TEXT_COLUMNS` that exists).
        form: the form of the files: `csv`, `tsv`, `jsonl` or `parquet` (default: by suffix).
        encoding: the encoding (default: UTF-8, with or without a byte order mark).
        keep_all: whether a JSON object with a key that the first one lacks is an error (default: False, the key is
            ignored).
        skip: the number of records of the first file that are skipped (default: 0).

    Raises:
        InputError: if a file cannot be read, has no such column, other columns than the first file, or a malformed
            record. Errors in records are raised on iteration.
    """
    skips = chain([skip], repeat(0))
    files = (
        _read_table(path, text_column, form, encoding, keep_all, skip) for path, skip in zip(paths, skips, strict=False)
    )
    first = next(files)
    return Table(first.columns, chain(first.lines, _same_columns(first.columns, files, paths[1:])))


def _same_columns(columns: tuple[str, ...], files: Iterable[Table], paths: Iterable[str]) -> Iterator[Line]:
    for table, path in zip(files, paths, strict=True):
        if table.columns != columns:
            named = f"{', '.join(table.columns)}; must be those of the first file: {', '.join(columns)}"
            raise InputError(f"the columns of this file are {named}", source=path)
        yield from table.lines


def count_records(path: str, form: str | None = None, encoding: str = "utf-8") -> int:
    """Count the records of a file.

    Args:
        path: the file.
        form: its form, as in `read_tables` (default: by suffix).
        encoding: its encoding (default: UTF-8).

    Raises:
        InputError: if it cannot be read, or a row of CSV or TSV is malformed. Objects of JSON Lines are not parsed.
    """
    form = form or form_of(path)
    if form == "parquet":
        return parquet_rows(path)
    if form != "jsonl":
        return max(sum(1 for _ in _records(path, path, form or "", encoding)) - 1, 0)
    with _located(path, encoding), _opened(path, encoding) as file:
        return sum(1 for line in physical_lines(file, path) if line.strip())


def _read_table(
    path: str, text_column: str | None, form: str | None, encoding: str, keep_all: bool, skip: int
) -> Table:
    source = TYPED if path == STANDARD_INPUT else path
    form = form or form_of(path)
    if form is None:
        raise InputError(
            f"{argument('form')} must be csv, tsv, jsonl or parquet, since the suffix of the file is none of these",
            source=source,
        )
    if form == "parquet":
        given = parquet_columns(path)
        column = _text_column(given, text_column, source)
        lines = (_line(record, given, column, source, keep_all) for record in read_parquet(path, column, skip))
        return Table(given, lines)
    records = _records(path, source, form, encoding, skip)
    header = next(records, None)
    if header is None:
        raise InputError("this file is empty; must have a header and records", source=source)
    columns = tuple(header.cells)
    column = _text_column(columns, text_column, source)
    rows = chain([header], records) if form == "jsonl" else records
    return Table(columns, (_line(record, columns, column, source, keep_all) for record in rows))


def _text_column(columns: Sequence[str], given: str | None, source: str) -> str:
    known = f"the columns are: {', '.join(columns) or 'none'}"
    if given is not None and given not in columns:
        raise InputError(f"{argument('text_column')} {given}: no such column; {known}", source=source)
    common = [column for name in TEXT_COLUMNS for column in columns if column.strip().lower() == name]
    candidates = [given] if given is not None else common or columns
    if not candidates or (not common and len(candidates) > 1):
        raise InputError(f"{argument('text_column')} must name the column of the texts; {known}", source=source)
    return candidates[0]


def _line(record: Record, columns: tuple[str, ...], text_column: str, source: str, keep_all: bool) -> Line:
    others = [key for key in record.cells if key not in columns] if keep_all else []
    if others:
        problem = f"the first object has no key {others[0]!r}; all objects must have the same keys"
        raise InputError(problem, source=source, line=record.number)
    if text_column not in record.cells:
        raise InputError(f"the key {text_column!r} is missing; it must be the text", source=source, line=record.number)
    cells = tuple(record.cells.get(column, "") for column in columns)
    return Line(record.cells[text_column], source, record.number, cells)


def _records(path: str, source: str, form: str, encoding: str, skip: int = 0) -> Iterator[Record]:
    """Yield the records of a file after the skipped ones; the first record of CSV and TSV is the header."""
    with _located(source, encoding), _opened(path, encoding) as file:
        if form == "jsonl":
            read = _json_lines(file, source, skip)
        else:
            rows = _rows(file, source, form)
            read = chain(islice(rows, 1), islice(rows, skip, None))
        for record in read:
            for column, cell in record.cells.items():
                _check_decoded(column, source, record.number, encoding)
                _check_decoded(cell, source, record.number, encoding)
            yield record


@contextmanager
def _located(source: str, encoding: str) -> Iterator[None]:
    try:
        yield
    except UnicodeError as error:
        raise InputError(f"this file is not {codec_of(encoding).upper()}: {error}", source=source) from error
    except OSError as error:
        raise InputError(f"cannot read this file: {error.strerror or error}", source=source) from error


def _opened(path: str, encoding: str) -> Any:
    """Open a file as a context manager. Line breaks are unchanged, and invalid bytes become surrogates."""
    codec = codec_of(encoding)
    how: dict[str, Any] = {
        "encoding": "utf-8-sig" if codec == "utf-8" else codec,
        "errors": "surrogateescape",
        "newline": "",
    }
    if path != STANDARD_INPUT:
        return Path(path).open(**how)
    if isinstance(sys.stdin, TextIOWrapper):
        sys.stdin.reconfigure(**how)
    return nullcontext(sys.stdin)


def _check_decoded(text: str, source: str, line: int, encoding: str) -> None:
    if bad := _UNDECODED.search(text):
        byte = ord(bad[0]) - 0xDC00
        problem = (
            f"byte 0x{byte:02x} is not {codec_of(encoding).upper()}" if 0x80 <= byte <= 0xFF else "a lone surrogate"
        )
        remedy = f"pass the file's encoding, such as {argument('encoding', repr('latin-1'))}"
        raise InputError(f"{problem}; {remedy}", source=source, line=line)


def _rows(file: TextIO, source: str, form: str) -> Iterator[Record]:
    header: list[str] = []
    quoting = _quoting(file, form)
    delimiter, lines = ("\t", file) if form == "tsv" else with_delimiter(file)
    for number, row in csv_rows(lines, delimiter, quoting, source):
        if isinstance(row, InputError):
            raise row
        header = header or _checked_header(row, source, number)
        if len(row) != len(header):
            problem = f"this row has {len(row)} columns; it must have {len(header)}, as the header"
            raise InputError(problem, source=source, line=number)
        yield Record(number, dict(zip(header, row, strict=True)))


def _quoting(file: TextIO, form: str) -> Literal[0, 3]:
    """The quoting of a file. The quotes of a TSV are part of the texts if its rows are otherwise malformed."""
    if form != "tsv" or not file.seekable():
        return csv.QUOTE_MINIMAL
    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if is_quoted(file) else csv.QUOTE_NONE
    file.seek(0)
    return quoting


def _checked_header(row: list[str], source: str, line: int) -> list[str]:
    repeated = [column for column in row if row.count(column) > 1]
    if repeated:
        raise InputError(f"the column {repeated[0]!r} occurs twice; must occur once", source=source, line=line)
    return row


def _json_lines(file: TextIO, source: str, skip: int) -> Iterator[Record]:
    lines = ((number, line) for number, line in enumerate(physical_lines(file, source), start=1) if line.strip())
    for number, line in islice(lines, skip, None):
        try:
            value = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise InputError(f"not JSON: {error}; must be an object per line", source=source, line=number) from error
        if not isinstance(value, dict):
            raise InputError(f"must be a JSON object, not {str(line.strip())[:40]}", source=source, line=number)
        yield Record(number, {key: cell(item) for key, item in value.items()})
