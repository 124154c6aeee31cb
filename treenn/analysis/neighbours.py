"""Merging of neighbouring bins with few sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

T = TypeVar("T")

LEAST = 20
"""The minimum number of sentences of a bin in tables and charts."""


def merge_neighbours(
    bins: Iterable[T], size: Callable[[T], float], join: Callable[[T, T], T], least: float = LEAST
) -> list[T]:
    """Merge each bin that is too small with the next one, and the last one with the one before.

    The rule depends on the sizes only, so that all models have the same bins.

    Args:
        bins: the bins, ascending.
        size: the size of a bin.
        join: returns the union of a bin and the next one.
        least: the minimum size (default: `LEAST`).

    Returns:
        The bins, all of the minimum size; a single one if all together are smaller.

    >>> merge_neighbours([3, 30, 25, 4, 2], float, int.__add__)
    [33, 31]
    """
    found: list[T] = []
    for bin in bins:
        if found and size(found[-1]) < least:
            found[-1] = join(found[-1], bin)
        else:
            found.append(bin)
    if len(found) > 1 and size(found[-1]) < least:
        found[-2:] = [join(*found[-2:])]
    return found
