"""Histograms of correct predictions: the bins of a slice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt

from treenn.encoders import NO_LABEL
from treenn.evaluation.predictions import Predictions
from treenn.trees.json_records import Key

BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Bin:
    """The correct predictions in one bin of a slice; it has a name or a range.

    Args:
        right: the number of correct predictions.
        total: the number of labelled sentences or nodes.
        name: the bin's name.
        start: the lower end of its range, inclusive.
        end: the upper end, inclusive; None if the range has none.
        rule: the condition for a sentence to be in the bin, in words.
        right_side: the number of predictions on the gold class's side of the scale.
    """

    right: int
    total: int
    name: str | None = None
    start: Annotated[int | None, Key("from")] = None
    end: Annotated[int | None, Key("to")] = None
    rule: str | None = None
    right_side: int | None = None

    @property
    def label(self) -> str:
        """The bin's name or range.

        >>> Bin(1, 2, start=1, end=9).label, Bin(1, 2, start=40).label
        ('1–9', '40+')
        """
        return self.name if self.name is not None else range_label(self.start or 0, self.end)


@dataclass(frozen=True)
class PublishedShares:
    """Published accuracies on sentences of a kind.

    Args:
        cases: the paper's number of sentences or pairs.
        shares: accuracy by model.
    """

    cases: int
    shares: Mapping[str, float]


@dataclass(frozen=True)
class Slice:
    """Accuracy by a property of the data.

    Args:
        unit: `"sentences"`, `"nodes"` or `"pairs"`.
        rule: the property, in words.
        bins: the bins with at least one labelled unit.
    """

    unit: str
    rule: str
    bins: tuple[Bin, ...]


def range_label(start: int, end: int | None) -> str:
    """A range of whole numbers, both ends inclusive.

    >>> range_label(1, 9), range_label(2, 2), range_label(40, None)
    ('1–9', '2', '40+')
    """
    return f"{start}+" if end is None else str(start) if start == end else f"{start}–{end}"


def right_sentences(predictions: Predictions) -> tuple[BoolArray, BoolArray]:
    """Masks of the trees whose root is classified correctly, and of those whose root is labelled. Shape: `(trees,)`."""
    right, labelled = right_nodes(predictions)
    return right[predictions.roots], labelled[predictions.roots]


def right_nodes(predictions: Predictions) -> tuple[BoolArray, BoolArray]:
    """Masks of the nodes that are classified correctly, and of those that are labelled. Shape: `(nodes,)`."""
    return predictions.classes == predictions.labels, predictions.labels != NO_LABEL


def numbered(values: npt.ArrayLike, starts: Sequence[int], right: BoolArray, labelled: BoolArray) -> tuple[Bin, ...]:
    """Bins by ranges of a number, without empty bins.

    Args:
        values: the number of each sentence or node; those below the first start are ignored.
        starts: the lower end of each range, ascending; the last range has no upper end.
        right: whether each prediction is correct.
        labelled: whether each is counted.

    Returns:
        The bins, ascending.

    >>> for bin in numbered([1, 2, 9], (1, 5), np.array([True, False, True]), np.array([True, True, True])):
    ...     print(bin.label, bin.right, bin.total)
    1–4 1 2
    5+ 1 1
    """
    which = np.searchsorted(starts, np.asarray(values), side="right") - 1
    ends = [*(start - 1 for start in starts[1:]), None]
    ranges = enumerate(zip(starts, ends, strict=True))
    bins = (count((which == index) & labelled, right, start=start, end=end) for index, (start, end) in ranges)
    return tuple(bin for bin in bins if bin.total)


def named(names: Sequence[str], order: Sequence[str], right: BoolArray, labelled: BoolArray) -> tuple[Bin, ...]:
    """Bins by name, without empty bins.

    Args:
        names: the name of each sentence or node; those with names that `order` lacks are not counted.
        order: the names of the bins, in their order.
        right: whether each prediction is correct.
        labelled: whether each is counted.

    Returns:
        The bins.

    >>> for bin in named(["a", "b", "a"], ["b", "a"], np.array([True, False, False]), np.array([True, True, True])):
    ...     print(bin.label, bin.right, bin.total)
    b 0 1
    a 1 2
    """
    names_of = np.asarray(names)
    bins = (count((names_of == name) & labelled, right, name=name) for name in order)
    return tuple(bin for bin in bins if bin.total)


def count(inside: BoolArray, right: BoolArray, **label: Any) -> Bin:
    """The bin of the predictions in a mask, with the fields of its label."""
    return Bin(int(right[inside].sum()), int(inside.sum()), **label)
