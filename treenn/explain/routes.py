"""Box sizes and arrow routes, in the units of `Drawing.graph`; no arrow crosses a third box."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, TypeAlias, TypedDict

from rich.cells import cell_len

if TYPE_CHECKING:
    import networkx

HALF_HEIGHT = 0.65
"""Half the height of a box, in lines."""

Point: TypeAlias = tuple[float, float]


class Box(TypedDict):
    """The attributes of a node of the graph of a drawing.

    Args:
        text: the label.
        kind: the kind of the box, which decides its colour.
        place: the centre, in characters and lines.
    """

    text: str
    kind: str
    place: Point


def half_width(node: Box) -> float:
    """Returns half the width of a box, in characters."""
    return (cell_len(node["text"]) + 1) / 2


def route(graph: networkx.DiGraph, start: Hashable, end: Hashable) -> list[Point]:
    """Returns the vertices of an arrow from `start` to `end`.

    Between boxes of one row: a straight line from side to side. `bent` edges, between a child and its parent: vertical
    from the child, then horizontal to the parent's side. `shared` edges, if all targets of a row have the same sources:
    up, along a line below the targets, and up. Otherwise a straight line from an upper edge to a lower edge.
    """
    a, b = graph.nodes[start], graph.nodes[end]
    (x0, y0), (x1, y1) = a["place"], b["place"]
    if y0 == y1:
        way = 1 if x1 > x0 else -1
        return [(x0 + way * half_width(a), y0), (x1 - way * half_width(b), y1)]
    if graph.edges[start, end].get("bent"):
        return _beside(a, b) if y1 > y0 else _beside(b, a)[::-1]
    leaves, arrives = (x0, y0 + HALF_HEIGHT), (x1, y1 - HALF_HEIGHT)
    if graph.edges[start, end].get("shared"):
        return [leaves, (x0, y1 - 1 - HALF_HEIGHT), (x1, y1 - 1 - HALF_HEIGHT), arrives]
    return [leaves, arrives]


def _beside(child: Box, parent: Box) -> list[Point]:
    (x0, y0), (x1, y1) = child["place"], parent["place"]
    side = x1 + half_width(parent) * (1 if x0 > x1 else -1)
    return [(x0, y0 + HALF_HEIGHT), (x0, y1), (side, y1)]
