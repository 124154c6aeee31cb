"""Predictions as one HTML file that opens offline, on a screen or a phone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from pathlib import Path

from markupsafe import Markup

from treenn.runtime.pages import page_template
from treenn.sentiment.document import Document, Sentiment
from treenn.sentiment.phrase_drawing import unknown_line
from treenn.trees import InputError
from treenn.trees.draw import draw_text
from treenn.trees.palette import ink_on, palette
from treenn.trees.svg import draw_svg

_PAINTED = re.compile("\x1b\\[[0-9;]+m(\\d+)\x1b\\[0m")
_NARROW = 42  # characters of a line of text on a phone

_OPEN = 3
"""The number of sentences up to which a text's trees are unfolded."""


def render(predictions: Sequence[Document | Sentiment]) -> str:
    """Render a page: each text with its class probabilities, and its sentences with their trees.

    Trees are pictures on wide screens and text on narrow ones.

    Args:
        predictions: at least one text or sentence, all of one model.

    Raises:
        InputError: if there is none.
    """
    if not predictions:
        raise InputError("predictions is empty; a page needs at least one text")
    classes = predictions[0].classes
    colours = [(colour, ink_on(colour)) for colour in palette(len(classes))]
    return page_template(Path(__file__).parent, picture=_picture, narrow=_narrow, unknown=_unknown).render(
        found=[_document(prediction) for prediction in predictions], classes=classes, colours=colours, most_open=_OPEN
    )


def _document(prediction: Document | Sentiment) -> Document:
    if isinstance(prediction, Document):
        return prediction
    return Document.of(prediction.text, [prediction], prediction.classes)


def _unknown(document: Document) -> str:
    return " ".join(unknown_line(document))


def _picture(sentence: Sentiment) -> Markup:
    return Markup(draw_svg(sentence.tree, classes=len(sentence.classes)))


def _narrow(sentence: Sentiment) -> Markup:
    """The text drawing with ANSI colours replaced by the page's CSS classes."""
    drawn = draw_text(sentence.tree, color=True, classes=len(sentence.classes), width=_NARROW)
    return Markup(_PAINTED.sub(r'<b class="c\1">\1</b>', escape(drawn)))
