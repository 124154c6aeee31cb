"""Predictions as one HTML file that opens offline, on a screen or a phone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import NamedTuple

from markupsafe import Markup

from treenn.runtime.pages import page_template
from treenn.sentiment.alignment import AlignedSentence, align
from treenn.sentiment.document import Document, Sentiment, middle_class
from treenn.sentiment.models_drawing import difference_line
from treenn.sentiment.phrase_drawing import score_position, unknown_line
from treenn.trees import InputError
from treenn.trees.draw import draw_text, visible
from treenn.trees.palette import ink_on, palette
from treenn.trees.svg import draw_svg

_PAINTED = re.compile("\x1b\\[[0-9;]+m(\\d+)([^\x1b]*)\x1b\\[0m")
_NARROW = 42  # characters of a line of text on a phone

_OPEN = 3
"""The number of sentences up to which a text's trees are unfolded."""

_Classes = tuple[str, ...]


class _Column(NamedTuple):
    """A model's prediction for a text; `palette` is the index of its classes among those of all models."""

    name: str
    document: Document
    palette: int


class _View(NamedTuple):
    """A model's tree of a sentence, and the nodes at which it differs from another model."""

    name: str
    sentiment: Sentiment
    palette: int
    marked: frozenset[int]


class _Sentence(NamedTuple):
    """The trees of a sentence, and a line on their differences, which may be empty."""

    views: list[_View]
    difference: str


class _Text(NamedTuple):
    """A text as the page shows it; `longest` is the maximum number of sentences over models."""

    text: str
    columns: list[_Column]
    sentences: list[_Sentence]
    notes: list[str]
    longest: int

    @property
    def is_one_sentence(self) -> bool:
        """True if all models have one sentence of the same words."""
        return len(self.sentences) == 1


def render(predictions: Sequence[Document | Sentiment]) -> str:
    """Render a page: each text with its class probabilities, and its sentences with their trees.

    Trees are pictures on wide screens and text on narrow ones.

    Args:
        predictions: at least one text or sentence, all of one model.

    Raises:
        InputError: if there is none.
    """
    return render_models([{"": _document(prediction)} for prediction in predictions])


def render_models(texts: Sequence[Mapping[str, Document]]) -> str:
    """Render a page of the predictions of one or several models, as `render`.

    The models are next to each other on wide screens, and below each other on narrow ones. Nodes at which they differ
    are marked.

    Args:
        texts: the predictions for each text by the models' names; at least one text.

    Raises:
        InputError: if there is none.
    """
    if not texts:
        raise InputError("predictions is empty; a page needs at least one text")
    palettes = list(dict.fromkeys(document.classes for documents in texts for document in documents.values()))
    return page_template(
        Path(__file__).parent,
        picture=_picture,
        narrow=_narrow,
        unknown=_unknown,
        visible=visible,
        position=score_position,
    ).render(
        title=f"Predictions for {len(texts)} text{'s' if len(texts) > 1 else ''}",
        names=[visible(name) for name in texts[0]],
        texts=[_text(documents, palettes) for documents in texts],
        legend=palettes[0] if len(palettes) == 1 else None,
        palettes=[[(colour, ink_on(colour)) for colour in palette(len(classes) or 1)] for classes in palettes],
        most_open=_OPEN,
    )


def _document(prediction: Document | Sentiment) -> Document:
    if isinstance(prediction, Document):
        return prediction
    return Document.of(prediction.text, [prediction], prediction.classes, prediction.scale, prediction.score_range)


def _text(documents: Mapping[str, Document], palettes: Sequence[_Classes]) -> _Text:
    return _Text(
        next(iter(documents.values())).text,
        [_Column(name, document, palettes.index(document.classes)) for name, document in documents.items()],
        [_Sentence(list(_views(each, palettes)), difference_line(each)) for each in align(documents)],
        _averaging(documents),
        max(len(document.sentences) for document in documents.values()),
    )


def _views(sentence: AlignedSentence, palettes: Sequence[_Classes]) -> Iterator[_View]:
    for name, sentiment in sentence.models.items():
        yield _View(name, sentiment, palettes.index(sentiment.classes), sentence.differing(name))


def _unknown(document: Document) -> str:
    return " ".join(unknown_line(document))


def _averaging(documents: Mapping[str, Document]) -> list[str]:
    """The sentences on the mean over a text's sentences: one, or one for each model if they differ."""
    notes = {name: _mean_of(document) for name, document in documents.items() if len(document.sentences) > 1}
    distinct = list(dict.fromkeys(notes.values()))
    return distinct if len(distinct) < 2 else [f"{visible(name)}: {note}" for name, note in notes.items()]


def _mean_of(document: Document) -> str:
    if document.scale == "score":
        return f"{len(document.sentences)} sentences; the text's score is the mean of theirs."
    middle = middle_class(document.classes, document.scale)
    weights = "" if middle is None else f", weighted by 1 − P({visible(document.classes[middle])})"
    return f"{len(document.sentences)} sentences; the text's probabilities are the mean of theirs{weights}."


def _picture(view: _View) -> Markup:
    return Markup(draw_svg(view.sentiment.tree, classes=len(view.sentiment.classes) or 1, marked=view.marked))


def _narrow(view: _View) -> Markup:
    """The text drawing with ANSI colours replaced by the page's CSS classes."""
    tree, classes = view.sentiment.tree, len(view.sentiment.classes) or 1
    drawn = draw_text(tree, color=True, classes=classes, width=_NARROW, marked=view.marked)
    return Markup(_PAINTED.sub(r'<b class="c\1">\1\2</b>', escape(drawn)))
