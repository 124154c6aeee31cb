"""Predictions for texts as one HTML file that opens offline, on a screen or a phone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from treenn.sentiment.document import Document, Sentiment
from treenn.trees import InputError
from treenn.trees.draw import draw_text
from treenn.trees.palette import ink_on, palette
from treenn.trees.svg import draw_svg

_PAINTED = re.compile("\x1b\\[[0-9;]+m(\\d+)\x1b\\[0m")
_NARROW = 42  # characters of a line of text on a phone


_OPEN = 3
"""The trees of a text of more sentences are folded below these: the page stays readable for long reviews."""


def render(found: Sequence[Document | Sentiment]) -> str:
    """The page: each text with its classes' probabilities, and its sentences with their trees.

    Trees are pictures on wide screens and text on narrow ones.

    Args:
        found: at least one text or sentence, all of one model.

    Raises:
        InputError: if there is none.
    """
    if not found:
        raise InputError("found is empty; a page needs at least one text")
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    classes = found[0].classes
    colours = [(colour, ink_on(colour)) for colour in palette(len(classes))]
    environment.filters |= {"picture": _picture, "narrow": _narrow}
    return environment.get_template("page.html").render(
        found=[_document(each) for each in found], classes=classes, colours=colours, most_open=_OPEN
    )


def _document(found: Document | Sentiment) -> Document:
    return found if isinstance(found, Document) else Document.of(found.text, [found], found.classes)


def _picture(found: Sentiment) -> Markup:
    return Markup(draw_svg(found.tree, classes=len(found.classes)))


def _narrow(found: Sentiment) -> Markup:
    """The drawing for terminals with its colours as the page's classes; words hold no escapes then."""
    drawn = draw_text(found.tree, color=True, classes=len(found.classes), width=_NARROW)
    return Markup(_PAINTED.sub(r'<b class="c\1">\1</b>', escape(drawn)))
