"""What every network unrolled has: a drawing as text, and a graph with a place for every box."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import networkx

_GAP = 3


class Drawing(ABC):
    """A network unrolled."""

    @abstractmethod
    def text(self, width: int) -> str:
        """For a terminal of so many columns."""

    @abstractmethod
    def graph(self) -> networkx.DiGraph:
        """For a picture: boxes, and an edge from each to those that read it.

        A node has the attributes `text`; `place`, the middle of its box as (x, y), in letters and lines from the lower
        left; and `kind`: `"word"`, which has no box, `"state"` or `"result"`. The graph's own attribute `rows` says
        what stands at a height, as a dict from y to text.
        """


def columns(widths: Sequence[int]) -> list[float]:
    """The middles of columns of these widths, side by side.

    >>> columns([4, 6])
    [2.0, 10.0]
    """
    starts = accumulate((width + _GAP for width in widths), initial=0)
    return [start + width / 2 for start, width in zip(starts, widths, strict=False)]


def shape_of(row: Any) -> str:
    """The shape of a tensor or an array as drawings write it.

    >>> import numpy as np
    >>> shape_of(np.zeros(3))
    '(3)'
    """
    return f"({', '.join(map(str, row.shape))})"
