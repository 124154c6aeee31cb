"""Coefficients of the agreement of two annotators on items.

Cohen's κ (Educational and Psychological Measurement 1960) and weighted κ (Psychological Bulletin 1968) are those of
scikit-learn. Krippendorff's α (Content Analysis, 4th edition 2018, chapter 12) is that of NLTK; its ordinal metric is
defined here. A coefficient is None if it is undefined: both annotators use one class only, the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from treenn.trees.class_comment import ClassScale


@dataclass(frozen=True)
class Coefficients:
    """The agreement on the items that both annotators have labelled.

    Args:
        items: the number of items.
        agreed: the number of items with equal labels.
        kappa: Cohen's κ.
        linear_kappa: κ with linear weights; None for nominal classes.
        quadratic_kappa: κ with quadratic weights; None for nominal classes.
        alpha: Krippendorff's α with the nominal metric.
        ordinal_alpha: Krippendorff's α with the ordinal metric; None for nominal classes.
        confusion: the number of items by class of the first annotator (rows) and of the second (columns).
    """

    items: int
    agreed: int
    kappa: float | None
    linear_kappa: float | None
    quadratic_kappa: float | None
    alpha: float | None
    ordinal_alpha: float | None
    confusion: tuple[tuple[int, ...], ...]


def coefficients(
    first: Sequence[int], second: Sequence[int], classes: int, scale: ClassScale = "ordinal"
) -> Coefficients:
    """Compute the agreement of two annotators on the same items.

    Args:
        first: the classes of one annotator, from 0, one per item.
        second: the classes of the other.
        classes: the number of classes.
        scale: the scale of the classes (default: ordinal).

    >>> coefficients([0, 0, 1, 1], [0, 0, 1, 0], classes=2).kappa
    0.5
    """
    counts = Counter(zip(first, second, strict=True))
    is_defined, is_ordinal = len({*first, *second}) > 1, scale == "ordinal"
    kappas = [_kappa(first, second, classes, weights) if is_defined else None for weights in _weights(is_ordinal)]
    metrics = [_differs, *([_ordinal_metric(first, second, classes)] if is_ordinal else [])]
    alphas = [_alpha(first, second, metric) if is_defined else None for metric in metrics]
    return Coefficients(
        items=len(first),
        agreed=sum(counts[label, label] for label in range(classes)),
        kappa=kappas[0],
        linear_kappa=kappas[1] if is_ordinal else None,
        quadratic_kappa=kappas[2] if is_ordinal else None,
        alpha=alphas[0],
        ordinal_alpha=alphas[1] if is_ordinal else None,
        confusion=tuple(tuple(counts[a, b] for b in range(classes)) for a in range(classes)),
    )


def _weights(is_ordinal: bool) -> tuple[str | None, ...]:
    return (None, "linear", "quadratic") if is_ordinal else (None,)


def _kappa(first: Sequence[int], second: Sequence[int], classes: int, weights: str | None) -> float:
    from sklearn.metrics import cohen_kappa_score

    return float(cohen_kappa_score(first, second, labels=range(classes), weights=weights))


def _alpha(first: Sequence[int], second: Sequence[int], metric: Callable[[int, int], float]) -> float:
    from nltk.metrics.agreement import AnnotationTask

    rows = [
        (annotator, item, label)
        for annotator, labels in enumerate((first, second))
        for item, label in enumerate(labels)
    ]
    return float(AnnotationTask(rows, distance=metric).alpha())


def _differs(a: int, b: int) -> float:
    return float(a != b)


def _ordinal_metric(first: Sequence[int], second: Sequence[int], classes: int) -> Callable[[int, int], float]:
    """Krippendorff's ordinal metric: the squared number of labels between two classes, with half of those of both."""
    counts = Counter([*first, *second])
    up_to = [0, *accumulate(counts[label] for label in range(classes))]

    def metric(a: int, b: int) -> float:
        low, high = min(a, b), max(a, b)
        return float(up_to[high + 1] - up_to[low] - (counts[low] + counts[high]) / 2) ** 2 if low < high else 0.0

    return metric
