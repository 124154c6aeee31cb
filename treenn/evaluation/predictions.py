"""Predictions of the class of every node of trees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np
import numpy.typing as npt

from treenn.encoders import NO_LABEL
from treenn.evaluation.metrics import Columns, metrics_html
from treenn.models.network import Network
from treenn.trees import InputError, Tree
from treenn.trees.arguments import Count, checked
from treenn.trees.json_records import digits

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float32]

NOT_ASKED = -1
"""The predicted class of nodes that were not predicted."""


@dataclass(frozen=True)
class Predictions:
    """Predicted classes of all nodes of trees, in the order of the trees and of each tree's node numbers.

    Shape: `N` nodes, `T` trees.

    Args:
        labels: `(N,)` gold classes, -100 for unlabelled nodes.
        classes: `(N,)` the most probable class; -1 for nodes that were not predicted.
        positive: `(N,)` whether the classes above the middle of the scale are together more probable than those below.
        probabilities: `(N, classes)` of each class; 0 for nodes that were not predicted.
        sizes: `(T,)` the number of nodes of each tree.
        n_classes: the number of classes.
    """

    kind: ClassVar[str] = "nodes"

    labels: IntArray
    classes: IntArray
    positive: BoolArray
    probabilities: FloatArray
    sizes: IntArray
    n_classes: int

    @classmethod
    def of(cls, labels: IntArray, probabilities: FloatArray, sizes: IntArray) -> Self:
        """Predictions by class probabilities; a node whose probabilities are all 0 was not predicted."""
        n_classes = probabilities.shape[1]
        classes = np.where(probabilities.any(axis=1), probabilities.argmax(axis=1), NOT_ASKED)
        above, below = probabilities[:, (n_classes + 1) // 2 :], probabilities[:, : n_classes // 2]
        return cls(labels, classes, above.sum(axis=1) > below.sum(axis=1), probabilities, sizes, n_classes)

    def __repr__(self) -> str:
        """The numbers of trees, nodes and classes."""
        return f"Predictions(trees={len(self.sizes)}, nodes={len(self.labels)}, classes={self.n_classes})"

    def _repr_html_(self) -> str:
        return metrics_html(self)

    @property
    def roots(self) -> IntArray:
        """The index of each tree's root, its last node. Shape: `(T,)`."""
        return np.cumsum(self.sizes) - 1

    @property
    def whole(self) -> tuple[IntArray, IntArray]:
        """The gold and the predicted classes of the roots. Shape: both `(T,)`."""
        return self.labels[self.roots], self.classes[self.roots]

    @property
    def inner(self) -> BoolArray:
        """The mask of nodes that are not words. Shape: `(N,)`."""
        first = np.repeat(np.cumsum(self.sizes) - self.sizes, self.sizes)
        return np.arange(len(self.labels)) - first >= (np.repeat(self.sizes, self.sizes) + 1) // 2

    @property
    def gold_polarity(self) -> IntArray:
        """1 above the middle of the scale, 0 below it, -100 in the middle or without a label. Shape: `(N,)`."""
        doubled, middle = 2 * self.labels, self.n_classes - 1
        polarity = np.where(doubled > middle, 1, np.where(doubled < middle, 0, NO_LABEL))
        return np.where(self.labels == NO_LABEL, NO_LABEL, polarity)

    def correct_nodes(self) -> IntArray:
        """The number of correct nodes of each tree. Shape: `(T,)`."""
        return np.add.reduceat((self.classes == self.labels).astype(np.int64), self.roots - self.sizes + 1)

    @property
    def whole_probabilities(self) -> tuple[FloatArray, IntArray]:
        """The class probabilities and the gold classes of the roots. Shape: `(T, classes)` and `(T,)`."""
        return self.probabilities[self.roots], self.labels[self.roots]

    def by_example(self) -> Columns:
        """The columns that results keep: of each root its class, probabilities and side; the correct nodes per tree."""
        return {
            "root": digits(self.classes[self.roots].tolist()),
            "root_probabilities": self.probabilities[self.roots].astype(float).round(4).tolist(),
            "root_binary": digits(self.positive[self.roots].astype(int).tolist()),
            "correct_nodes": self.correct_nodes().tolist(),
        }


@checked
def predict(model: Network, trees: Sequence[Tree], batch_size: Count = 500, *, roots_only: bool = False) -> Predictions:
    """Predict the classes of the nodes of trees: `model.predict` of a network for classification of nodes.

    Args:
        model: the network.
        trees: with labels or without.
        batch_size: the number of trees in a batch (default: 500).
        roots_only: whether to predict only roots (default: False).

    Raises:
        InputError: if the model is for another task, or there is no tree.
        NonFiniteError: if a probability is NaN.
    """
    if model.task.name != "nodes":
        raise InputError(f"the task of this model is {model.task.name}: must be nodes")
    predictions: Predictions = model.predict(trees, batch_size, roots_only=roots_only)
    return predictions
