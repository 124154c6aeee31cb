"""Predictions of the class or the score of pairs of trees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from treenn.evaluation.metrics import Columns, metrics_html
from treenn.trees.json_records import digits


@dataclass(frozen=True)
class PairPredictions:
    """Predicted classes or scores of pairs.

    Shape: `P` pairs.

    Args:
        targets: `(P,)` the gold classes or scores.
        probabilities: `(P, classes)` of each class.
        scores: `(P,)` the predicted scores (default: None, for classes).
    """

    targets: npt.NDArray[Any]
    probabilities: npt.NDArray[np.float32]
    scores: npt.NDArray[np.float32] | None = None

    def __repr__(self) -> str:
        """The numbers of pairs and classes."""
        return f"PairPredictions(pairs={len(self.targets)}, classes={self.probabilities.shape[1]})"

    def _repr_html_(self) -> str:
        return metrics_html(self)

    @property
    def classes(self) -> npt.NDArray[np.int64]:
        """The most probable class of each pair. Shape: `(P,)`."""
        return np.asarray(self.probabilities.argmax(axis=1))

    @property
    def kind(self) -> str:
        """`scores`, or `pairs` for classes."""
        return "pairs" if self.scores is None else "scores"

    @property
    def whole(self) -> tuple[npt.NDArray[Any], npt.NDArray[np.int64]]:
        """The gold and the predicted classes. Shape: both `(P,)`."""
        return self.targets, self.classes

    @property
    def whole_probabilities(self) -> tuple[npt.NDArray[np.float32], npt.NDArray[Any]]:
        """The class probabilities and the gold classes. Shape: `(P, classes)` and `(P,)`."""
        return self.probabilities, self.targets

    def by_example(self) -> Columns:
        """The columns that results keep: of each pair its `score`, or its class, `root`, and `root_probabilities`."""
        if self.scores is not None:
            return {"score": self.scores.astype(float).round(4).tolist()}
        probabilities = self.probabilities.astype(float).round(4).tolist()
        return {"root": digits(self.classes.tolist()), "root_probabilities": probabilities}
