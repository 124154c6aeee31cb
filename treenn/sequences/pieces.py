"""The rows of packed sequences in pieces that fit into the processor's cache."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from torch import Tensor

from treenn.runtime.matmul import empty_table

_PIECE = 512  # rows whose gates, states and gradients fit into the cache
_LEAST = 16  # rows of a piece, enough for the kernel of large products; bits of `product` depend on the kernel only

MOST_ROWS = _PIECE + _LEAST
"""The largest number of rows of a piece."""


class Piece(NamedTuple):
    """Adjacent rows of one time.

    Args:
        time: the time.
        sequences: the sequences.
        rows: their rows at this time.
        before: their rows one time before; None at the first time.
    """

    time: int
    sequences: slice
    rows: slice
    before: slice | None


def pieces(alive: Sequence[int]) -> Iterator[Piece]:
    """Yields the rows of each time in pieces of `_PIECE`; the last of a time has at least `_LEAST`, if it can."""
    start, last = 0, None
    for time, n in enumerate(alive):
        bounds = [*range(0, max(n - _LEAST, 0) + 1, _PIECE), n]  # of the pieces
        for a, b in pairwise(bounds):
            before = None if last is None else slice(last + a, last + b)
            yield Piece(time, slice(a, b), slice(start + a, start + b), before)
        start, last = start + n, start


def states_before(h: Tensor, alive: Sequence[int]) -> Tensor:
    """Returns the state of the time before at each row, 0 at the first time. Shape: `(room(R), d)`, as `h`."""
    first = alive[0]
    before = empty_table(h, sum(alive), h.shape[1])
    before[:first] = 0
    for piece in pieces(alive):
        if piece.before is not None:
            before[piece.rows] = h[piece.before]
    return before
