"""`MeanScore`: the baseline of scores, their mean."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from treenn.evaluation.metrics import AnyPredictions
from treenn.models.task import Task

FloatArray = npt.NDArray[np.float64]


class MeanScore:
    """The mean of the training scores: among roots or pairs for a root or a pair, among all phrases for others.

    Args:
        task: the task of the examples.
        examples: the training examples.
        roots_only: whether to ignore the scores of phrases within sentences.

    Raises:
        InputError: if the task does not define the scores of its units.
    """

    def __init__(self, task: Task, examples: Sequence[Any], *, roots_only: bool) -> None:
        self._task = task
        units = list(_units(task, examples, roots_only=roots_only))
        roots = _mean(np.array([of_example[-1] for of_example in units]))
        everything = _mean(np.concatenate(units))
        self._all = roots if np.isnan(everything) else everything
        self._root = self._all if np.isnan(roots) else roots
        self.parameters = 1 if max(map(len, units)) == 1 else 2
        """The number of parameters."""

    def predict(self, examples: Sequence[Any]) -> AnyPredictions:
        """Predict the scores of examples."""
        units = list(_units(self._task, examples, roots_only=False))
        scores = [np.array([self._all] * (len(each) - 1) + [self._root]) for each in units]
        sizes = np.array(list(map(len, units)))
        predictions: AnyPredictions = self._task.from_scores(np.concatenate(units), np.concatenate(scores), sizes)
        return predictions


def _units(task: Task, examples: Sequence[Any], *, roots_only: bool) -> Iterator[FloatArray]:
    return (np.array(task.unit_scores(each, roots_only=roots_only), dtype=np.float64) for each in examples)


def _mean(scores: FloatArray) -> float:
    """The mean of the labelled units; NaN if there are none."""
    labelled = scores[~np.isnan(scores)]
    return float(labelled.mean()) if len(labelled) else float("nan")
