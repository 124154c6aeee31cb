"""Attention weights drawn as SVG: a heat map, and the tree of the source for one unit of the translation."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from math import cos, radians, sin

from treenn.translation.attention_weights import AttentionWeights
from treenn.trees import draw_svg
from treenn.trees.errors import InputError
from treenn.trees.text_width import columns_of, shortened, visible

# In user units of the SVG.
_CELL, _GAP = 26, 2
_GROUP_GAP = 14  # between words and phrases
_LETTER = 7.4  # the mean width of a letter of size 13
_EDGE = 16
_ANGLE = 55  # of the labels of columns, in degrees
_LONGEST = 22  # columns of a label
_KEY = 44
_COLOUR, _INK, _SOFT, _EMPTY = "#1f5fa8", "#1a1a1a", "#595959", "#ececec"


MOST_WEIGHTS = 40_000
"""The maximum number of weights in a picture, which has about 300 bytes for each."""


def check_drawable(attention: AttentionWeights) -> None:
    """Validate that a picture is no larger than a browser opens.

    Raises:
        InputError: if it has more than `MOST_WEIGHTS` weights.
    """
    if attention.weights.size > MOST_WEIGHTS:
        units, states = attention.weights.shape
        raise InputError(
            f"the attention of this sentence has {units:,} × {states:,} weights; must be at most {MOST_WEIGHTS:,} to be"
            " drawn: choose a shorter sentence"
        )


def draw_heat_map(attention: AttentionWeights, *, title: str = "Attention") -> str:
    """Draw weights as a standalone SVG picture: a row for each unit of the translation, a column for each source word.

    The phrases of a tree follow the words, after a gap. The opacity of a cell is its weight as a fraction of the
    largest one, which is in the legend. Pages change the colours by the classes `hm-paper`, `hm-ink`, `hm-soft`,
    `hm-empty` and `hm-cell`.

    Args:
        attention: the weights.
        title: the title (default: "Attention").

    Raises:
        InputError: if there are more than `MOST_WEIGHTS` weights.
    """
    check_drawable(attention)
    columns, rows = _short(attention.labels), _short(attention.pieces)
    left = _EDGE + _LETTER * max(map(columns_of, rows)) + 8
    lengths = [_LETTER * columns_of(label) for label in columns]
    top = _EDGE + sin(radians(_ANGLE)) * max(lengths) + 14
    xs = [left + _CELL * index + (_GROUP_GAP if index >= len(attention.words) else 0) for index in range(len(columns))]
    ends = [x + _CELL / 2 + cos(radians(_ANGLE)) * length for x, length in zip(xs, lengths, strict=True)]
    width, bottom = max(*ends, xs[-1] + _CELL, left + 190) + _EDGE, top + _CELL * len(rows)
    parts = [
        _head(attention, title, width, bottom + _KEY),
        f'<g class="hm-ink" font-family="system-ui, sans-serif" font-size="13" fill="{_INK}">',
        *(_column(label, x + _CELL / 2, top - 6) for label, x in zip(columns, xs, strict=True)),
        *(
            f'<text x="{left - 8:.1f}" y="{top + _CELL * index + 17:.1f}" text-anchor="end">{_text(label)}</text>'
            for index, label in enumerate(rows)
        ),
        "</g>",
        *_cells(attention, xs, top),
        *_legend(float(attention.weights.max()), left, bottom + 14),
    ]
    return "\n".join([*parts, "</svg>\n"])


def draw_attended_tree(attention: AttentionWeights, piece: int) -> str:
    """Draw the tree of the source with the weights at one unit of the translation as scores of its nodes.

    The scale of the colours is that of the whole translation: from 0 to its largest weight.

    Args:
        attention: the weights of a tree.
        piece: the number of the unit.
    """
    assert attention.tree is not None
    weights = [round(weight, 2) for weight in attention.weights[piece].tolist()]
    highest = max(float(attention.weights.max()), 0.01)
    return draw_svg(attention.tree.with_labels(weights), scale="score", score_range=(0.0, highest))


def _short(labels: tuple[str, ...]) -> list[str]:
    return [shortened(visible(label), _LONGEST) for label in labels]


def _text(text: str) -> str:
    return escape(text, quote=False)


def _head(attention: AttentionWeights, title: str, width: float, height: float) -> str:
    sides = " → ".join(visible(" ".join(side)) for side in (attention.words, attention.pieces))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'width="{width:.0f}" height="{height:.0f}">\n<title>{_text(visible(title))}</title>\n'
        f'<desc>{_text(sides)}</desc>\n<rect class="hm-paper" width="100%" height="100%" rx="8" fill="#ffffff"/>'
    )


def _column(label: str, x: float, y: float) -> str:
    return f'<text transform="translate({x:.1f} {y:.1f}) rotate({-_ANGLE})">{_text(label)}</text>'


def _cells(attention: AttentionWeights, xs: list[float], top: float) -> Iterator[str]:
    largest, size = float(attention.weights.max()) or 1.0, _CELL - _GAP
    for row, (piece, weights) in enumerate(zip(attention.pieces, attention.weights.tolist(), strict=True)):
        for label, weight, x in zip(attention.labels, weights, xs, strict=True):
            place = f'x="{x:.1f}" y="{top + _CELL * row:.1f}" width="{size}" height="{size}" rx="4"'
            name = _text(f"{visible(piece)} ← {visible(label)}: {weight:.3f}")
            filled = f'<rect class="hm-cell" {place} fill="{_COLOUR}" fill-opacity="{weight / largest:.3f}"/>'
            yield f'<g><title>{name}</title><rect class="hm-empty" {place} fill="{_EMPTY}"/>{filled}</g>'


def _legend(largest: float, x: float, y: float) -> Iterator[str]:
    """Five cells from 0 to the largest weight."""
    yield f'<g class="hm-soft" font-family="system-ui, sans-serif" font-size="12" fill="{_SOFT}">'
    yield f'<text x="{x:.1f}" y="{y + 12:.1f}">0</text>'
    yield f'<text x="{x + 118:.1f}" y="{y + 12:.1f}">{largest:.2f}</text></g>'
    for step in range(5):
        place = f'x="{x + 14 + 20 * step:.1f}" y="{y:.1f}" width="18" height="14" rx="3"'
        yield f'<rect class="hm-empty" {place} fill="{_EMPTY}"/>'
        yield f'<rect class="hm-cell" {place} fill="{_COLOUR}" fill-opacity="{step / 4}"/>'
