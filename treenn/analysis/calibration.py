"""Calibration: whether a model that says 80 % is right in 80 of 100 cases, and what one temperature mends of it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

BINS = 15
_LEAST = float(np.finfo(np.float32).tiny)  # a probability that float32 took for 0 is not impossible, only this small
_TEMPERATURES = (0.01, 100.0)


@dataclass(frozen=True)
class Calibration:
    """How far probabilities can be believed.

    Args:
        ece: expected calibration error: the mean distance between confidence and accuracy, over 15 bins of equal width
            (Naeini et al. 2015; Guo et al. 2017, *On Calibration of Modern Neural Networks*, section 2).
        ece_adaptive: the same over 15 bins of about as many answers each (Nguyen and O'Connor 2015).
        nll: the mean negative log-likelihood of the gold class.
        brier: the mean squared distance from the gold class's corner, summed over classes, 0 to 2 (Brier 1950).
    """

    ece: float
    ece_adaptive: float
    nll: float
    brier: float


def calibration(
    dev: tuple[ArrayLike, ArrayLike], unseen: Mapping[str, tuple[ArrayLike, ArrayLike]]
) -> dict[str, dict[str, Any] | None]:
    """Calibration of some splits, as the model is and with the temperature that is best on dev.

    Args:
        dev: probabilities `(N, classes)` and labels `(N,)`; a label below 0 is none.
        unseen: by split the same of what nothing was chosen on.

    Returns:
        By split `before` and `after`, each with the numbers of `Calibration` and `curve` (see `reliability`), and
        `temperature`; `after` and `temperature` are `None` where dev has no label, all of it where the split has none.

    >>> sure = [[0.99, 0.01], [0.99, 0.01], [0.99, 0.01]]
    >>> found = calibration((sure, [0, 0, 1]), {"test": (sure, [0, 1, 0])})["test"]
    >>> round(found["before"]["ece"], 2), round(found["after"]["ece"], 2), round(found["temperature"], 1)
    (0.32, 0.0, 6.6)
    """
    held = _labelled(*dev)
    temperature = fit_temperature(*held) if len(held[1]) else None
    return {split: _of_split(*_labelled(*answers), temperature) for split, answers in unseen.items()}


def _of_split(probabilities: FloatArray, labels: IntArray, temperature: float | None) -> dict[str, Any] | None:
    if not len(labels):
        return None

    def measured(p: FloatArray) -> dict[str, Any]:
        return {**asdict(measure(p, labels)), "curve": reliability(p, labels)}

    after = None if temperature is None else measured(cooled(probabilities, temperature))
    return {"before": measured(probabilities), "after": after, "temperature": temperature}


def _labelled(probabilities: ArrayLike, labels: ArrayLike) -> tuple[FloatArray, IntArray]:
    p, gold = np.asarray(probabilities, dtype=np.float64), np.asarray(labels, dtype=np.int64)
    return p[gold >= 0], gold[gold >= 0]


def measure(probabilities: FloatArray, labels: IntArray) -> Calibration:
    """The four numbers.

    Args:
        probabilities: `(N, classes)`, N at least 1.
        labels: `(N,)`, all from 0.
    """
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    equal_mass = np.unique(np.quantile(confidence, np.linspace(0, 1, BINS + 1)))  # equal confidences stay together
    gold = np.eye(probabilities.shape[1])[labels]
    return Calibration(
        ece=_expected_error(confidence, right, _bins(confidence, np.linspace(0, 1, BINS + 1))),
        ece_adaptive=_expected_error(confidence, right, _bins(confidence, equal_mass)),
        nll=_nll(_logarithms(probabilities), labels),
        brier=float(((probabilities - gold) ** 2).sum(axis=1).mean()),
    )


def reliability(probabilities: FloatArray, labels: IntArray) -> list[dict[str, float]]:
    """The points of the reliability curve: of each bin of equal width that is not empty, confidence against accuracy.

    Args:
        probabilities: `(N, classes)`.
        labels: `(N,)`.

    Returns:
        A dict for each bin: from, to, count, and the mean confidence and accuracy of what is in it.
    """
    edges = np.linspace(0, 1, BINS + 1)
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    bins = _bins(confidence, edges)
    return [
        {
            "from": float(edges[each]),
            "to": float(edges[each + 1]),
            "count": int((bins == each).sum()),
            "confidence": float(confidence[bins == each].mean()),
            "accuracy": float(right[bins == each].mean()),
        }
        for each in np.unique(bins)
    ]


def _bins(confidence: FloatArray, edges: FloatArray) -> IntArray:
    """The bin of each, the edge above it included, the lowest edge too."""
    return np.clip(np.searchsorted(edges, confidence, side="left") - 1, 0, max(len(edges) - 2, 0))


def _expected_error(confidence: FloatArray, right: NDArray[np.bool_], bins: IntArray) -> float:
    """The bins' distances between confidence and accuracy, each weighed by what is in it."""
    return float(np.abs(np.bincount(bins, weights=right - confidence)).sum() / len(bins))


def fit_temperature(probabilities: FloatArray, labels: IntArray) -> float:
    """The temperature, from 0.01 to 100, that makes the negative log-likelihood least (Guo et al. 2017, section 4.2).

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
    """The probabilities of scores divided by a temperature: above 1 less sure, below 1 surer; the order stays.

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
