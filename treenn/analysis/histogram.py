"""Counting right answers bin by bin: what a slice of the results is made of."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from treenn.encoders import NO_LABEL
from treenn.evaluation.predictions import Predictions

BoolArray = npt.NDArray[np.bool_]


def right_sentences(predictions: Predictions) -> tuple[BoolArray, BoolArray]:
    """For each sentence whether its root's class is right, and whether it has a label. Shape: two of `(T,)`."""
    right, labelled = right_nodes(predictions)
    return right[predictions.roots], labelled[predictions.roots]


def right_nodes(predictions: Predictions) -> tuple[BoolArray, BoolArray]:
    """For each node whether its class is right, and whether it has a label. Shape: two of `(N,)`."""
    return predictions.classes == predictions.labels, predictions.labels != NO_LABEL


def numbered(
    values: npt.ArrayLike, starts: Sequence[int], right: BoolArray, labelled: BoolArray
) -> list[dict[str, int | None]]:
    """Counts by ranges of a number; a range in which nothing is labelled is left out.

    Args:
        values: the number of each sentence or node; those below the first start are not counted.
        starts: where each range begins, in order; the last one has no end.
        right: which are right.
        labelled: which count.

    Returns:
        for each range `from` and `to` (both in it; `to` of the last is `None`), `right` and `total`.

    >>> numbered([1, 2, 9], (1, 5), np.array([True, False, True]), np.array([True, True, True]))
    [{'from': 1, 'to': 4, 'right': 1, 'total': 2}, {'from': 5, 'to': None, 'right': 1, 'total': 1}]
    """
    which = np.searchsorted(starts, np.asarray(values), side="right") - 1
    ends = [*(end - 1 for _, end in pairwise(starts)), None]
    bins = []
    for number, (start, end) in enumerate(zip(starts, ends, strict=True)):
        inside = (which == number) & labelled
        if inside.any():
            bins.append({"from": start, "to": end, "right": int(right[inside].sum()), "total": int(inside.sum())})
    return bins


def named(names: Sequence[str], order: Sequence[str], right: BoolArray, labelled: BoolArray) -> list[dict[str, Any]]:
    """Counts by a name that each sentence or node has; a name that nothing labelled has is left out.

    Args:
        names: of each sentence or node; those with one that `order` has not are not counted.
        order: the names that are wanted, in this order.
        right: which are right.
        labelled: which count.

    Returns:
        for each name `name`, `right` and `total`.

    >>> named(["a", "b", "a"], ["b", "a"], np.array([True, False, False]), np.array([True, True, True]))
    [{'name': 'b', 'right': 0, 'total': 1}, {'name': 'a', 'right': 1, 'total': 2}]
    """
    names_of = np.asarray(names)
    bins = []
    for name in order:
        inside = (names_of == name) & labelled
        if inside.any():
            bins.append({"name": name, "right": int(right[inside].sum()), "total": int(inside.sum())})
    return bins
