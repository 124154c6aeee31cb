"""Pictures of explanations: the unrolled network, with its equations to the right, or below if it is wide."""

from __future__ import annotations

import io
import textwrap
import warnings
from collections.abc import Hashable, Iterator
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypedDict

from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from matplotlib.path import Path
from rich.cells import cell_len

from treenn.explain.explanation import Explanation

if TYPE_CHECKING:
    import networkx

HALF_HEIGHT = 0.65
"""Half the height of a box, in lines."""

Point: TypeAlias = tuple[float, float]

# All lengths are in points: the axes cover the whole picture.
_SIZE = 10
_LETTER, _LINE = 0.602 * _SIZE, 1.4 * _SIZE  # of DejaVu Sans Mono, which matplotlib includes
_EDGE = 2 * _LINE
_PROSE = 80  # letters
_INK, _FAINT = "#1a1a1a", "#6b6b6b"
_FILLS = {"state": "#dcebf7", "result": "#f9dfc3"}
# Independent of the user's matplotlib settings, so that the bytes are reproducible.
_STYLE: Any = {
    "svg.hashsalt": "treenn",
    "text.parse_math": False,
    "font.family": "DejaVu Sans Mono",
    "font.size": _SIZE,
    "text.color": _INK,
}
_styled = style.context(_STYLE, after_reset=True)


@_styled
def picture(explanation: Explanation, format: Literal["svg", "png"]) -> bytes:
    """Returns the picture of an explanation on a white background, as the bytes of a file."""
    graph, lines = explanation.drawing.graph(), list(_lines(explanation))
    margin = _LETTER * (2 + max(map(len, graph.graph["rows"].values())))
    wide, high = (length + margin * (axis == 0) for axis, length in enumerate(_extent(graph)))
    text_wide, text_high = _LETTER * max(cell_len(line) for line, _ in lines), _LINE * len(lines)
    beside = wide <= text_wide
    width = 2 * _EDGE + (wide + 2 * _EDGE + text_wide if beside else max(wide, text_wide))
    height = 2 * _EDGE + (max(high, text_high) if beside else high + _EDGE + text_high)
    figure = Figure(figsize=(width / 72, height / 72), facecolor="white")
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, width), ylim=(0, height))
    axes.set_axis_off()
    _draw(axes, graph, left=_EDGE, margin=margin, bottom=height - _EDGE - high)
    _write(axes, lines, *((3 * _EDGE + wide, height - _EDGE) if beside else (_EDGE, _EDGE + text_high)))
    return _saved(figure, format)


def _lines(explanation: Explanation) -> Iterator[tuple[str, bool]]:
    """Pairs (line, is_heading) for the name and for each section with equations."""
    for line in textwrap.wrap(f"{explanation.name}: {explanation.paper}", _PROSE):
        yield line, True
    for part in explanation.sections:
        if part.blocks:
            yield "", False
            yield part.name, True
        for block in part.blocks:
            equations = [f"    {line}" for line in block.equations.splitlines()]
            after = ["", *textwrap.wrap(block.after, _PROSE)] if block.after else []
            for line in ["", *textwrap.wrap(block.before, _PROSE), "", *equations, *after]:
                yield line, False


def _extent(graph: networkx.DiGraph) -> tuple[float, float]:
    """Width and height of the bounding box of all boxes, in points."""
    boxes = [(*node["place"], cell_len(node["text"])) for node in graph.nodes.values()]
    return _LETTER * max(x + width / 2 + 1 for x, _, width in boxes), _LINE * (max(y for _, y, _ in boxes) + 2)


def _draw(axes: Axes, graph: networkx.DiGraph, *, left: float, margin: float, bottom: float) -> None:
    """Draw boxes, arrows, and the row labels at the left."""

    def at(x: float, y: float) -> tuple[float, float]:
        return left + margin + _LETTER * x, bottom + _LINE * (y + 1)

    for node in graph.nodes.values():
        axes.text(*at(*node["place"]), node["text"], ha="center", va="center_baseline", zorder=2)
        if node["kind"] in _FILLS:
            axes.add_patch(_box(*at(*node["place"]), 2 * _LETTER * half_width(node), _FILLS[node["kind"]]))
    for edge in graph.edges:
        path = Path([at(*point) for point in route(graph, *edge)])
        arrow = FancyArrowPatch(path=path, shrinkA=0, shrinkB=0, arrowstyle="-|>", mutation_scale=8)
        arrow.set(color=_FAINT, linewidth=0.8)
        axes.add_patch(arrow)
    for y, name in graph.graph["rows"].items():
        axes.text(left, at(0, y)[1], name, color=_FAINT, va="center_baseline")


def _box(x: float, y: float, width: float, colour: str) -> FancyBboxPatch:
    height = 2 * _LINE * HALF_HEIGHT
    corner = (x - width / 2, y - height / 2)
    shape = "round,pad=0,rounding_size=4"
    return FancyBboxPatch(corner, width, height, boxstyle=shape, facecolor=colour, edgecolor=_FAINT)


def _write(axes: Axes, lines: list[tuple[str, bool]], left: float, top: float) -> None:
    for number, (line, heading) in enumerate(lines):
        weight = "bold" if heading else "normal"
        axes.text(left, top - _LINE * (number + 0.5), line, weight=weight, va="center_baseline")


def _saved(figure: Figure, format: Literal["svg", "png"]) -> bytes:
    file = io.BytesIO()
    metadata = {"Date": None} if format == "svg" else {}
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph", UserWarning)  # a character that the font lacks
        figure.savefig(file, format=format, dpi=144, metadata=metadata)
    return file.getvalue()


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
