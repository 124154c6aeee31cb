"""Intervals over the examples of a test set: bootstrap of metrics, Wilson's for fractions."""

from __future__ import annotations

import math
import warnings
from statistics import NormalDist
from typing import Any

import numpy as np

from treenn.analysis.crossed_test import CONFIDENCE
from treenn.analysis.statistics import Interval
from treenn.evaluation.metrics import METRICS
from treenn.runtime.progress import Progress, ignore

RESAMPLES = 1_000
"""The default number of bootstrap samples."""


def wilson(fraction: float, count: float) -> Interval:
    """The 95 % interval of a fraction (Wilson 1927, *Probable inference*, formula 5).

    For the mean over several runs, whose outcomes by sentence are between 0 and 1, the interval over sentences is
    conservative: no outcomes of this mean have a larger variance than zeros and ones.

    Args:
        fraction: the fraction.
        count: the number of independent outcomes, above 0.

    >>> found = wilson(0.5, 20)
    >>> round(found.low, 3), round(found.high, 3)
    (0.299, 0.701)
    """
    z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
    middle, scale = fraction + z**2 / (2 * count), 1 + z**2 / count
    half = z * math.sqrt(fraction * (1 - fraction) / count + (z / (2 * count)) ** 2)
    return Interval(max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale))


def bootstrap_intervals(
    predictions: Any, *, resamples: int = RESAMPLES, seed: int = 0, progress: Progress = ignore
) -> dict[str, Interval | None]:
    """95 % percentile bootstrap intervals of metrics (Efron and Tibshirani 1993, chapter 13).

    Examples are drawn with replacement; a tree is drawn with all its nodes. The intervals are of one trained model:
    the variance over seeds is not part of them.

    Args:
        predictions: predictions with a method `take`, such as those of nodes and pairs; others have no intervals.
        resamples: the number of bootstrap samples (default: 1,000).
        seed: the seed of the draws (default: 0).
        progress: called after every sample (default: no report).

    Returns:
        The interval of each metric, over the samples for which it is defined; None if there is no such sample.
    """
    if not hasattr(predictions, "take"):
        return {}
    metrics = {name: metric for name, metric in METRICS.items() if predictions.kind in metric.reads}
    rng, count = np.random.default_rng(seed), predictions.n_examples
    draws: dict[str, list[float]] = {name: [] for name in metrics}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # samples of equal scores, which have no correlation
        for number in range(resamples):
            sample = predictions.take(rng.integers(0, count, count))
            for name, metric in metrics.items():
                value = metric.compute(sample)
                draws[name].append(math.nan if value is None else value)
            progress(number + 1, resamples, "bootstrap")
    return {name: _percentiles(values) for name, values in draws.items()}


def _percentiles(values: list[float]) -> Interval | None:
    finite = [value for value in values if math.isfinite(value)]
    if not finite:
        return None
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(finite, (tail, 1 - tail)).tolist()
    return Interval(low, high)
