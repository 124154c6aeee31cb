"""Records of Parquet files, read in batches by pyarrow, the extra `treenn[parquet]`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from treenn.commands.record import Record, cell
from treenn.commands.text_input import LONGEST_LINE, STANDARD_INPUT, TYPED
from treenn.trees.errors import InputError, argument

_BATCH = 512
_BUFFER = 1 << 20  # bytes read at a time, instead of a whole column


def pyarrow() -> Any:
    """The package pyarrow with its module of Parquet.

    Raises:
        InputError: if it is not installed.
    """
    try:
        import pyarrow.parquet
    except ImportError:
        raise InputError('Parquet needs pyarrow: pip install "treenn[parquet]"') from None
    return pyarrow


def parquet_rows(path: str) -> int:
    """The number of rows of a Parquet file, from its metadata.

    Raises:
        InputError: as `read_parquet`.
    """
    with _opened(path) as file:
        return int(file.metadata.num_rows)


def parquet_columns(path: str) -> tuple[str, ...]:
    """The names of the columns of a Parquet file.

    Raises:
        InputError: as `read_parquet`, and if two columns have the same name.
    """
    with _opened(path) as file:
        names: list[str] = file.schema_arrow.names
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"the column {name!r} occurs twice; must occur once", source=path)
    return tuple(names)


def read_parquet(path: str, text_column: str, skip: int = 0) -> Iterator[Record]:
    """Yield the rows of a Parquet file in bounded memory; values other than text become JSON.

    Args:
        path: the file.
        text_column: the column of the texts.
        skip: the number of rows that are skipped; whole row groups of them are not read (default: 0).

    Raises:
        InputError: if pyarrow is not installed, the file cannot be read or is malformed, the column of the texts is no
            text, or a text is too long.
    """
    with _opened(path) as file:
        _check_text(file.schema_arrow.field(text_column), path)
        groups, start = _groups_after(file.metadata, skip)
        number = start
        for batch in file.iter_batches(batch_size=_BATCH, row_groups=groups):
            for row in batch.to_pylist():
                number += 1
                if number > skip:
                    yield Record(number, _cells(row, text_column, path, number))


def _groups_after(metadata: Any, skip: int) -> tuple[list[int], int]:
    """The row groups that hold a row after the skipped ones, and the number of rows before them."""
    start, group = 0, 0
    while group < metadata.num_row_groups and start + metadata.row_group(group).num_rows <= skip:
        start += metadata.row_group(group).num_rows
        group += 1
    return list(range(group, metadata.num_row_groups)), start


def _check_text(field: Any, path: str) -> None:
    types = pyarrow().types
    kind = field.type.value_type if types.is_dictionary(field.type) else field.type
    if not (types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind)):
        raise InputError(f"{argument('text_column')} {field.name} has the type {field.type}; must be text", source=path)


def _cells(row: dict[str, object], text_column: str, path: str, number: int) -> dict[str, str]:
    text = row[text_column]
    if isinstance(text, str) and len(text) > LONGEST_LINE:
        problem = f"this text has {len(text):,} characters; must have at most {LONGEST_LINE:,}"
        raise InputError(problem, source=path, line=number)
    return {name: cell(value) for name, value in row.items()}


@contextmanager
def _opened(path: str) -> Iterator[Any]:
    if path == STANDARD_INPUT:
        raise InputError("Parquet cannot be read from standard input; must be a file", source=TYPED)
    arrow = pyarrow()
    try:
        with arrow.parquet.ParquetFile(path, buffer_size=_BUFFER, pre_buffer=False) as file:
            yield file
    except UnicodeError as error:
        raise InputError(f"a text in this file is not UTF-8: {error}", source=path) from error
    except arrow.ArrowException as error:
        problem = str(error).partition("\n")[0]
        raise InputError(f"this is no readable Parquet file: {problem}", source=path) from error
    except OSError as error:
        raise InputError(f"cannot read this file: {error.strerror or error}", source=path) from error
