"""Predictions of the class of every node of trees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from treenn.encoders import NO_LABEL, PackedForest, pack
from treenn.evaluation.metrics import Columns
from treenn.models.building import NodeClassifier
from treenn.models.network import check_probabilities
from treenn.trees import Tree
from treenn.trees.arguments import Count, checked
from treenn.trees.errors import InputError, argument
from treenn.trees.json_records import digits

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float32]

NOT_ASKED = -1


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

    def labelled_nodes(self) -> IntArray:
        """The number of labelled nodes of each tree. Shape: `(T,)`."""
        return np.add.reduceat((self.labels != NO_LABEL).astype(np.int64), self.roots - self.sizes + 1)

    def by_example(self) -> Columns:
        """The columns that results keep: of each root its class, probabilities and side; the correct nodes per tree."""
        return {
            "root": digits(self.classes[self.roots].tolist()),
            "root_probabilities": self.probabilities[self.roots].astype(float).round(4).tolist(),
            "root_binary": digits(self.positive[self.roots].astype(int).tolist()),
            "correct_nodes": self.correct_nodes().tolist(),
        }


@checked
def predict(
    model: NodeClassifier, trees: Sequence[Tree], batch_size: Count = 500, *, roots_only: bool = False
) -> Predictions:
    """Run a model over trees, without dropout and without gradients; what sentences share is computed once a batch
    where the encoder allows it.

    Args:
        model: of nodes.
        trees: with labels or without.
        batch_size: trees at a time.
        roots_only: whether the model is asked of roots alone. A sequence model needs n² steps to read all phrases of
            a sentence of n words, which may be too many for the memory, and n to read the sentence.

    Raises:
        NonFiniteError: if a probability is NaN.
    """
    if not trees:
        raise InputError(f"{argument('trees')}: must be one tree or more, the list is empty")
    device, n_classes = model.embedding.weight.device, model.head.linear.out_features
    columns: tuple[list[torch.Tensor], ...] = [], [], [], []
    sizes: list[int] = []
    was_training = model.training
    model.eval()
    with torch.inference_mode():
        for start in range(0, len(trees), batch_size):
            forest = pack(trees[start : start + batch_size], share=model.supports_dedup)
            p = _probabilities(model, forest.to(device), roots_only=roots_only)
            above, below = p[:, (n_classes + 1) // 2 :].sum(dim=1), p[:, : n_classes // 2].sum(dim=1)
            for column, values in zip(
                columns, (forest.labels[forest.rows], _classes(p), above > below, p), strict=True
            ):
                column.append(values)
            sizes += forest.sizes
    model.train(was_training)
    labels, classes, positive, probabilities = (torch.cat(column).numpy() for column in columns)
    check_probabilities(probabilities)
    return Predictions(labels, classes, positive, probabilities, np.array(sizes), n_classes)


def _probabilities(model: NodeClassifier, forest: PackedForest, *, roots_only: bool) -> Tensor:
    """Of every node, in the order of the trees; 0 below the roots where only these are asked. Shape: `(N, classes)`."""
    scores: Tensor = model(forest, roots_only=roots_only)
    p = scores.softmax(dim=1).cpu()
    if not roots_only:
        return p[forest.rows]
    every = p.new_zeros(sum(forest.sizes), p.shape[1])
    every[torch.tensor(forest.sizes).cumsum(0) - 1] = p
    return every


def _classes(probabilities: Tensor) -> Tensor:
    return torch.where(probabilities.any(dim=1), probabilities.argmax(dim=1), NOT_ASKED)
