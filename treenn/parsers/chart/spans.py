"""The order of a sentence's spans in tables: by width, then by start; one row per span."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt


def span_count(length: int) -> int:
    """Return the number of spans of a sentence of `length` words."""
    return length * (length + 1) // 2


def first_row(length: int, width: int) -> int:
    """Return the row of the first span of a width."""
    return (width - 1) * (length + 1) - (width - 1) * width // 2


def rows_of_width(length: int, width: int) -> slice:
    """Return the rows of all spans of one width, in order of their starts.

    >>> rows_of_width(3, 1), rows_of_width(3, 2), rows_of_width(3, 3)
    (slice(0, 3, None), slice(3, 5, None), slice(5, 6, None))
    """
    first = first_row(length, width)
    return slice(first, first + length - width + 1)


def row(length: int, start: int, end: int) -> int:
    """Return the row of the span of words `start` to `end`, exclusive."""
    return first_row(length, end - start) + start


@lru_cache(maxsize=256)
def starts_and_ends(length: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the start and the end of each row's span."""
    starts = np.concatenate([np.arange(length - width + 1) for width in range(1, length + 1)])
    widths = np.repeat(np.arange(1, length + 1), np.arange(length, 0, -1))
    return starts, starts + widths


@lru_cache(maxsize=256)
def row_table(length: int) -> npt.NDArray[np.int64]:
    """Return the row of the span between two fenceposts, 0 if there is none. Shape: `(length + 1, length + 1)`."""
    table = np.zeros((length + 1, length + 1), dtype=np.int64)
    table[starts_and_ends(length)] = np.arange(span_count(length))
    return table


@lru_cache(maxsize=256)
def rows_by_split(length: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the rows of all spans by their end and then start, and by their start and then end.

    The left children of all splits at a fencepost are adjacent in the first order, the right children in the second.

    >>> [rows.tolist() for rows in rows_by_split(3)]  # 0-1, 0-2, 1-2, 0-3, 1-3, 2-3 and 0-1, 0-2, 0-3, 1-2, 1-3, 2-3
    [[0, 3, 1, 5, 4, 2], [0, 3, 5, 1, 4, 2]]
    """
    starts, ends = starts_and_ends(length)
    return np.lexsort((starts, ends)), np.lexsort((ends, starts))
