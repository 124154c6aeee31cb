"""Rows of JSON Lines files, each with its line or its error."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from treebanks.own_data.csv_rows import Row
from treenn.trees.errors import InputError
from treenn.trees.files import split_lines

_SURROGATE = re.compile("[\ud800-\udfff]")


def read_json_lines(path: Path, text: str) -> tuple[Sequence[str], Iterator[Row]]:
    """Read the objects of a JSON Lines file. Numbers are text, as they are written.

    Args:
        path: the file, for messages.
        text: its text.

    Returns:
        The keys of the first object, and the rows, without blank lines.

    Raises:
        InputError: if there is no object.
    """
    lines = [(number, line) for number, line in enumerate(split_lines(text), start=1) if line.strip()]
    errors = []
    for number, line in lines:
        values = _values(path, number, line)
        if not isinstance(values, InputError):
            return list(values), ((number, _values(path, number, line)) for number, line in lines)
        errors.append(values)
    raise errors[0] if errors else InputError("this file is empty; a line must be a JSON object", source=path)


def _values(path: Path, number: int, line: str) -> dict[str, str | None] | InputError:
    """The values by key of an object."""
    try:
        record = json.loads(line, parse_int=str, parse_float=str, parse_constant=str)
    except json.JSONDecodeError as error:
        return InputError(f"not JSON: {error.msg}", source=path, line=number, column=error.colno)
    except RecursionError:
        return InputError("this JSON is nested too deeply to be read", source=path, line=number)
    if not isinstance(record, dict) or not record:
        return InputError(
            'this line must be a JSON object with keys, such as {"text": "good"}', source=path, line=number
        )
    values = {key: _text(value) for key, value in record.items()}
    if "\\u" in line and any(_SURROGATE.search(value or "") for value in values.values()):
        return InputError("this line has an unpaired surrogate; must be Unicode text", source=path, line=number)
    return values


def _text(value: object) -> str | None:
    """The text of a value: empty for null, None for a list or an object."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (dict, list)):
        return None
    return "" if value is None else str(value)
