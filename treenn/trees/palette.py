"""The colour scale of classes, shared by all drawings and the report."""

from __future__ import annotations

from functools import cache

from treenn.trees.arguments import Classes, checked
from treenn.trees.errors import InputError
from treenn.trees.tree import Label

# A diverging scale from orange through light grey to blue, safe for all common kinds of colour blindness.
_SCALE = ((179, 88, 6), (247, 178, 103), (232, 232, 232), (132, 178, 222), (31, 95, 168))
_PLAIN = "#f7f7f2"
_DARK, _LIGHT = "#000000", "#ffffff"


@checked
def palette(classes: Classes = 5) -> tuple[str, ...]:
    """The colours of an ordered scale, from orange (the lowest class) through grey to blue (the highest).

    Args:
        classes: the number of classes (default: 5).

    >>> palette(2)
    ('#b35806', '#1f5fa8')
    """
    return _palette(classes)


@cache
def _palette(classes: int) -> tuple[str, ...]:
    return tuple(_at(i / (classes - 1) if classes > 1 else 0.5) for i in range(classes))


def colour_of(label: Label, classes: int = 5) -> str:
    """The colour of a label's class, or a neutral colour if the label is no number.

    Raises:
        InputError: if the label is a number outside of the scale.
    """
    if not isinstance(label, int):
        return _PLAIN
    if not 0 <= label < classes:
        raise InputError(f"label {label} is outside the scale, 0 to {classes - 1}; pass classes={max(label + 1, 2)}")
    return _palette(classes)[label]


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


def _at(position: float) -> str:
    """The colour at a position from 0 to 1 of the scale, interpolated linearly."""
    below = min(int(position * (len(_SCALE) - 1)), len(_SCALE) - 2)
    fraction = position * (len(_SCALE) - 1) - below
    mixed = (round(a + (b - a) * fraction) for a, b in zip(_SCALE[below], _SCALE[below + 1], strict=True))
    return "#" + "".join(f"{channel:02x}" for channel in mixed)


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _linear(part: int) -> float:
    value = part / 255
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
