"""Phrases of sentences, and pairs of sentences, as the examples of baselines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from treenn.encoders import NO_LABEL
from treenn.models.task import Task


@dataclass(frozen=True)
class Phrases:
    """The phrases of sentences, or pairs of sentences, as features and labels. A pair is one phrase.

    Args:
        words: the words of each phrase; of a pair, those of both sides.
        labels: the class or score of each phrase; without one, -100 or NaN. Shape: `(N,)`.
        roots: True for sentences and pairs, False for phrases within a sentence. Shape: `(N,)`.

    Shape legend: `N` phrases.
    """

    words: Iterator[tuple[Sequence[str], ...]]
    labels: npt.NDArray[Any]
    roots: npt.NDArray[np.bool_]

    @property
    def labelled(self) -> npt.NDArray[np.bool_]:
        """True for phrases with a label. Shape: `(N,)`."""
        is_score = self.labels.dtype.kind == "f"
        labelled: npt.NDArray[np.bool_] = ~np.isnan(self.labels) if is_score else self.labels != NO_LABEL
        return labelled

    @property
    def features(self) -> Iterator[list[str]]:
        """The words and bigrams of each phrase; those of a pair are prefixed by the number of the side."""
        return map(_features, self.words)


def phrases(task: Task, examples: Sequence[Any], roots_only: bool = False) -> Phrases:
    """Extract the phrases of examples, in the order of `unit_targets`.

    Args:
        task: the task of the examples.
        examples: trees or pairs.
        roots_only: whether to skip phrases within sentences (default: False).
    """
    labels, roots = list[float](), list[bool]()
    for each in examples:
        of_example = unit_targets(task, each, roots_only)
        labels += of_example
        roots += [False] * (len(of_example) - 1) + [True]
    units = (words for each in examples for words in task.unit_words(each, roots_only=roots_only))
    return Phrases(units, np.array(labels, dtype=float if task.classes is None else int), np.array(roots))


def unit_targets(task: Task, example: Any, roots_only: bool = False) -> Sequence[float]:
    """The classes or the scores of an example's phrases, the whole example last."""
    of_units = task.unit_scores if task.classes is None else task.unit_labels
    return of_units(example, roots_only=roots_only)


def _features(sides: tuple[Sequence[str], ...]) -> list[str]:
    if len(sides) == 1:
        return words_and_bigrams(sides[0])
    return [f"{side} {each}" for side, words in enumerate(sides, start=1) for each in words_and_bigrams(words)]


def words_and_bigrams(words: Sequence[str]) -> list[str]:
    """The words and the bigrams, whose words are joined by a space."""
    return [*words, *map(" ".join, pairwise(words))]
