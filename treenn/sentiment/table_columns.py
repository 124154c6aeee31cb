"""Predictions as cells of a table, the columns of `treenn predict --csv`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from treenn.sentiment.document import Document
from treenn.trees.errors import InputError

_FIRST, _SCORE, _LAST = ("class", "label"), "score", ("unknown_words", "unknown_share", "warning")


class PredictionColumns:
    """The columns of one or several models next to the columns of the input.

    A model has the columns `class`, `label`, the name of each class with its probability, `unknown_words`,
    `unknown_share` and `warning`. A model of scores has the column `score` instead of those of classes. The cells of a
    text that is not judged are empty. With several models, or if the input has a column of the same name, the columns
    are prefixed by the model's name and a dot: `lstm.class`. The column of a class with the name of another column,
    such as `label`, is `P(label)`.

    Args:
        given: the columns of the input.
        classes: the classes of each model by its name; empty for scores.

    Raises:
        InputError: if a column of the input still has the same name.

    >>> PredictionColumns(("text",), {"lstm": ("bad", "good")}).header
    ('text', 'class', 'label', 'bad', 'good', 'unknown_words', 'unknown_share', 'warning')
    """

    def __init__(self, given: Sequence[str], classes: Mapping[str, Sequence[str]]) -> None:
        own = {name: tuple(_names(of_model)) for name, of_model in classes.items()}
        if len(own) > 1 or not set(given).isdisjoint(*own.values()):
            own = {name: tuple(f"{name}.{column}" for column in columns) for name, columns in own.items()}
        self.header = (*given, *(column for columns in own.values() for column in columns))
        for column, count in Counter(self.header).items():
            if count > 1:
                raise InputError(f"column {column!r} of the input is also a column of the output; must be renamed")

    def cells(self, documents: Mapping[str, Document]) -> list[str]:
        """The cells of the models' columns for one text.

        Args:
            documents: the predictions by the models' names, in the order of `classes`.
        """
        return [cell for document in documents.values() for cell in _cells(document)]


def _names(classes: Sequence[str]) -> Iterator[str]:
    fixed = {*_FIRST, *_LAST}
    yield from _FIRST if classes else (_SCORE,)
    yield from (f"P({name})" if name in fixed else name for name in classes)
    yield from _LAST


def _cells(document: Document) -> Iterator[str]:
    is_blank = document.label is None
    if document.scale == "score":
        yield "" if document.score is None else f"{document.score:.6g}"
    else:
        yield from ("", "") if is_blank else (document.name or "", str(document.label))
    yield from [""] * len(document.classes) if is_blank else (f"{p:.6g}" for p in document.probabilities)
    yield " ".join(document.unknown_words)
    yield f"{document.unknown_share:.6g}"
    yield document.warning or ""
