"""Predictions of the classes of nodes, and of the classes or scores of pairs; ensembles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from treebanks.own_data.spec import Scale
from treenn.encoders import NO_LABEL
from treenn.evaluation.measuring import metrics_html
from treenn.evaluation.metrics import Columns
from treenn.models.network import Network
from treenn.runtime.arrays import BoolArray, IntArray
from treenn.trees import InputError, Tree
from treenn.trees.arguments import Count, checked
from treenn.trees.errors import argument
from treenn.trees.json_records import digits

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
        positive: `(N,)` whether the classes above the middle of the scale have a higher total probability than those
            below.
        probabilities: `(N, classes)` of each class; 0 for nodes that were not predicted.
        sizes: `(T,)` the number of nodes of each tree.
        n_classes: the number of classes.
        scale: the scale of the classes (default: `"ordinal"`).
    """

    kind: ClassVar[str] = "nodes"

    labels: IntArray
    classes: IntArray
    positive: BoolArray
    probabilities: FloatArray
    sizes: IntArray
    n_classes: int
    scale: Scale = "ordinal"

    @classmethod
    def of(cls, labels: IntArray, probabilities: FloatArray, sizes: IntArray, *, scale: Scale = "ordinal") -> Self:
        """Build predictions from class probabilities, which are all 0 for a node that was not predicted."""
        n_classes = probabilities.shape[1]
        classes = np.where(probabilities.any(axis=1), probabilities.argmax(axis=1), NOT_ASKED)
        above, below = probabilities[:, (n_classes + 1) // 2 :], probabilities[:, : n_classes // 2]
        positive = above.sum(axis=1) > below.sum(axis=1)
        return cls(labels, classes, positive, probabilities, sizes, n_classes, scale)

    def __repr__(self) -> str:
        """The numbers of trees, nodes and classes."""
        return f"Predictions(trees={len(self.sizes)}, nodes={len(self.labels)}, classes={self.n_classes})"

    def _repr_html_(self) -> str:
        return metrics_html(self)

    @property
    def n_examples(self) -> int:
        """The number of trees."""
        return len(self.sizes)

    def take(self, examples: IntArray) -> Self:
        """Select the predictions of some trees.

        Args:
            examples: `(E,)` indices of trees, in the order of the result; an index may be repeated.
        """
        nodes, sizes = nodes_of(self.sizes, examples), self.sizes[examples]
        labels, classes, positive = self.labels[nodes], self.classes[nodes], self.positive[nodes]
        return type(self)(labels, classes, positive, self.probabilities[nodes], sizes, self.n_classes, self.scale)

    @property
    def roots(self) -> IntArray:
        """The index of each tree's root, its last node. Shape: `(T,)`."""
        return root_indices(self.sizes)

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
        return polarity(self.labels, self.n_classes)

    @property
    def sides(self) -> Self:
        """The predictions of two classes, below and above the middle of the scale; a gold middle class is no label."""
        half = self.n_classes // 2
        parts = (self.probabilities[:, :half], self.probabilities[:, self.n_classes - half :])
        both = np.stack([part.sum(axis=1) for part in parts], axis=1)
        total = both.sum(axis=1, keepdims=True)
        asked = (self.classes != NOT_ASKED)[:, None]
        shares = np.where(asked & (total > 0), both / np.where(total > 0, total, 1), 0.5 * asked).astype(np.float32)
        return type(self).of(self.gold_polarity, shares, self.sizes, scale=self.scale)

    def correct_nodes(self) -> IntArray:
        """The number of correct nodes of each tree. Shape: `(T,)`."""
        return np.add.reduceat((self.classes == self.labels).astype(np.int64), self.roots - self.sizes + 1)

    @property
    def whole_probabilities(self) -> tuple[FloatArray, IntArray]:
        """The class probabilities and the gold classes of the roots. Shape: `(T, classes)` and `(T,)`."""
        return self.probabilities[self.roots], self.labels[self.roots]

    def by_example(self) -> Columns:
        """The stored columns: the class, probabilities and side of each root, and the correct nodes per tree.

        Nominal classes have no sides.
        """
        sides = {"root_binary": digits(self.positive[self.roots].astype(int).tolist())}
        return {
            "root": digits(self.classes[self.roots].tolist()),
            "root_probabilities": self.probabilities[self.roots].astype(float).round(4).tolist(),
            **(sides if self.scale == "ordinal" else {}),
            "correct_nodes": self.correct_nodes().tolist(),
        }


def polarity(labels: IntArray, n_classes: int) -> IntArray:
    """1 for labels above the middle of the scale, 0 below it, -100 in the middle or without a label.

    >>> polarity(np.array([0, 1, 2, 3, 4, -100]), 5).tolist()
    [0, 0, -100, 1, 1, -100]
    """
    doubled, middle = 2 * labels, n_classes - 1
    sides = np.where(doubled > middle, 1, np.where(doubled < middle, 0, NO_LABEL))
    return np.where(labels == NO_LABEL, NO_LABEL, sides)


def root_indices(sizes: IntArray) -> IntArray:
    """The index of each tree's root, its last node. Shape: `(T,)` to `(T,)`."""
    return np.cumsum(sizes) - 1


def nodes_of(sizes: IntArray, examples: IntArray) -> IntArray:
    """The indices of the nodes of some trees. Shape: `(T,)` and `(E,)` to `(nodes,)`."""
    first, taken = np.cumsum(sizes) - sizes, sizes[examples]
    ends = np.cumsum(taken)
    # (nodes,): the offset of each tree here minus its offset in the result
    return np.asarray(np.repeat(first[examples] - (ends - taken), taken) + np.arange(ends[-1]))


@dataclass(frozen=True)
class PairPredictions:
    """Predicted classes or scores of pairs.

    Shape: `P` pairs.

    Args:
        targets: `(P,)` the gold classes or scores.
        probabilities: `(P, classes)` of each class.
        scores: `(P,)` the predicted scores (default: None, for classes).
        scale: the scale of the classes (default: `"nominal"`).
    """

    targets: npt.NDArray[Any]
    probabilities: npt.NDArray[np.float32]
    scores: npt.NDArray[np.float32] | None = None
    scale: Scale = "nominal"

    def __repr__(self) -> str:
        """The numbers of pairs and classes."""
        return f"PairPredictions(pairs={len(self.targets)}, classes={self.probabilities.shape[1]})"

    def _repr_html_(self) -> str:
        return metrics_html(self)

    @property
    def n_examples(self) -> int:
        """The number of pairs."""
        return len(self.targets)

    def take(self, examples: IntArray) -> PairPredictions:
        """Select the predictions of some pairs, as `Predictions.take`."""
        scores = None if self.scores is None else self.scores[examples]
        return PairPredictions(self.targets[examples], self.probabilities[examples], scores, self.scale)

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


def joined(predictions: Sequence[Any]) -> Any:
    """Concatenate the predictions of several groups of examples.

    Args:
        predictions: one or more, of the same kind and with the same classes.
    """
    columns = {
        field.name: np.concatenate([getattr(each, field.name) for each in predictions])
        for field in fields(predictions[0])
        if isinstance(getattr(predictions[0], field.name), np.ndarray)
    }
    return replace(predictions[0], **columns)


@checked
def average(predictions: Sequence[Predictions]) -> Predictions:
    """The predictions of an ensemble: the mean of the class probabilities at every node.

    Looks et al. (2017, "Deep learning with dynamic computation graphs") combine 30 Tree-LSTMs in this way.

    Args:
        predictions: one per model, for the same trees.

    Raises:
        InputError: if there are none, or they are for different trees.
    """
    if not predictions:
        raise InputError(f"{argument('predictions')}: must be those of at least one model; the list is empty")
    first = predictions[0]
    for index, each in enumerate(predictions):
        if each.n_classes != first.n_classes or not np.array_equal(each.labels, first.labels):
            raise InputError(f"{argument('predictions')}[{index}]: must be of the same trees as the first ones")
    p: FloatArray = np.mean([each.probabilities for each in predictions], axis=0)
    return Predictions.of(first.labels, p, first.sizes, scale=first.scale)
