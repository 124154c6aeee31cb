"""`Record`: a record of a table, whose cells are text."""

from __future__ import annotations

import json
from typing import NamedTuple


class Record(NamedTuple):
    """A record of a table: the number of its first line or of its row in Parquet, from 1, and its cells by column."""

    number: int
    cells: dict[str, str]


def cell(value: object) -> str:
    """Convert a value to a cell: text is unchanged, None is empty, numbers, truth values, lists and objects are JSON.

    >>> cell("a"), cell(None), cell(True), cell(["é", None])
    ('a', '', 'true', '["é", null]')
    """
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
