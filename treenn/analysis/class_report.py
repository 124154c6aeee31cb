"""Precision, recall and F1 of each class, and the confusion matrix."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike


@dataclass(frozen=True)
class ClassScores:
    """Scores of one class; 0 if the denominator is 0.

    Args:
        precision: the fraction of the items predicted as this class that have it as gold class.
        recall: the fraction of the items of this gold class that are predicted as this class.
        f1: the harmonic mean of precision and recall.
        support: the number of items of this gold class.
    """

    precision: float
    recall: float
    f1: float
    support: int


@dataclass(frozen=True)
class ClassReport:
    """Scores by class, and the confusion matrix, over the labelled items.

    Args:
        scores: the scores of each class, in the order of the classes.
        macro: their means, with equal weights, over the classes that occur as gold or predicted class. Its F1 is
            `macro_f1` of `METRICS`.
        weighted: their means weighted by support.
        confusion: the numbers of items by gold class (rows) and predicted class (columns).
    """

    scores: tuple[ClassScores, ...]
    macro: ClassScores
    weighted: ClassScores
    confusion: tuple[tuple[int, ...], ...]

    @property
    def support(self) -> int:
        """The number of labelled items."""
        return self.macro.support

    def confusions(self) -> list[tuple[int, int, int]]:
        """The gold class, the predicted class and the count of every error that occurs, most frequent first."""
        counts = np.array(self.confusion)
        np.fill_diagonal(counts, 0)
        gold, predicted = np.nonzero(counts)
        cells = zip(gold.tolist(), predicted.tolist(), counts[gold, predicted].tolist(), strict=True)
        return sorted(cells, key=lambda cell: -cell[2])


def class_report(gold: ArrayLike, predicted: ArrayLike, n_classes: int) -> ClassReport | None:
    """Compute scores by class and the confusion matrix.

    Args:
        gold: `(N,)` gold classes, negative without a label.
        predicted: `(N,)` predicted classes.
        n_classes: the number of classes.

    >>> report = class_report([0, 0, 1, -100], [0, 1, 1, 1], 2)
    >>> report.confusion, report.scores[0].recall
    (((1, 1), (0, 1)), 0.5)
    """
    from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

    gold, predicted = np.asarray(gold), np.asarray(predicted)
    gold, predicted = gold[gold >= 0], predicted[gold >= 0]
    if not len(gold):
        return None
    classes = list(range(n_classes))
    by_class = precision_recall_fscore_support(gold, predicted, labels=classes, zero_division=0.0)

    def mean(average: str) -> ClassScores:
        p, r, f, _ = precision_recall_fscore_support(gold, predicted, average=average, zero_division=0.0)
        return ClassScores(float(p), float(r), float(f), len(gold))

    return ClassReport(
        scores=tuple(ClassScores(*row) for row in zip(*(column.tolist() for column in by_class), strict=True)),
        macro=mean("macro"),
        weighted=mean("weighted"),
        confusion=tuple(map(tuple, confusion_matrix(gold, predicted, labels=classes).tolist())),
    )
