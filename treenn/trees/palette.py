"""The colours of labels, shared by all drawings and the report."""

from __future__ import annotations

from functools import cache
from typing import Literal

from treenn.trees.arguments import Classes, checked
from treenn.trees.errors import InputError
from treenn.trees.tree import Label

# A diverging scale from orange through light grey to blue, safe for all common kinds of colour blindness.
_SCALE = ((179, 88, 6), (247, 178, 103), (232, 232, 232), (132, 178, 222), (31, 95, 168))
# A sequential scale from light yellow to dark blue; its lightness decreases.
_SEQUENCE = ((247, 244, 225), (190, 217, 193), (111, 178, 190), (52, 121, 165), (31, 55, 110))
# Those of Okabe and Ito (2002, "Color universal design") without black, and three of Tol (2021, "Colour schemes").
_CATEGORIES = (
    *("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442"),
    *("#dddddd", "#882255", "#332288"),
)
PLAIN = "#f7f7f2"
"""The colour of labels other than numbers."""
_DARK, _LIGHT = "#000000", "#ffffff"


Scale = Literal["ordinal", "nominal", "score"]
"""The scale of labels: ordered classes, unordered classes, or scores."""


@checked
def palette(classes: Classes = 5, scale: Scale = "ordinal") -> tuple[str, ...]:
    """The colours of classes.

    They are distinct under all common kinds of colour blindness. Ordinal classes have a diverging scale, from orange
    (the lowest class) through grey to blue. Nominal classes have ten categorical colours, which repeat beyond ten
    classes. Scores have a sequential scale, from light yellow to dark blue.

    Args:
        classes: the number of classes, or of steps of a scale of scores (default: 5).
        scale: the scale of the labels (default: `"ordinal"`).

    >>> palette(2), palette(2, "nominal")
    (('#b35806', '#1f5fa8'), ('#0072b2', '#e69f00'))
    """
    return _palette(classes, scale)


@cache
def _palette(classes: int, scale: Scale) -> tuple[str, ...]:
    if scale == "nominal":
        return tuple(_CATEGORIES[number % len(_CATEGORIES)] for number in range(classes))
    anchors = _SCALE if scale == "ordinal" else _SEQUENCE
    return tuple(_at(i / (classes - 1) if classes > 1 else 0.5, anchors) for i in range(classes))


def colour_of(label: Label, classes: int = 5, scale: Scale = "ordinal") -> str:
    """The colour of a label's class, or a neutral colour if the label is not a number.

    Raises:
        InputError: if the label is a number outside of the scale.
    """
    if not isinstance(label, int):
        return PLAIN
    if not 0 <= label < classes:
        raise InputError(f"label {label} is outside the scale, 0 to {classes - 1}; pass classes={max(label + 1, 2)}")
    return _palette(classes, scale)[label]


def colour_at(position: float) -> str:
    """The colour of a score at a position in its range, 0 to 1. Positions outside are clipped."""
    return _at(min(max(position, 0.0), 1.0), _SEQUENCE)


def ink_on(colour: str) -> str:
    """Black or white, whichever has a WCAG contrast of at least 4.5 on this background colour."""
    red, green, blue = (_linear(part) for part in _rgb(colour))
    return _DARK if 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 else _LIGHT


def terminal_colour(colour: str) -> int:
    """The index of the nearest colour in the terminal's 6 x 6 x 6 colour cube."""
    red, green, blue = (_step(part) for part in _rgb(colour))
    return 16 + 36 * red + 6 * green + blue


def _step(part: int) -> int:
    steps = (0, 95, 135, 175, 215, 255)
    return min(range(len(steps)), key=lambda i: abs(steps[i] - part))


def _at(position: float, anchors: tuple[tuple[int, int, int], ...]) -> str:
    """The colour at a position from 0 to 1 of a scale, interpolated linearly."""
    below = min(int(position * (len(anchors) - 1)), len(anchors) - 2)
    fraction = position * (len(anchors) - 1) - below
    mixed = (round(a + (b - a) * fraction) for a, b in zip(anchors[below], anchors[below + 1], strict=True))
    return "#" + "".join(f"{channel:02x}" for channel in mixed)


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _linear(part: int) -> float:
    value = part / 255
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
