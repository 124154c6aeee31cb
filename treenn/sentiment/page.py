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
from treenn.sentiment.node_labels import drawing_options, label_scale
from treenn.sentiment.phrase_drawing import score_position, unknown_line, warning_line
from treenn.trees import InputError
from treenn.trees.draw import MARK, draw_nodes
from treenn.trees.label_scale import LabelScale
from treenn.trees.palette import Scale, ink_on, palette
from treenn.trees.svg import draw_svg
from treenn.trees.text_width import visible
from treenn.trees.tree import Label

_PAINTED = re.compile("\x1b(\\d+)\x1b([^\x1b]*)\x1b")
_NARROW = 42  # characters of a line of text on a phone
_SMALLEST = 0.65  # of a drawing's width, at which its words are legible

_OPEN = 3
"""The number of sentences up to which a text's trees are unfolded."""

_Classes = tuple[tuple[str, ...], Scale]


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
    """A text of the page; `longest` is the maximum number of sentences over models."""

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

    The models are next to each other on wide screens, and below each other on narrow ones. Nodes at which the models
    differ are marked.

    Args:
        texts: the predictions for each text by the models' names; at least one text.

    Raises:
        InputError: if there is none.
    """
    if not texts:
        raise InputError("predictions is empty; a page needs at least one text")
    palettes = list(dict.fromkeys(map(_classes, (document for each in texts for document in each.values()))))
    return page_template(
        Path(__file__).parent,
        picture=_picture,
        narrow=_narrow,
        unknown=_unknown,
        visible=visible,
        position=score_position,
        colour=_colour,
        chip=_chip,
        key=_key,
    ).render(
        title=f"Predictions for {len(texts)} text{'s' if len(texts) > 1 else ''}",
        names=[visible(name) for name in texts[0]],
        texts=[_text(documents, palettes) for documents in texts],
        legend=palettes[0][0] if len(palettes) == 1 else None,
        palettes=[
            [(colour, ink_on(colour)) for colour in palette(len(classes) or 1, scale)] for classes, scale in palettes
        ],
        most_open=_OPEN,
    )


def _classes(prediction: Document | Sentiment) -> _Classes:
    return prediction.classes, prediction.scale


def _document(prediction: Document | Sentiment) -> Document:
    if isinstance(prediction, Document):
        return prediction
    return Document.of(prediction.text, [prediction], prediction.classes, prediction.scale, prediction.score_range)


def _text(documents: Mapping[str, Document], palettes: Sequence[_Classes]) -> _Text:
    return _Text(
        next(iter(documents.values())).text,
        [_Column(name, document, palettes.index(_classes(document))) for name, document in documents.items()],
        [_Sentence(list(_views(each, palettes)), difference_line(each)) for each in align(documents)],
        _averaging(documents),
        max(len(document.sentences) for document in documents.values()),
    )


def _views(sentence: AlignedSentence, palettes: Sequence[_Classes]) -> Iterator[_View]:
    for name, sentiment in sentence.models.items():
        yield _View(name, sentiment, palettes.index(_classes(sentiment)), sentence.differing(name))


def _colour(document: Document) -> str:
    return label_scale(document).colour(document.label)


def _key(document: Document) -> list[str]:
    """The texts of the chips of the classes: numbers, or empty if the trees have names."""
    labels = label_scale(document)
    return ["" if labels.names else str(number) for number in range(len(document.classes))]


def _unknown(document: Document) -> str:
    return ". ".join([*unknown_line(document), *warning_line(document)])


def _averaging(documents: Mapping[str, Document]) -> list[str]:
    """The notes on the mean over a text's sentences: one, or one per model if they differ."""
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
    """The drawing as SVG, which may shrink to `_SMALLEST` of its width; beyond, the page scrolls it."""
    drawing = draw_svg(view.sentiment.tree, marked=view.marked, **drawing_options(view.sentiment))
    width = int(drawing.partition('width="')[2].partition('"')[0])
    return Markup(drawing.replace("<svg ", f'<svg style="min-width: {int(_SMALLEST * width)}px" ', 1))


def _narrow(view: _View) -> Markup:
    """The text drawing of a tree, with labels in the colours of their classes or scores."""
    tree, labels = view.sentiment.tree, label_scale(view.sentiment)
    texts = [f"{labels.text(label)}{MARK if node in view.marked else ''}" for node, label in enumerate(tree.labels)]
    painted = [f"\x1b{node}\x1b{text}\x1b" for node, text in enumerate(texts)]  # words contain no escape characters

    def bold(match: re.Match[str]) -> str:
        return f"<b {_colours(labels, tree.labels[int(match[1])])}>{match[2]}</b>"

    return Markup(_PAINTED.sub(bold, escape("\n".join(draw_nodes(tree, texts, painted, _NARROW).lines))))


def _chip(sentiment: Sentiment) -> Markup:
    labels = label_scale(sentiment)
    return Markup(f"<span {_colours(labels, sentiment.label, 'chip ')}>{escape(labels.text(sentiment.label))}</span>")


def _colours(labels: LabelScale, label: Label, also: str = "") -> str:
    """The attributes of an element in the colours of a label: a CSS class for a class, a style for a score."""
    if isinstance(label, int):
        return f'class="{also}c{label}"'
    colour = labels.colour(label)
    return f'class="{also.strip()}" style="background: {colour}; color: {ink_on(colour)}"'
