"""Rows of CSV and TSV files, each with its line or its error."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Literal

from treenn.trees.errors import InputError

Row = tuple[int, Mapping[str, str | None] | InputError]
"""The line of a row, from 1, and its values by column, or its error. A value is None if it is not text."""


_DELIMITERS = ",;\t"
_QUOTED = re.compile('"[^"]*"')


def read_csv(path: Path, text: str, form: Literal["csv", "tsv"]) -> tuple[Sequence[str], Iterator[Row]]:
    """Read the header and the rows of a CSV or TSV file.

    The quotes of a TSV are read as those of CSV if all rows then have equally many columns. Otherwise they are part of
    the texts.

    Args:
        path: the file, for messages.
        text: its text.
        form: TSV, or CSV, whose separator of columns is inferred (`with_delimiter`).

    Returns:
        The names of the columns, and the rows, without blank lines.

    Raises:
        InputError: if there is no header.
    """
    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL
    if form == "tsv" and '"' in text and not is_quoted(io.StringIO(text, newline="")):
        quoting = csv.QUOTE_NONE
    file = io.StringIO(text, newline="")
    delimiter, lines = ("\t", file) if form == "tsv" else with_delimiter(file)
    rows = csv_rows(lines, delimiter, quoting, path)
    for _, header in rows:
        if isinstance(header, InputError):
            raise header
        columns = [name.strip() for name in header]
        return columns, _with_header(path, columns, rows)
    raise InputError("this file is empty; its first line must be the names of the columns", source=path)


def with_delimiter(lines: Iterable[str]) -> tuple[str, Iterable[str]]:
    """The separator of columns of a CSV file, and its lines.

    Spreadsheets of many languages write semicolons. The separator is the comma, semicolon or tab that occurs most often
    in the header outside of quotes; the comma if none occurs.

    Args:
        lines: the file, or its lines with their line breaks.

    >>> with_delimiter(["text;label\\n"])[0], with_delimiter(["text,label;\\n"])[0]
    (';', ',')
    """
    rest, start = iter(lines), list[str]()
    for line in rest:
        start.append(line)
        if line.strip():
            break
    header = _QUOTED.sub("", start[-1]) if start else ""
    return max(_DELIMITERS, key=header.count), chain(start, rest)


def _with_header(
    path: Path, columns: Sequence[str], rows: Iterator[tuple[int, list[str] | InputError]]
) -> Iterator[Row]:
    for line, fields in rows:
        if isinstance(fields, InputError):
            yield line, fields
        elif len(fields) != len(columns):
            problem = f"this row has {len(fields)} columns; it must have {len(columns)}, as the header"
            yield line, InputError(problem, source=path, line=line)
        else:
            yield line, dict(zip(columns, fields, strict=True))


def is_quoted(lines: Iterable[str]) -> bool:
    """Return True if the quotes of a TSV are those of CSV: all rows are then valid and have equally many columns.

    Args:
        lines: the file, or its lines with their line breaks.
    """
    try:
        rows = csv.reader(lines, delimiter="\t", strict=True)
        return len({len(row) for row in rows if row}) <= 1
    except csv.Error:
        return False


def csv_rows(
    lines: Iterable[str], delimiter: str, quoting: Literal[0, 3], source: str | Path
) -> Iterator[tuple[int, list[str] | InputError]]:
    """The rows other than blank lines, each with its first line, or with its error.

    Args:
        lines: the file, or its lines with their line breaks.
        delimiter: the separator of columns.
        quoting: `csv.QUOTE_MINIMAL`, or `csv.QUOTE_NONE` if quotes are part of the texts.
        source: the file, for messages.
    """
    rows = csv.reader(lines, delimiter=delimiter, quoting=quoting, strict=True)
    line = 1
    while True:
        try:
            fields = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield line, InputError(_problem(error), source=source, line=line)
        else:
            if fields:
                yield line, fields
        line = rows.line_num + 1


def _problem(error: csv.Error) -> str:
    """The problem of a malformed row, for an error message."""
    message = str(error)
    if "limit" in message:
        message = f"a field has more than {csv.field_size_limit():,} characters; is a quote not closed?"
    elif "end of data" in message:
        message = "a quote in this row is not closed"
    elif "expected after" in message:
        message = 'a quote in this row is followed by text; quotes inside of quotes must be doubled, ""'
    return message
