"""Predictions of the class or the score of pairs of trees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from treebanks.pairs import Pair
from treenn.evaluation.metrics import Columns
from treenn.models.network import check_probabilities
from treenn.models.pair_classifier import PairClassifier
from treenn.models.pair_head import Similarity
from treenn.trees.arguments import Count, checked
from treenn.trees.errors import InputError, argument
from treenn.trees.json_records import digits


@dataclass(frozen=True)
class PairPredictions:
    """Predicted classes or scores of pairs.

    Shape: `P` pairs.

    Args:
        targets: `(P,)` the gold classes or scores.
        probabilities: `(P, classes)` of each class.
        scores: `(P,)` the predicted scores; `None` for classes.
    """

    targets: npt.NDArray[Any]
    probabilities: npt.NDArray[np.float32]
    scores: npt.NDArray[np.float32] | None

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

    def by_example(self) -> Columns:
        """The columns that results keep: of each pair its `score`, or its class, `root`, and `root_probabilities`."""
        if self.scores is not None:
            return {"score": self.scores.astype(float).round(4).tolist()}
        probabilities = self.probabilities.astype(float).round(4).tolist()
        return {"root": digits(self.classes.tolist()), "root_probabilities": probabilities}


@checked
def predict_pairs(model: PairClassifier, pairs: Sequence[Pair], batch_size: Count = 500) -> PairPredictions:
    """Run a model over pairs, without dropout and without gradients.

    Raises:
        NonFiniteError: if a probability is NaN.
    """
    if not pairs:
        raise InputError(f"{argument('pairs')}: must be one pair or more, the list is empty")
    device, targets, probabilities, scores = model.embedding.weight.device, [], [], []
    was_training = model.training
    model.eval()
    with torch.inference_mode():
        for start in range(0, len(pairs), batch_size):
            packed = model.pack(pairs[start : start + batch_size])
            scored = model(packed.to(device))
            targets.append(packed.targets)
            probabilities.append(scored.softmax(dim=1).cpu())
            if isinstance(model.head, Similarity):
                scores.append(model.head.score(scored).cpu())
    model.train(was_training)
    of_scale = torch.cat(scores).numpy() if scores else None
    of_classes = torch.cat(probabilities).numpy()
    check_probabilities(of_classes)
    return PairPredictions(torch.cat(targets).numpy(), of_classes, of_scale)
