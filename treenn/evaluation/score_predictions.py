"""`ScorePredictions`: predicted scores of nodes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from treenn.evaluation.measuring import metrics_html
from treenn.evaluation.metrics import Columns
from treenn.evaluation.number_format import significant
from treenn.evaluation.predictions import nodes_of, root_indices
from treenn.runtime.arrays import IntArray

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class ScorePredictions:
    """Predicted scores of all nodes of trees, in the order of the trees and of each tree's node numbers.

    Shape: `N` nodes, `T` trees.

    Args:
        labels: `(N,)` gold scores, NaN for unlabelled nodes.
        scores: `(N,)` predicted scores; NaN for nodes that were not predicted.
        sizes: `(T,)` the number of nodes of each tree.
    """

    kind: ClassVar[str] = "node-scores"

    labels: FloatArray
    scores: FloatArray
    sizes: IntArray

    def __repr__(self) -> str:
        """The numbers of trees and nodes."""
        return f"ScorePredictions(trees={len(self.sizes)}, nodes={len(self.labels)})"

    def _repr_html_(self) -> str:
        return metrics_html(self)

    @property
    def n_examples(self) -> int:
        """The number of trees."""
        return len(self.sizes)

    def take(self, examples: IntArray) -> ScorePredictions:
        """Select the predictions of some trees, as `Predictions.take`."""
        nodes = nodes_of(self.sizes, examples)
        return ScorePredictions(self.labels[nodes], self.scores[nodes], self.sizes[examples])

    @property
    def roots(self) -> IntArray:
        """The index of each tree's root, its last node. Shape: `(T,)`."""
        return root_indices(self.sizes)

    @property
    def whole(self) -> tuple[FloatArray, FloatArray]:
        """The gold and the predicted scores of the labelled roots. Shape: both `(n,)`."""
        return _labelled(self.labels[self.roots], self.scores[self.roots])

    @property
    def all_nodes(self) -> tuple[FloatArray, FloatArray]:
        """The gold and the predicted scores of the labelled nodes that were predicted. Shape: both `(n,)`."""
        return _labelled(self.labels, self.scores)

    def squared_errors(self) -> FloatArray:
        """The sum of the squared errors of each tree's labelled nodes. Shape: `(T,)`."""
        return np.add.reduceat(np.nan_to_num(np.square(self.labels - self.scores)), self.roots - self.sizes + 1)

    def by_example(self) -> Columns:
        """The columns that results store: the score of each root, and the squared errors of each tree."""
        return {
            "score": significant(self.scores[self.roots].tolist(), 6),
            "squared_errors": significant(self.squared_errors().tolist(), 6),
        }


def _labelled(gold: FloatArray, scores: FloatArray) -> tuple[FloatArray, FloatArray]:
    given = ~(np.isnan(gold) | np.isnan(scores))
    return gold[given], scores[given]
