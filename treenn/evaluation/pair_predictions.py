"""What a network says of pairs, and how good that is: accuracy for classes, correlation for relatedness."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from treebanks.pairs import Pair
from treenn.models.network import check_probabilities
from treenn.models.pair_classifier import PairClassifier
from treenn.models.pair_head import Similarity
from treenn.trees.arguments import Count, checked
from treenn.trees.errors import InputError, argument


@dataclass(frozen=True)
class PairPredictions:
    """What a model says of some pairs.

    Shape: `P` pairs.

    Args:
        targets: `(P,)` the gold classes, or the gold numbers.
        probabilities: `(P, classes)` of each class.
        scores: `(P,)` the numbers predicted, `None` where there are classes.
    """

    targets: npt.NDArray[Any]
    probabilities: npt.NDArray[np.float32]
    scores: npt.NDArray[np.float32] | None

    @property
    def classes(self) -> npt.NDArray[np.int64]:
        """The most probable class of each pair. Shape: `(P,)`."""
        return np.asarray(self.probabilities.argmax(axis=1))

    def by_pair(self) -> dict[str, list[Any]]:
        """What results keep of each pair: `score`, or `root`, the class, with `root_probabilities`."""
        if self.scores is not None:
            return {"score": self.scores.astype(float).round(4).tolist()}
        probabilities = self.probabilities.astype(float).round(4).tolist()
        return {"root": self.classes.tolist(), "root_probabilities": probabilities}


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


@checked
def pair_metrics(predictions: PairPredictions) -> dict[str, Any]:
    """How good predictions are.

    - For classes: `root`, the share that is right; `macro_f1`; `majority`: `root` of the largest gold class.
    - For numbers: `pearson`, `spearman`, and `mse`, the mean squared error; `majority`: `mse` of the mean gold number.
    """
    gold = predictions.targets
    if predictions.scores is not None:
        from scipy.stats import pearsonr, spearmanr

        scores = predictions.scores.astype(float)
        return {
            "pearson": float(pearsonr(gold, scores).statistic),
            "spearman": float(spearmanr(gold, scores).statistic),
            "mse": float(np.square(gold - scores).mean()),
            "majority": {"mse": float(gold.astype(float).var())},
        }
    from sklearn.metrics import f1_score

    guess = predictions.classes
    return {
        "root": float((gold == guess).mean()),
        "macro_f1": float(f1_score(gold, guess, average="macro", zero_division=0.0)),
        "majority": {"root": float(np.bincount(gold).max() / len(gold))},
    }
