"""Calibration of class probabilities, before and after temperature scaling."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Annotated

import numpy as np
from numpy.typing import ArrayLike, NDArray

from treenn.analysis.crossed_test import CONFIDENCE
from treenn.analysis.neighbours import LEAST, merge_neighbours
from treenn.analysis.statistics import Interval
from treenn.runtime.arrays import IntArray
from treenn.trees.json_records import Key

FloatArray = NDArray[np.float64]

BINS = 15
_EDGES = np.linspace(0, 1, BINS + 1)
_LEAST = float(np.finfo(np.float32).tiny)  # a probability that float32 took for 0 is not impossible, only this small
_TEMPERATURES = (0.01, 100.0)


@dataclass(frozen=True)
class CurvePoint:
    """A bin of the reliability curve.

    Args:
        start: the lower end of the bin's confidences.
        end: the upper end.
        count: the number of predictions.
        confidence: their mean confidence.
        accuracy: their accuracy.
    """

    start: Annotated[float, Key("from")]
    end: Annotated[float, Key("to")]
    count: int
    confidence: float
    accuracy: float


@dataclass(frozen=True)
class Calibration:
    """Calibration measures.

    Args:
        ece: expected calibration error: the mean distance between confidence and accuracy, over 15 bins of equal width
            (Naeini et al. 2015; Guo et al. 2017, *On Calibration of Modern Neural Networks*, section 2).
        ece_adaptive: the same over 15 bins with about equal numbers of predictions (Nguyen and O'Connor 2015).
        nll: the mean negative log-likelihood of the gold class.
        brier: the mean squared distance from the one-hot gold class, summed over classes, 0 to 2 (Brier 1950).
        curve: the reliability curve.
    """

    ece: float
    ece_adaptive: float
    nll: float
    brier: float
    curve: tuple[CurvePoint, ...]


@dataclass(frozen=True)
class SplitCalibration:
    """Calibration on one split.

    Args:
        before: of the model's probabilities.
        after: with temperature scaling; None if dev has no label.
        temperature: the temperature with the least negative log-likelihood on dev; None if dev has no label.
    """

    before: Calibration
    after: Calibration | None
    temperature: float | None


def calibration(
    dev: tuple[ArrayLike, ArrayLike], unseen: Mapping[str, tuple[ArrayLike, ArrayLike]]
) -> dict[str, SplitCalibration | None]:
    """Calibration of held-out splits, before and after scaling by the temperature fitted to dev.

    Args:
        dev: probabilities `(N, classes)` and labels `(N,)`; a label below 0 is none.
        unseen: the same by split.

    Returns:
        Calibration by split, None for a split without labels.

    >>> sure = [[0.99, 0.01], [0.99, 0.01], [0.99, 0.01]]
    >>> found = calibration((sure, [0, 0, 1]), {"test": (sure, [0, 1, 0])})["test"]
    >>> round(found.before.ece, 2), round(found.after.ece, 2), round(found.temperature, 1)
    (0.32, 0.0, 6.6)
    """
    probabilities, labels = _labelled(*dev)
    temperature = fit_temperature(probabilities, labels) if len(labels) else None
    return {split: _of_split(*_labelled(*answers), temperature) for split, answers in unseen.items()}


def _of_split(probabilities: FloatArray, labels: IntArray, temperature: float | None) -> SplitCalibration | None:
    if not len(labels):
        return None
    after = None if temperature is None else measure(cooled(probabilities, temperature), labels)
    return SplitCalibration(measure(probabilities, labels), after, temperature)


def _labelled(probabilities: ArrayLike, labels: ArrayLike) -> tuple[FloatArray, IntArray]:
    p, gold = np.asarray(probabilities, dtype=np.float64), np.asarray(labels, dtype=np.int64)
    return p[gold >= 0], gold[gold >= 0]


def measure(probabilities: FloatArray, labels: IntArray) -> Calibration:
    """Calibration measures of predictions.

    Args:
        probabilities: `(N, classes)`, N at least 1.
        labels: `(N,)`, all from 0.
    """
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    equal_mass = np.unique(np.quantile(confidence, _EDGES))  # equal confidences stay together
    gold = np.eye(probabilities.shape[1])[labels]
    return Calibration(
        ece=_expected_error(confidence, right, _bins(confidence, _EDGES)),
        ece_adaptive=_expected_error(confidence, right, _bins(confidence, equal_mass)),
        nll=_nll(_logarithms(probabilities), labels),
        brier=float(((probabilities - gold) ** 2).sum(axis=1).mean()),
        curve=reliability(probabilities, labels),
    )


def reliability(probabilities: FloatArray, labels: IntArray) -> tuple[CurvePoint, ...]:
    """The reliability curve over 15 bins of equal width, without empty bins.

    Args:
        probabilities: `(N, classes)`.
        labels: `(N,)`.
    """
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    bins = _bins(confidence, _EDGES)
    return tuple(
        CurvePoint(
            start=float(_EDGES[index]),
            end=float(_EDGES[index + 1]),
            count=int((bins == index).sum()),
            confidence=float(confidence[bins == index].mean()),
            accuracy=float(right[bins == index].mean()),
        )
        for index in np.unique(bins)
    )


def _bins(confidence: FloatArray, edges: FloatArray) -> IntArray:
    """The bin of each confidence; a bin includes its upper edge, the first one also its lower edge."""
    return np.clip(np.searchsorted(edges, confidence, side="left") - 1, 0, max(len(edges) - 2, 0))


def merged_curve(curves: Sequence[Sequence[CurvePoint]], least: int = LEAST) -> list[CurvePoint]:
    """The reliability curve of several runs together, without bins of too few examples.

    Args:
        curves: the curve of each run.
        least: the minimum number of examples of a bin, averaged over runs (default: `LEAST`); neighbours are merged.

    Returns:
        The curve; counts are those of all runs together.

    >>> curve = [CurvePoint(0.2, 0.4, 5, 0.3, 0.2), CurvePoint(0.4, 0.6, 45, 0.5, 0.6)]
    >>> [(point.start, point.end, point.count) for point in merged_curve([curve, curve])]
    [(0.2, 0.6, 100)]
    """
    bins: dict[float, CurvePoint] = {}
    for point in chain.from_iterable(curves):
        bins[point.start] = _joined(bins[point.start], point) if point.start in bins else point
    ordered = [bins[start] for start in sorted(bins)]
    return merge_neighbours(ordered, lambda point: point.count / len(curves), _joined, least)


def _joined(a: CurvePoint, b: CurvePoint) -> CurvePoint:
    count = a.count + b.count
    confidence = (a.count * a.confidence + b.count * b.confidence) / count
    accuracy = (a.count * a.accuracy + b.count * b.accuracy) / count
    return CurvePoint(a.start, b.end, count, confidence, accuracy)


def ece_if_calibrated(curve: Sequence[CurvePoint], *, resamples: int = 1_000, seed: int = 0) -> Interval:
    """The central 95 % of the expected calibration errors that calibrated probabilities have by chance.

    The expected calibration error is above 0 for calibrated probabilities, too, because the accuracies of bins vary.
    The number of correct predictions of each bin is drawn from a binomial distribution, with the bin's confidence as
    the probability. An error above the range shows that the probabilities are not calibrated.

    Args:
        curve: the reliability curve of one run, over all 15 bins.
        resamples: the number of draws (default: 1,000).
        seed: the seed of the draws (default: 0).
    """
    counts, confidence = (np.array([getattr(point, name) for point in curve]) for name in ("count", "confidence"))
    drawn = np.random.default_rng(seed).binomial(counts, np.minimum(confidence, 1), (resamples, len(counts)))
    errors = np.abs(drawn - counts * confidence).sum(axis=1) / counts.sum()
    tail = (1 - CONFIDENCE) / 2
    return Interval(*np.quantile(errors, (tail, 1 - tail)).tolist())


def _expected_error(confidence: FloatArray, right: NDArray[np.bool_], bins: IntArray) -> float:
    """The mean distance between confidence and accuracy over bins, weighted by their counts."""
    return float(np.abs(np.bincount(bins, weights=right - confidence)).sum() / len(bins))


def fit_temperature(probabilities: FloatArray, labels: IntArray) -> float:
    """The temperature, from 0.01 to 100, that minimizes the negative log-likelihood (Guo et al. 2017, section 4.2).

    Args:
        probabilities: `(N, classes)`, N at least 1.
        labels: `(N,)`, all from 0.
    """
    from scipy.optimize import minimize_scalar  # here: what only reads results needs no scipy

    scores = _logarithms(probabilities)

    def loss(log_temperature: float) -> float:
        return _nll(_log_softmax(scores / math.exp(log_temperature)), labels)

    low, high = (math.log(each) for each in _TEMPERATURES)
    return math.exp(minimize_scalar(loss, bounds=(low, high), method="bounded", options={"xatol": 1e-6}).x)


def cooled(probabilities: FloatArray, temperature: float) -> FloatArray:
    """Probabilities after dividing their logits by a temperature; above 1 flattens them, below 1 sharpens them.

    >>> cooled(np.array([[0.8, 0.2]]), 2.0).round(3)
    array([[0.667, 0.333]])
    """
    found: FloatArray = np.exp(_log_softmax(_logarithms(probabilities) / temperature))
    return found


def _logarithms(probabilities: FloatArray) -> FloatArray:
    logarithms: FloatArray = np.log(np.maximum(probabilities, _LEAST))
    return logarithms


def _log_softmax(scores: FloatArray) -> FloatArray:
    shifted = scores - scores.max(axis=1, keepdims=True)
    found: FloatArray = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return found


def _nll(logarithms: FloatArray, labels: IntArray) -> float:
    return float(-logarithms[np.arange(len(labels)), labels].mean())
