"""Regression of scores at all labelled nodes of trees, or only at roots."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from treenn.evaluation.score_predictions import ScorePredictions
from treenn.models.heads import Head
from treenn.models.network import Network, NonFiniteError
from treenn.models.settings import Settings
from treenn.runtime.tensor_batch import TensorBatch
from treenn.tasks.nodes import NodeTask, at
from treenn.tasks.score_scale import ScoreScale
from treenn.trees.errors import InputError


@dataclass(frozen=True)
class ScoredBatch(TensorBatch):
    """A batch of unlabelled trees, with the scores of their nodes.

    Shape: `N` rows of the forest.

    Args:
        batch: the trees, as `NodeTask.batch` packs them.
        targets: `(N,)` float64, the score of each row, NaN for unlabelled nodes.
    """

    batch: Any
    targets: Tensor


class NodeRegression(NodeTask):
    """Linear regression of node states, with the squared loss.

    Scores are mapped linearly to -1 to 1, so a new network predicts the middle of the scale. The output of the head is
    also linear: the ends of the scale are frequent in ratings, and the gradient of a sigmoid vanishes there.
    Predictions are clipped to the scale, which never increases the error. The loss is summed over the labelled nodes
    and divided by the number of trees, as in classification.
    """

    metric = "pearson"
    scale = "score"

    @property
    def score_scale(self) -> ScoreScale:
        """The scale of the scores."""
        return ScoreScale.of(self.score_range)

    def make_head(self, settings: Settings) -> Head:
        """A linear head with one output."""
        return Head(settings.size, 1, settings.dropout)

    def pack(self, network: Network, examples: Sequence[Any]) -> ScoredBatch:
        """Pack trees as one forest, with their scores."""
        trees = self.read(network, examples)
        batch = self.batch(network, [tree.unlabelled for tree in trees])
        labels = [math.nan if label is None else float(label) for tree in trees for label in tree.labels]
        targets = torch.empty(len(labels), dtype=torch.float64)
        targets[self.forest(batch).unsorted_indices] = torch.tensor(labels, dtype=torch.float64)
        return ScoredBatch(batch, targets)

    def scores(self, network: Network, packed: ScoredBatch, *, roots_only: bool) -> Tensor:
        """Scores from -1 to 1, not clipped. Shape: `(N, 1)` in the forest's rows, with `roots_only` `(T, 1)`."""
        return super().scores(network, packed.batch, roots_only=roots_only)

    def weighted_loss(self, network: Network, packed: Any, weights: Tensor | None, *, roots_only: bool) -> Tensor:
        """Squared error of the scores from -1 to 1 at the labelled nodes or roots, plus the encoder's own loss."""
        forest = self.forest(packed.batch)
        targets = self.score_scale.to_unit(packed.targets[forest.roots] if roots_only else packed.targets)
        factors = self.row_weights(packed.batch, weights, roots_only=roots_only)

        def loss_of(scores: Tensor, rows: Tensor | None) -> Tensor:
            return squared_loss(scores[:, 0], at(targets, rows), at(factors, rows)) / len(forest.sizes)

        return self.head_loss(network, packed.batch, loss_of, roots_only=roots_only)

    def outputs(self, network: Network, packed: ScoredBatch, *, roots_only: bool) -> tuple[Tensor, ...]:
        """Gold and predicted scores of all nodes in the order of the trees, and the trees' sizes."""
        unit = network(packed, roots_only=roots_only)[:, 0].double().cpu()
        if not unit.isfinite().all():
            raise NonFiniteError("a score of this model is NaN: its weights are too large; must be trained again")
        labels = self.by_node(packed.batch, packed.targets.cpu(), roots_only=False, fill=math.nan)
        scores = self.by_node(packed.batch, self.score_scale.from_unit(unit), roots_only=roots_only, fill=math.nan)
        return labels, scores, torch.tensor(packed.batch.sizes)

    def predictions(self, *columns: Any) -> ScorePredictions:
        """Predictions from the columns of `outputs`."""
        return ScorePredictions(*columns)

    def check_labels(self, tree: Any, place: str) -> None:
        """Validate that the labels of a tree are numbers on the scale."""
        low, high = self.score_scale
        for label in set(tree.labels):
            if not (label is None or (isinstance(label, (int, float)) and low <= label <= high)):
                raise InputError(
                    f"label {label!r} of node {tree.labels.index(label)} of {place}: "
                    f"must be a score, {low:g} to {high:g}, or None"
                )

    def gold(self, examples: Sequence[Any]) -> dict[str, list[Any]]:
        """By tree: `score`, the score of the root, None without a label; `nodes`, the number of labelled nodes."""
        roots = [self.tree(example).label for example in examples]
        return {"score": [None if label is None else float(label) for label in roots], **super().gold(examples)}

    def criterion(self, settings: Settings) -> str:
        """The mean squared error over the nodes of the loss, or over roots with `spans`."""
        if settings.checkpoint == "best":
            return "mse_all_nodes" if settings.supervision == "nodes" else "mse"
        return "mse" if settings.checkpoint == "best-root" else "mse_all_nodes"

    def unit_scores(self, example: Any, *, roots_only: bool) -> list[float]:
        """The score of each node, or of the root."""
        labels = self.tree(example).labels[-1:] if roots_only else self.tree(example).labels
        return [math.nan if label is None else float(label) for label in labels]

    def from_scores(self, labels: Any, scores: Any, sizes: Any) -> ScorePredictions:
        """Predictions of a control for all nodes."""
        return ScorePredictions(labels, scores, sizes)


def squared_loss(scores: Tensor, targets: Tensor, weights: Tensor | None = None) -> Tensor:
    """The sum of the squared errors at the labelled nodes; other targets are NaN. Shape: all `(n,)` to a scalar.

    Args:
        scores: the predictions.
        targets: the scores.
        weights: the factor of each squared error (default: None, 1 each).

    >>> squared_loss(torch.tensor([0.5, 0.5]), torch.tensor([1.0, torch.nan]))
    tensor(0.2500)
    """
    errors = scores - targets.to(scores.dtype)
    squares = torch.where(targets.isnan(), 0, errors).square()
    return squares.sum() if weights is None else (squares * weights).sum()
