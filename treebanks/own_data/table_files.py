"""Readers of labelled texts in CSV, TSV and JSON Lines."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Literal

from treebanks.own_data.labels import LabelCheck, shown
from treebanks.own_data.raw_dataset import RawExample, RawText
from treebanks.own_data.spec import DatasetSpec
from treenn.trees.errors import InputError, argument
from treenn.trees.files import split_lines
from treenn.trees.skipping import OnError, read_each

TEXT_COLUMNS = ("text", "sentence", "question", "review")
"""The columns that are the text by default, in this order."""

LABEL_COLUMNS = ("label", "class", "category", "sentiment", "score", "target")
"""The columns that are the label by default, in this order."""

_Row = tuple[int, Mapping[str, str] | InputError]  # the line of a row, and its values by column or its error


def read_table(
    path: Path, text: str, spec: DatasetSpec, check: LabelCheck | None, on_error: OnError | None
) -> list[RawExample]:
    """Read labelled texts.

    Args:
        path: the file, for messages.
        text: its text.
        spec: the specification, with the columns (`with_columns`).
        check: a function that returns the problem of a label (default: None, any label is valid).
        on_error: called with the error of each skipped row (default: None, the first error is raised).

    Raises:
        InputError: if a column is missing, a row is malformed, a text or label is empty, or a label is invalid.
    """
    columns, rows = _table(path, text, spec)
    for column in (*spec.text_column, spec.label_column):
        if column is not None and column not in columns:
            raise InputError(f"there is no column {column!r}; the columns are {shown(columns)}", source=path, line=1)
    read = partial(_example, path=path, spec=spec, check=check)
    return read_each(rows, read, on_error, InputError("there is no row with a text", source=path))


def with_columns(spec: DatasetSpec, path: Path, text: str) -> DatasetSpec:
    """The specification with the columns of the text and the label, by default those with a common name.

    Raises:
        InputError: if a column is not given, and no column or more than one may be meant.
    """
    columns = _table(path, text, spec)[0]
    label = spec.label_column or next(_named(columns, LABEL_COLUMNS, spec.text_column), None)
    if label is None:
        raise InputError(
            f"pass {argument('label_column')}: there is no column {' or '.join(LABEL_COLUMNS)}; "
            f"the columns are {shown(columns)}",
            source=path,
            line=1,
        )
    others = [column for column in columns if column != label]
    texts = spec.text_column or tuple(_named(others, TEXT_COLUMNS, ()))[:1] or others
    if len(texts) != 1 and not spec.text_column:
        raise InputError(
            f"pass {argument('text_column')}: there is no column {' or '.join(TEXT_COLUMNS)}; "
            f"the columns are {shown(columns)}",
            source=path,
            line=1,
        )
    return replace(spec, text_column=tuple(texts), label_column=label)


def _named(columns: Sequence[str], names: Sequence[str], without: Sequence[str]) -> Iterator[str]:
    """The columns with one of these names, in any case, in the order of the names."""
    by_name = {column.strip().lower(): column for column in reversed(columns) if column not in without}
    return (by_name[name] for name in names if name in by_name)


def _example(row: _Row, path: Path, spec: DatasetSpec, check: LabelCheck | None) -> RawExample:
    line, values = row
    if isinstance(values, InputError):
        raise values
    texts = tuple(_value(values, column, path, line) for column in spec.text_column)
    label = _value(values, spec.label_column or "", path, line).strip()
    if check is not None and (problem := check(label)):
        raise InputError(problem, source=path, line=line)
    return RawText(texts, label, line)


def _value(values: Mapping[str, str], column: str, path: Path, line: int) -> str:
    if column not in values:
        known = shown(list(values))
        raise InputError(f"there is no key {column!r} in this line; its keys are {known}", source=path, line=line)
    if not values[column].strip():
        raise InputError(f"the column {column!r} is empty; it must not be", source=path, line=line)
    return values[column]


def _table(path: Path, text: str, spec: DatasetSpec) -> tuple[Sequence[str], Iterator[_Row]]:
    """The names of the columns, and the rows."""
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise InputError("this file has a NUL character; it must be a text file", source=path, line=line)
    if spec.form == "jsonl":
        return _json_table(path, text)
    return _csv_table(path, text, "\t" if spec.form == "tsv" else ",")


def _json_table(path: Path, text: str) -> tuple[Sequence[str], Iterator[_Row]]:
    lines = [(number, line) for number, line in enumerate(split_lines(text), start=1) if line.strip()]
    rows = ((number, _json_values(path, number, line)) for number, line in lines)
    columns = next((list(values) for _, values in rows if isinstance(values, dict)), [])
    return columns, ((number, _json_values(path, number, line)) for number, line in lines)


def _json_values(path: Path, number: int, line: str) -> dict[str, str] | InputError:
    """The keys and the values, as text, of a line; numbers are as they are written."""
    try:
        record = json.loads(line, parse_int=str, parse_float=str, parse_constant=str)
    except json.JSONDecodeError as error:
        return InputError(f"not JSON: {error.msg}", source=path, line=number, column=error.colno)
    except RecursionError:
        return InputError("this JSON is nested too deeply to be read", source=path, line=number)
    if not isinstance(record, dict):
        return InputError("this line is no JSON object; it must be one, {...}", source=path, line=number)
    return {key: _json_text(value) for key, value in record.items() if not isinstance(value, (dict, list))}


def _json_text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def _csv_table(path: Path, text: str, delimiter: str) -> tuple[Sequence[str], Iterator[_Row]]:
    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL
    if delimiter == "\t" and '"' in text and not is_quoted(io.StringIO(text, newline="")):
        quoting = csv.QUOTE_NONE
    rows = _csv_rows(path, text, delimiter, quoting)
    for _, header in rows:
        if isinstance(header, InputError):
            raise header
        columns = [name.strip() for name in header]
        return columns, _with_header(path, columns, rows)
    raise InputError("this file is empty; its first line must be the names of the columns", source=path)


def _with_header(
    path: Path, columns: Sequence[str], rows: Iterator[tuple[int, list[str] | InputError]]
) -> Iterator[_Row]:
    for line, fields in rows:
        if isinstance(fields, InputError):
            yield line, fields
        elif len(fields) != len(columns):
            problem = f"this row has {len(fields)} columns; it must have {len(columns)}, as the header"
            yield line, InputError(problem, source=path, line=line)
        else:
            yield line, dict(zip(columns, fields, strict=True))


def is_quoted(lines: Iterable[str]) -> bool:
    """Whether the quotes of a TSV are those of CSV, and not part of the texts: the rows are valid and equally long.

    Args:
        lines: the file, or its lines with their line breaks.
    """
    try:
        rows = csv.reader(lines, delimiter="\t", strict=True)
        return len({len(row) for row in rows if row}) <= 1
    except csv.Error:
        return False


def _csv_rows(
    path: Path, text: str, delimiter: str, quoting: Literal[0, 3]
) -> Iterator[tuple[int, list[str] | InputError]]:
    """The rows other than blank lines, each with its first line."""
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quoting=quoting, strict=True)
    line = 1
    while True:
        try:
            fields = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield line, _csv_error(error, path, line)
        else:
            if fields:
                yield line, fields
        line = rows.line_num + 1


def _csv_error(error: csv.Error, path: Path, line: int) -> InputError:
    return InputError(csv_problem(error), source=path, line=line)


def csv_problem(error: csv.Error) -> str:
    """The problem of a malformed row, for an error message."""
    message = str(error)
    if "limit" in message:
        message = f"a field has more than {csv.field_size_limit():,} characters; is a quote not closed?"
    elif "end of data" in message:
        message = "a quote in this row is not closed"
    elif "expected after" in message:
        message = 'a quote in this row is followed by text; quotes inside of quotes must be doubled, ""'
    return message
