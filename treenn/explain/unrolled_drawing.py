"""Base class of unrolled networks: drawings as text, and as a graph with coordinates."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import networkx

_GAP = 3


class Drawing(ABC):
    """An unrolled network."""

    @abstractmethod
    def text(self, width: int) -> str:
        """Returns the drawing for a terminal of `width` columns."""

    @abstractmethod
    def graph(self) -> networkx.DiGraph:
        """Returns the graph of boxes, with an edge from each state to its dependents.

        Node attributes: `text`; `place`, the center of the box as (x, y), in characters and lines from the lower left;
        `kind`: `"word"` (without a box), `"state"` or `"result"`. Graph attribute `rows`: a dict from y to row label.
        """


def columns(widths: Sequence[int]) -> list[float]:
    """Returns the centers of adjacent columns of these widths.

    >>> columns([4, 6])
    [2.0, 10.0]
    """
    starts = accumulate((width + _GAP for width in widths), initial=0)
    return [start + width / 2 for start, width in zip(starts, widths, strict=False)]


def shape_of(row: Any) -> str:
    """Returns the shape of a tensor or array, formatted for drawings.

    >>> import numpy as np
    >>> shape_of(np.zeros(3))
    '(3)'
    """
    return f"({', '.join(map(str, row.shape))})"
