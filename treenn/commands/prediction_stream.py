"""Predictions of several models for a stream of texts, each read once per tokenizer and parser."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import tee
from typing import TYPE_CHECKING, TypeAlias

from treenn.commands.text_input import BATCH, Line, find_sentences_of, parse_lines

if TYPE_CHECKING:
    from treenn.sentiment.document import Document
    from treenn.sentiment.model import SentimentModel
    from treenn.trees import Tree

Documents: TypeAlias = "dict[str, Document]"
"""The predictions for a text by the models' names."""

LinePrediction: TypeAlias = "tuple[Line, Documents | None]"
"""A line and its predictions; None if no model finds a word in it."""

Models: TypeAlias = "Mapping[str, SentimentModel]"
"""Models by their names."""


def predict_lines(
    models: Models,
    lines: Iterable[Line],
    *,
    tokenized: bool,
    split: bool,
    divided: Callable[[Line], None] | None = None,
) -> Iterator[LinePrediction]:
    """Yield lines with the predictions of all models, in their order.

    Args:
        models: at least one model.
        lines: the lines.
        tokenized: as in `Line.sentences`.
        split: as in `Line.sentences`.
        divided: as in `divide_long`.

    Raises:
        InputError: as `parse_lines`.
    """
    groups = _by_reading(models)
    copies = tee(lines, len(groups))
    pairs = zip(groups, copies, strict=True)
    streams = (_predicted(group, copy, tokenized, split, divided) for group, copy in pairs)
    for parts in zip(*streams, strict=True):
        merged = {name: document for _, documents in parts for name, document in documents.items()}
        documents = {name: merged[name] for name in models}
        has_words = any(document.sentences for document in documents.values())
        yield parts[0][0], documents if has_words else None


def predict_trees(models: Models, trees: Sequence[Tree]) -> Iterator[LinePrediction]:
    """Yield sentences with the predictions of all models on given trees, whose labels are ignored.

    Args:
        models: at least one model.
        trees: the trees.
    """
    for start in range(0, len(trees), BATCH):
        batch = trees[start : start + BATCH]
        texts = [" ".join(tree.words) for tree in batch]
        parsed = [[pair] for pair in zip(texts, batch, strict=True)]
        columns = {name: model.predict_parsed(texts, parsed) for name, model in models.items()}
        for number, text in enumerate(texts):
            yield Line(text), {name: documents[number] for name, documents in columns.items()}


def report_warnings(predictions: Iterable[LinePrediction], say: Callable[[str], None]) -> Iterator[LinePrediction]:
    """Yield predictions, then report the numbers of texts with a warning in one line, if there are any.

    Args:
        predictions: the lines and their predictions.
        say: receives the line.
    """
    counts = Counter[str]()
    for line, documents in predictions:
        counts.update({document.warning for document in (documents or {}).values() if document.warning is not None})
        yield line, documents
    if counts:
        details = ", ".join(f"{count} {warning}" for warning, count in sorted(counts.items()))
        say(f"warning: texts with unreliable or no predictions, see their field warning: {details}")


def blank_documents(models: Models, text: str) -> Documents:
    """The predictions of models for a text without words."""
    return {name: model.predict_parsed([text], [[]])[0] for name, model in models.items()}


def _by_reading(models: Models) -> list[Models]:
    """Groups of models with the same tokenizer and parser."""
    groups: dict[tuple[str, int], dict[str, SentimentModel]] = {}
    for name, model in models.items():
        groups.setdefault((model.tokenizer.name, id(model.parser)), {})[name] = model
    return list(groups.values())


def _predicted(
    models: Models, lines: Iterable[Line], tokenized: bool, split: bool, divided: Callable[[Line], None] | None
) -> Iterator[tuple[Line, Documents]]:
    reader = next(iter(models.values()))
    sentences = find_sentences_of(lines, tokenized=tokenized, split=split, find=reader.find_sentences)
    for batch in parse_lines(reader.parser, sentences, divided):
        texts = [line.text for line, _ in batch]
        parsed = [[(sentence.text, tree) for sentence, tree in pairs] for _, pairs in batch]
        columns = {name: model.predict_parsed(texts, parsed) for name, model in models.items()}
        for number, (line, _) in enumerate(batch):
            yield line, {name: documents[number] for name, documents in columns.items()}
