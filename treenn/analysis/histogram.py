"""Histograms of correct predictions: the bins of a slice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt

from treenn.analysis.neighbours import LEAST, merge_neighbours
from treenn.encoders import NO_LABEL
from treenn.evaluation.predictions import Predictions
from treenn.runtime.arrays import BoolArray
from treenn.trees.json_records import Key


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
        sentences: the number of sentences that the nodes are from; None for sentences and pairs, and in files of before
            2026-12.
    """

    right: int
    total: int
    name: str | None = None
    start: Annotated[int | None, Key("from")] = None
    end: Annotated[int | None, Key("to")] = None
    rule: str | None = None
    right_side: int | None = None
    sentences: int | None = None

    @property
    def independent(self) -> int:
        """The number of independent units: sentences or pairs; that of nodes if their sentences are unknown."""
        return self.total if self.sentences is None else self.sentences

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


def merged(found: Slice, least: int = LEAST) -> Slice:
    """The slice without bins of too few sentences.

    Ranges are merged with their neighbours (`merge_neighbours`). Small bins with a name are merged into one, `other`,
    at the end; those with a rule, which may share sentences, are omitted.

    Args:
        found: the slice.
        least: the minimum number of sentences of a bin (default: `LEAST`).

    Returns:
        The slice; its bins are a part of the recorded ones or unions of them.

    >>> bins = (Bin(1, 4, start=1, end=9), Bin(9, 30, start=10, end=19), Bin(2, 3, start=20))
    >>> [(bin.label, bin.right, bin.total) for bin in merged(Slice("sentences", "words", bins)).bins]
    [('1+', 12, 37)]
    """
    if all(bin.start is not None for bin in found.bins):
        bins = merge_neighbours(found.bins, lambda bin: bin.independent, _union, least)
    else:
        small = [bin for bin in found.bins if bin.independent < least and bin.rule is None]
        bins = [bin for bin in found.bins if bin.independent >= least]
        bins += [replace(reduce(_union, small), name="other")] if small else []
    return replace(found, bins=tuple(bin for bin in bins if bin.independent >= least))


def _union(a: Bin, b: Bin) -> Bin:
    """Two bins as one. Its sentences are at least those of the larger one, because nodes of both may share some."""
    sentences = None if a.sentences is None or b.sentences is None else max(a.sentences, b.sentences)
    return replace(a, right=a.right + b.right, total=a.total + b.total, end=b.end, sentences=sentences)


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


def sentences_of_nodes(predictions: Predictions) -> npt.NDArray[np.int64]:
    """The number of each node's sentence. Shape: `(nodes,)`."""
    return np.repeat(np.arange(len(predictions.sizes)), predictions.sizes)


def numbered(
    values: npt.ArrayLike,
    starts: Sequence[int],
    right: BoolArray,
    labelled: BoolArray,
    sentences: npt.NDArray[np.int64] | None = None,
) -> tuple[Bin, ...]:
    """Bins by ranges of a number, without empty bins.

    Args:
        values: the number of each sentence or node; those below the first start are ignored.
        starts: the lower end of each range, ascending; the last range has no upper end.
        right: whether each prediction is correct.
        labelled: whether each is counted.
        sentences: the number of each node's sentence (default: None, the values are of sentences).

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
    bins = (
        count((which == index) & labelled, right, sentences, start=start, end=end) for index, (start, end) in ranges
    )
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


def count(inside: BoolArray, right: BoolArray, sentences: npt.NDArray[np.int64] | None = None, **label: Any) -> Bin:
    """The bin of the predictions in a mask, with the fields of its label.

    Args:
        inside: the mask.
        right: whether each prediction is correct.
        sentences: as in `numbered` (default: None).
        **label: the fields of the label.
    """
    of_nodes = None if sentences is None else len(np.unique(sentences[inside]))
    return Bin(int(right[inside].sum()), int(inside.sum()), sentences=of_nodes, **label)
