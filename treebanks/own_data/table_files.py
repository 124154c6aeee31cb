"""Readers of labelled texts in CSV, TSV and JSON Lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from treebanks.own_data.csv_rows import Row, read_csv
from treebanks.own_data.json_rows import read_json_lines
from treebanks.own_data.labels import LabelCheck, shown
from treebanks.own_data.raw_dataset import RawExample, RawText
from treebanks.own_data.spec import DatasetSpec
from treenn.trees.errors import InputError, argument
from treenn.trees.skipping import OnError, read_each

TEXT_COLUMNS = ("text", "sentence", "question", "review")
"""The default names of the text column, in order of preference."""

LABEL_COLUMNS = ("label", "class", "category", "sentiment", "score", "target")
"""The default names of the label column, in order of preference."""


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
    if spec.form != "jsonl":  # objects, whose keys may differ
        _check_columns(columns, [*spec.text_column, spec.label_column or ""], path)
    read = partial(_example, path=path, spec=spec, check=check)
    return read_each(rows, read, on_error, InputError("there is no row with a text", source=path))


def with_columns(spec: DatasetSpec, path: Path, text: str) -> DatasetSpec:
    """The specification with the columns of the text and the label, by default those of common names.

    Raises:
        InputError: if a column is not given, and no column or several have a common name.
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


def _check_columns(columns: Sequence[str], wanted: Sequence[str], path: Path) -> None:
    for column in wanted:
        if column not in columns:
            raise InputError(f"there is no column {column!r}; the columns are {shown(columns)}", source=path, line=1)
        if columns.count(column) > 1:
            raise InputError(f"{columns.count(column)} columns are called {column!r}; must be one", source=path, line=1)


def _named(columns: Sequence[str], names: Sequence[str], without: Sequence[str]) -> Iterator[str]:
    """The columns with one of these names, in any case, in the order of the names."""
    by_name = {column.strip().lower(): column for column in reversed(columns) if column not in without}
    return (by_name[name] for name in names if name in by_name)


def _example(row: Row, path: Path, spec: DatasetSpec, check: LabelCheck | None) -> RawExample:
    line, values = row
    if isinstance(values, InputError):
        raise values
    texts = tuple(_value(values, column, path, line) for column in spec.text_column)
    label = _value(values, spec.label_column or "", path, line).strip()
    if check is not None and (problem := check(label)):
        raise InputError(problem, source=path, line=line)
    return RawText(texts, label, line, path)


def _value(values: Mapping[str, str | None], column: str, path: Path, line: int) -> str:
    problem = ""
    if column not in values:
        problem = f"there is no key {column!r} in this line; its keys are {shown(list(values))}"
    elif (value := values[column]) is None:
        problem = f"the value of {column!r} is a list or an object; must be text or a number"
    elif value.strip():
        return value
    raise InputError(problem or f"the column {column!r} is empty; must be text", source=path, line=line)


def _table(path: Path, text: str, spec: DatasetSpec) -> tuple[Sequence[str], Iterator[Row]]:
    """The names of the columns, and the rows."""
    if spec.form == "jsonl":
        return read_json_lines(path, text)
    return read_csv(path, text, "tsv" if spec.form == "tsv" else "csv")
