"""`TextSource`: the texts of arguments, files of lines, tables or standard input."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from treenn.commands.table_input import form_of, read_tables
from treenn.commands.text_input import STANDARD_INPUT, Line, count_lines, read_input
from treenn.trees.errors import InputError, argument

LINES = "lines"
FORMS = ("csv", "tsv", "jsonl", "parquet", LINES)
"""The forms of files of texts."""


class TextSource(NamedTuple):
    """The input: its lines, their number if it is known, and the columns of a table."""

    lines: Iterator[Line]
    total: int | None
    columns: tuple[str, ...]


def read_source(
    texts: Sequence[str] | None,
    files: Sequence[str],
    form: str | None,
    text_column: str | None,
    encoding: str,
    *,
    keep_all: bool = False,
) -> TextSource:
    """Read text arguments, else files, else standard input.

    Args:
        texts: the text arguments.
        files: the files, all of lines or all tables.
        form: their form (None: by suffix).
        text_column: as in `read_tables`.
        encoding: their encoding.
        keep_all: as in `read_tables` (default: False).

    Raises:
        InputError: if the form is unknown, tables and files of lines are mixed, or a file cannot be read.
    """
    check_form(form)
    files = files or ([] if texts or form in (None, LINES) else [STANDARD_INPUT])
    forms = {form or form_of(path) or LINES for path in files}
    if texts or forms <= {LINES}:
        lines, total = read_input(texts, files, encoding)
        return TextSource(lines, total, ("text",))
    if LINES in forms:
        raise InputError("--file: must be either tables or files with one text per line; --form applies to all")
    table = read_tables(files, text_column, form=form, encoding=encoding, keep_all=keep_all)
    return TextSource(table.lines, None if "parquet" in forms else count_lines(files), table.columns)


def check_form(form: str | None) -> None:
    """Validate the value of --form.

    Raises:
        InputError: if it is unknown.
    """
    if form is not None and form not in FORMS:
        raise InputError(f"{argument('form')} {form}: must be {', '.join(FORMS[:-1])} or {FORMS[-1]}")
