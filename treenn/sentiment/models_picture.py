"""The trees of one sentence by several models as one SVG picture."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from treenn.sentiment.alignment import AlignedSentence
from treenn.sentiment.document import Sentiment
from treenn.sentiment.models_drawing import difference_line
from treenn.trees.draw import columns_of, shown, visible
from treenn.trees.palette import ink_on, palette
from treenn.trees.svg import draw_svg

_SIZE = re.compile(r'<svg xmlns="[^"]+" role="img" viewBox="[^"]+" width="(\d+)" height="(\d+)">')
_EDGE, _GAP, _LINE = 20, 24, 22
_TITLE = 28  # the height of a title
_CHIP, _LETTER, _TITLE_LETTER = 20, 7.6, 9.6
_WIDEST = 1400  # trees that are wider together are below each other
_FONT = 'font-family="system-ui, sans-serif"'


class _Panel(NamedTuple):
    """A part of the picture with its size."""

    svg: str
    width: float
    height: float


def draw_aligned(sentence: AlignedSentence) -> str:
    """Draw one sentence by all models as a standalone SVG picture.

    Each tree has a title with the model's name and the class of the sentence, and a legend with the probability of each
    class. Nodes at which models differ have a thick border. One model is drawn as by `treenn.draw_svg`.

    Args:
        sentence: the predictions for the sentence.
    """
    if len(sentence.models) == 1:
        [only] = sentence.models.values()
        return draw_svg(only.tree, classes=len(only.classes) or 1)
    panels = [_panel(sentence, name, prediction) for name, prediction in sentence.models.items()]
    return _arranged(panels, sentence)


def _panel(sentence: AlignedSentence, name: str, prediction: Sentiment) -> _Panel:
    """A model's title, legend and tree."""
    tree = draw_svg(prediction.tree, classes=len(prediction.classes) or 1, marked=sentence.differing(name))
    size = _SIZE.match(tree)
    assert size is not None
    width, height = float(size[1]), float(size[2])
    title = f"{visible(name)}: {_answer(prediction)}"
    legend = _legend(prediction, max(width, 480.0) - _EDGE)
    top = _TITLE + legend.height + 6
    head = (
        f'<text x="{_EDGE}" y="16" font-weight="600" font-size="16" fill="#1a1a1a">{escape(title, quote=False)}</text>'
    )
    body = f'<g transform="translate(0 {_TITLE})">{legend.svg}</g><g transform="translate(0 {top:.0f})">{tree}</g>'
    widest = max(width, _EDGE + legend.width, _EDGE + _TITLE_LETTER * columns_of(title))
    return _Panel(f"{head}\n{body}", widest, top + height)


def _answer(prediction: Sentiment) -> str:
    """The class of the sentence with its probability, or its score with the range."""
    if prediction.score_range is not None:
        low, high = prediction.score_range
        return f"score {prediction.name} ({low:g} to {high:g})"
    return f"{visible(prediction.name)} {100 * max(prediction.probabilities):.0f} %"


def _legend(prediction: Sentiment, width: float) -> _Panel:
    """A chip for each class with its number, name and probability, in lines of at most this width."""
    if not prediction.classes:
        return _Panel("", 0, 0)
    colours = palette(len(prediction.classes))
    x, y, widest, parts = float(_EDGE), 0.0, 0.0, []
    for number, (name, p) in enumerate(zip(prediction.classes, prediction.probabilities, strict=True)):
        text = f"{shown(name)} {100 * p:.0f} %"
        needed = _CHIP + 6 + _LETTER * columns_of(text) + 14
        if x > _EDGE and x + needed > width:
            x, y = float(_EDGE), y + _LINE + 2
        parts.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{_CHIP}" height="{_CHIP}" rx="6" fill="{colours[number]}" '
            f'stroke="#6b6b6b"/><text x="{x + _CHIP / 2:.1f}" y="{y + 14.5:.1f}" text-anchor="middle" '
            f'fill="{ink_on(colours[number])}">{number}</text>'
            f'<text x="{x + _CHIP + 6:.1f}" y="{y + 14.5:.1f}" fill="#1a1a1a">{escape(text, quote=False)}</text>'
        )
        x += needed
        widest = max(widest, x)
    return _Panel(f'<g font-size="13">{"".join(parts)}</g>', widest, y + _LINE + 2)


def _arranged(panels: Sequence[_Panel], sentence: AlignedSentence) -> str:
    """All panels side by side, or below each other if that is too wide."""
    widths, heights = [panel.width for panel in panels], [panel.height for panel in panels]
    total = sum(widths) + _GAP * (len(panels) - 1)
    is_row = total <= _WIDEST
    width, height = (total, max(heights)) if is_row else (max(widths), sum(heights) + _GAP * (len(panels) - 1))
    x, y, parts = 0.0, float(_EDGE), []
    for panel in panels:
        parts.append(f'<g transform="translate({x:.0f} {y:.0f})">{panel.svg}</g>')
        x, y = (x + panel.width + _GAP, y) if is_row else (x, y + panel.height + _GAP)
    words = next(iter(sentence.models.values())).tree.words
    bottom = _EDGE + height + 14
    note = (
        f'<text x="{_EDGE}" y="{bottom:.0f}" font-size="14" fill="#1a1a1a">{escape(difference_line(sentence))}</text>'
    )
    head = _head(words, " and ".join(map(visible, sentence.models)), width, bottom + _EDGE)
    return "\n".join([head, f"<g {_FONT}>", *parts, note, "</g>", "</svg>\n"])


def _head(words: Sequence[str], names: str, width: float, height: float) -> str:
    """The start of the picture, with a title and a description."""
    count = f"{len(words)} word{'s' if len(words) > 1 else ''}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'width="{width:.0f}" height="{height:.0f}">\n'
        f"<title>Tree over {count} by {escape(names, quote=False)}</title>\n"
        f"<desc>{escape(' '.join(map(visible, words)), quote=False)}</desc>\n"
        f'<rect width="{width:.0f}" height="{height:.0f}" rx="8" fill="#ffffff"/>'
    )
