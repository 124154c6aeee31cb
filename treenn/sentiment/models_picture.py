"""The trees of one sentence by several models, as one SVG picture."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from treenn.sentiment.alignment import AlignedSentence
from treenn.sentiment.document import Sentiment
from treenn.sentiment.models_drawing import difference_line
from treenn.sentiment.node_labels import drawing_options, label_scale
from treenn.trees.label_scale import LabelScale
from treenn.trees.palette import ink_on, palette
from treenn.trees.svg import draw_svg
from treenn.trees.text_width import columns_of, shown, visible

_SIZE = re.compile(r'<svg xmlns="[^"]+" role="img" viewBox="[^"]+" width="(\d+)" height="(\d+)">')
_EDGE, _GAP, _LINE = 20, 24, 22
_TITLE = 28  # the height of a title
_CHIP, _LETTER, _TITLE_LETTER = 20, 7.6, 9.6
_WIDEST = 1400  # the maximum total width of trees in one row
_FONT = 'font-family="system-ui, sans-serif"'


class _Panel(NamedTuple):
    """A part of the picture with its size."""

    svg: str
    width: float
    height: float


def draw_aligned(sentence: AlignedSentence) -> str:
    """Draw one sentence by all models as a standalone SVG picture.

    Each tree has a title with the model's name and the class of the sentence, and a legend with the probability of each
    class. Nodes at which models differ have a thick border. The tree of a single model has no title, and has a legend
    only if its nodes are drawn by number.

    Args:
        sentence: the predictions for the sentence.
    """
    names = " and ".join(map(visible, sentence.models))
    if len(sentence.models) > 1:
        panels = [_panel(sentence, name, prediction) for name, prediction in sentence.models.items()]
        return _arranged(panels, sentence, f" by {names}")
    [only] = sentence.models.values()
    if not only.classes or label_scale(only).names or only.not_judged is not None:
        return draw_svg(only.tree, **drawing_options(only))
    return _arranged([_tree_panel(only, frozenset())], sentence, f", {visible(only.name or '')} at the root")


def _panel(sentence: AlignedSentence, name: str, prediction: Sentiment) -> _Panel:
    """A model's title, legend and tree."""
    title, below = f"{visible(name)}: {_answer(prediction)}", _tree_panel(prediction, sentence.differing(name))
    head = (
        f'<text x="{_EDGE}" y="16" font-weight="600" font-size="16" fill="#1a1a1a">{escape(title, quote=False)}</text>'
    )
    width = max(below.width, _EDGE + _TITLE_LETTER * columns_of(title))
    return _Panel(f'{head}\n<g transform="translate(0 {_TITLE})">{below.svg}</g>', width, _TITLE + below.height)


def _tree_panel(prediction: Sentiment, marked: frozenset[int]) -> _Panel:
    """A legend and the tree below it."""
    tree = draw_svg(prediction.tree, marked=marked, **drawing_options(prediction))
    size = _SIZE.match(tree)
    assert size is not None
    width, height = float(size[1]), float(size[2])
    legend = _legend(prediction, max(width, 480.0) - _EDGE)
    top = legend.height + 6
    svg = f'{legend.svg}<g transform="translate(0 {top:.0f})">{tree}</g>'
    return _Panel(svg, max(width, _EDGE + legend.width), top + height)


def _answer(prediction: Sentiment) -> str:
    """The class of the sentence with its probability, or its score with the range."""
    if prediction.not_judged is not None:
        return f"not judged: {prediction.not_judged}"
    if prediction.score_range is not None:
        low, high = prediction.score_range
        return f"score {prediction.name} ({low:g} to {high:g})"
    return f"{visible(prediction.name or '')} {100 * max(prediction.probabilities):.0f} %"


def _legend(prediction: Sentiment, width: float) -> _Panel:
    """The chips of the classes with names and probabilities, in lines of at most this width."""
    labels = label_scale(prediction)
    x, y, widest, parts = float(_EDGE), 0.0, 0.0, []
    for number, text in enumerate(_keys(prediction)):
        chip, needed = _chip(labels, number), _CHIP + 6 + _LETTER * columns_of(text) + 14
        if x > _EDGE and x + needed > width:
            x, y = float(_EDGE), y + _LINE + 2
        parts.append(
            f'<g transform="translate({x:.1f} {y:.1f})">{chip}'
            f'<text x="{_CHIP + 6}" y="14.5" fill="#1a1a1a">{escape(text, quote=False)}</text></g>'
        )
        x += needed
        widest = max(widest, x)
    return _Panel(f'<g font-size="13">{"".join(parts)}</g>', widest, y + _LINE + 2)


def _keys(prediction: Sentiment) -> list[str]:
    """The texts of the legend: classes with their probabilities, or five scores of the range."""
    if prediction.score_range is not None:
        low, high = prediction.score_range
        return [f"{low + (high - low) * step / 4:.3g}" for step in range(5)]
    if prediction.not_judged is not None:
        return [shown(name) for name in prediction.classes]
    pairs = zip(prediction.classes, prediction.probabilities, strict=True)
    return [f"{shown(name)} {100 * p:.0f} %" for name, p in pairs]


def _chip(labels: LabelScale, number: int) -> str:
    """A square in the colour of a class or score, with the number of the class if the tree has numbers."""
    colour = palette(5, "score")[number] if labels.scale == "score" else labels.colour(number)
    box = f'<rect width="{_CHIP}" height="{_CHIP}" rx="6" fill="{colour}" stroke="#6b6b6b"/>'
    if labels.names or labels.scale == "score":
        return box
    return f'{box}<text x="{_CHIP / 2}" y="14.5" text-anchor="middle" fill="{ink_on(colour)}">{number}</text>'


def _arranged(panels: Sequence[_Panel], sentence: AlignedSentence, details: str) -> str:
    """Arrange panels in rows above the line on the differences. `details` is the end of the picture's title."""
    width, y, parts = 0.0, float(_EDGE), []
    for row in _rows(panels):
        x = 0.0
        for panel in row:
            parts.append(f'<g transform="translate({x:.0f} {y:.0f})">{panel.svg}</g>')
            x += panel.width + _GAP
        width, y = max(width, x - _GAP), y + max(panel.height for panel in row) + _GAP
    bottom = y - _GAP
    if line := difference_line(sentence):
        bottom += 14
        parts.append(f'<text x="{_EDGE}" y="{bottom:.0f}" font-size="14" fill="#1a1a1a">{escape(line)}</text>')
        bottom += _EDGE
    words = next(iter(sentence.models.values())).tree.words
    return "\n".join([_head(words, details, width, bottom), f"<g {_FONT}>", *parts, "</g>", "</svg>\n"])


def _rows(panels: Sequence[_Panel]) -> list[list[_Panel]]:
    """Group the panels in rows of at most the maximum width."""
    rows: list[list[_Panel]] = []
    used = 0.0
    for panel in panels:
        if not rows or used + _GAP + panel.width > _WIDEST:
            rows.append([])
            used = -float(_GAP)
        rows[-1].append(panel)
        used += _GAP + panel.width
    return rows


def _head(words: Sequence[str], details: str, width: float, height: float) -> str:
    """The start of the picture, with a title and a description."""
    count = f"{len(words)} word{'s' if len(words) > 1 else ''}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'width="{width:.0f}" height="{height:.0f}">\n'
        f"<title>Tree over {count}{escape(details, quote=False)}</title>\n"
        f"<desc>{escape(' '.join(map(visible, words)), quote=False)}</desc>\n"
        f'<rect width="{width:.0f}" height="{height:.0f}" rx="8" fill="#ffffff"/>'
    )
