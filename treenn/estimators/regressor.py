"""`TreeRegressor`: a scikit-learn regressor of texts and trees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import RegressorMixin
from sklearn.utils import column_or_1d

from treenn.estimators.examples import labelled, root_label
from treenn.estimators.tree_estimator import TreeEstimator
from treenn.trees import InputError
from treenn.trees.arguments import check
from treenn.trees.errors import argument


@dataclass(eq=False, repr=False, kw_only=True)
class TreeRegressor(RegressorMixin, TreeEstimator):  # type: ignore[misc]  # sklearn has no types
    """A network over trees as a scikit-learn regressor, with the squared loss.

    X is as for `treenn.estimators.TreeClassifier`, and y has the score of each example. Scores of other nodes of given
    trees are also trained on, if they are in the range of scores. Predictions are clipped to the range. A text without
    words is an error in training. Its prediction is the mean score.

    The settings of `treenn.Settings` are parameters, as for the classifier.

    Args:
        model: the network, by its name in `treenn cells` (default: `"tree-lstm"`).
        score_range: the lowest and the highest score (default: None, those of the training examples).
        early_stopping: as for the classifier, by the mean squared error (default: False).
        validation_fraction: the fraction of early stopping (default: 0.1).
        vectors: as for the classifier (default: `"auto"`).
        parser: as for the classifier (default: `"chart"`, for English).
        tokenizer: as for the classifier (default: `"treebank"`).
        language: the ISO 639-1 code of the language (default: None, not declared).
        random_state: the seed; an integer makes results reproducible on one machine (default: None).

    Attributes:
        score_range_: the lowest and the highest score.
        mean_: the mean score of the training examples.
        model_: the trained `Network`.
        n_iter_: the number of epochs.
        loss_curve_: the mean training loss of each epoch.

    >>> texts, y = ["a good film", "a bad film"] * 10, [4.5, 1.5] * 10
    >>> regressor = TreeRegressor(size=10, word_size=10, vectors=None, parser="right", min_steps=100, random_state=0)
    >>> bool(np.diff(regressor.fit(texts, y).predict(["a bad book", "good"])) > 1)
    True
    """

    score_range: tuple[float, float] | None = None

    def fit(self, X: Any, y: Any = None, sample_weight: Sequence[float] | None = None) -> Self:
        """Train.

        Args:
            X: the examples.
            y: the score of each; for trees, None uses the labels of their nodes (default: None).
            sample_weight: the factor of each example's loss (default: None, 1 each).

        Raises:
            InputError: (a ValueError) if an item of X is something else or a text without words, nothing has a score,
                a score is non-finite or out of `score_range`, or a parameter is invalid.
        """
        trees, weights = self._read_all(X, y, sample_weight)
        targets = [root_label(tree) for tree in trees] if y is None else _scores(y)
        roots = [_number(target) for target in targets]
        others = [_number(label) for tree in trees for label in tree.labels] if y is None else []
        self.score_range_ = self._range([score for score in (*roots, *others) if score is not None])
        low, high = self.score_range_

        def change(label: Any) -> float | None:
            score = _number(label)
            return score if score is not None and low <= score <= high else None

        examples = [labelled(tree, root, change) for tree, root in zip(trees, roots, strict=True)]
        known = [(score, weight) for score, weight in zip(roots, weights, strict=True) if score is not None and weight]
        scores, factors = zip(*known, strict=True) if known else ((low, high), (1.0, 1.0))
        self.mean_ = float(np.average(scores, weights=factors))
        self._train(examples, weights, [None if score is None else 0 for score in roots])
        return self

    def predict(self, X: Any) -> npt.NDArray[np.float64]:
        """The score of each example. Shape: `(len(X),)`."""
        self._check_fitted()
        return self._predict_roots(X, np.array(self.mean_))

    def _range(self, scores: list[float]) -> tuple[float, float]:
        """The range of scores. If all scores are equal, its width is 1."""
        if not scores:
            raise InputError(f"{argument('X')} has no numbers as labels: must have them if y is None")
        found = min(scores), max(scores)
        if self.score_range is None:
            return found if found[0] < found[1] else (found[0] - 0.5, found[1] + 0.5)
        bounds = check("score_range", self.score_range, Sequence[float])
        if len(bounds) != 2 or not bounds[0] < bounds[1]:
            raise InputError(f"{argument('score_range')} {tuple(bounds)}: must be two ascending numbers")
        low, high = map(float, bounds)
        for score in found:
            if not low <= score <= high:
                raise InputError(
                    f"{argument('y')} has {score:g}: must be in {argument('score_range')}, {low:g} to {high:g}"
                )
        return low, high

    @property
    def _labels(self) -> dict[str, Any]:
        return {"classes": None, "scale": "score", "score_range": self.score_range_}


def _scores(y: Any) -> list[float]:
    values = column_or_1d(y, warn=True).tolist()
    return [float(check(f"y[{index}]", value, float)) for index, value in enumerate(values)]


def _number(label: Any) -> float | None:
    """The label as a score; None for other labels."""
    return float(label) if isinstance(label, int | float) and not isinstance(label, bool) else None
