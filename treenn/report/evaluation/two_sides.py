"""An evaluation of the two sides of an ordinal scale, without the examples of its middle class."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import numpy as np

from treenn.encoders import NO_LABEL
from treenn.evaluation.predictions import polarity
from treenn.models.task import Task
from treenn.runtime.arrays import IntArray
from treenn.trees.errors import InputError, argument


def two_sides(task: Task, examples: Sequence[Any]) -> tuple[Task, Sequence[Any], IntArray]:
    """The task and the examples with two classes, below and above the middle of the scale.

    Examples whose label is the middle class, or is missing, are omitted.

    Args:
        task: the task of the model.
        examples: the examples, with the classes of the task.

    Returns:
        The task, the examples, and the indices of those examples.

    Raises:
        InputError: if the classes are not those of nodes on an ordinal scale, or no example is left.
    """
    if task.name != "nodes" or task.classes is None or task.scale != "ordinal":
        raise InputError(f"{argument('binary')}: the model must have classes on an ordinal scale, for sentences")
    count = len(task.classes)
    sides = [None if side == NO_LABEL else int(side) for side in polarity(np.arange(count), count)]

    def side_of(label: int | None) -> int | None:
        return None if label is None else sides[label]

    kept = [index for index, example in enumerate(examples) if side_of(example.label) is not None]
    if not kept:
        raise InputError(f"{argument('binary')}: every example has the middle class or no label")
    binary = copy.copy(task)
    binary.classes = _names(task.classes, sides, {examples[index].label for index in kept})
    return binary, [examples[index].map_labels(side_of) for index in kept], np.array(kept)


def _names(classes: Sequence[str], sides: Sequence[int | None], used: set[int]) -> tuple[str, ...]:
    """The names of both sides: of the only class that is used on each, else of all classes."""
    every = [[label for label, of in enumerate(sides) if of == side] for side in (0, 1)]
    found = [[label for label in labels if label in used] for labels in every]
    named = found if all(len(labels) == 1 for labels in found) else every
    return tuple(" or ".join(classes[label] for label in labels) for labels in named)
