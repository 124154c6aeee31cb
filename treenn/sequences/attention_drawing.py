"""Attention weights drawn on the words of a sentence, as text and as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from rich.cells import cell_len

from treenn.trees import InputError
from treenn.trees.draw import visible
from treenn.trees.palette import ink_on

_BLOCKS = " ▏▎▍▌▋▊▉"  # eighths of a column

# In units of the SVG's `viewBox`.
_LETTER = 9.0  # a letter's width in a monospaced font of size 15
_WIDEST = 760  # the maximum width of a line
_LINE = 52
_EDGE = 16

_DEEPEST = (31, 95, 168)  # the colour of the largest weight


def draw_weights_text(
    words: Sequence[str], weights: Sequence[float], *, width: int = 40, columns: int | None = None
) -> str:
    """Returns one line per word: the word, a bar proportional to its weight, and the weight.

    Args:
        words: the words.
        weights: one weight per word.
        width: the length of the largest weight's bar, in columns (default: 40).
        columns: the width of the terminal, to which bars are shortened; if None, they are not (default: None).

    Raises:
        InputError: if the numbers of words and weights differ, or a weight is negative or not finite.

    >>> print(draw_weights_text(["not", "bad", "!"], [0.5, 0.25, 0.25], width=8))
    not ████████ 0.500
    bad ████     0.250
    !   ████     0.250
    """
    shades = _shades(words, weights)
    shown = [visible(word) for word in words]
    widest = max(map(cell_len, shown))
    width = width if columns is None else max(min(width, columns - widest - len(" 0.000 ")), 1)
    return "\n".join(
        f"{word}{' ' * (widest - cell_len(word))} {_bar(shade, width)} {weight:.3f}"
        for word, shade, weight in zip(shown, shades, weights, strict=True)
    )


def draw_weights_svg(words: Sequence[str], weights: Sequence[float], *, title: str = "Weights of words") -> str:
    """Returns a standalone SVG: each word on a patch whose darkness is its weight, with the weight below.

    Raises:
        InputError: as for `draw_weights_text`.
    """
    shades = _shades(words, weights)
    x, y, right, parts = float(_EDGE), float(_EDGE), 0.0, []
    for word, shade, weight in zip(map(visible, words), shades, weights, strict=True):
        width = _LETTER * max(cell_len(word), 4) + 10
        if x + width > _WIDEST and x > _EDGE:
            x, y = float(_EDGE), y + _LINE
        parts.append(_patch(word, shade, f"{weight:.2f}", x, y, width))
        x += width + 4
        right = max(right, x)
    across, down = f"{right - 4 + _EDGE:.0f}", f"{y + _LINE - 6 + _EDGE:.0f}"
    sentence = escape(" ".join(map(visible, words)), quote=False)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {across} {down}" '
        f'width="{across}" height="{down}">\n'
        f"<title>{escape(title, quote=False)}</title>\n<desc>{sentence}</desc>\n"
        '<rect width="100%" height="100%" rx="8" fill="#ffffff"/>\n'
        '<g font-family="ui-monospace, monospace" font-size="15" text-anchor="middle">\n'
        + "\n".join(parts)
        + "\n</g>\n</svg>\n"
    )


def _patch(word: str, shade: float, weight: str, x: float, y: float, width: float) -> str:
    colour = "#" + "".join(f"{round(255 + (part - 255) * shade):02x}" for part in _DEEPEST)
    middle = x + width / 2
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="26" rx="5" fill="{colour}"/>'
        f'<text x="{middle:.1f}" y="{y + 18:.1f}" fill="{ink_on(colour)}">{escape(word, quote=False)}</text>'
        f'<text x="{middle:.1f}" y="{y + 40:.1f}" font-size="11" fill="#5a5a5a">{weight}</text>'
    )


def _shades(words: Sequence[str], weights: Sequence[float]) -> list[float]:
    """Return each weight as a fraction of the largest."""
    if len(words) != len(weights) or not words:
        raise InputError(f"{len(words)} words and {len(weights)} weights: must be equal, and at least 1")
    if bad := [weight for weight in weights if not 0 <= weight < float("inf")]:
        raise InputError(f"weight {bad[0]}: must be finite, 0 or more")
    largest = max(weights) or 1.0
    return [weight / largest for weight in weights]


def _bar(fraction: float, width: int) -> str:
    full, eighths = divmod(round(8 * width * fraction), 8)
    return ("█" * full + _BLOCKS[eighths].strip()).ljust(width)
