"""`Measure`: a metric as sums over sentences, for resampling sentences and swapping them between models."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Measure:
    """One metric of several models on the same sentences.

    Args:
        columns: by model, each sentence's summands, of shape `(runs, sentences, k)`.
        value: computes the metric, of shape `(...)`, from the sums, of shape `(..., k)`.
    """

    columns: Mapping[str, FloatArray]
    value: Callable[[FloatArray], FloatArray]

    @property
    def sentences(self) -> int:
        """The number of sentences."""
        return len(next(iter(self.columns.values()))[0])

    def values(self) -> dict[str, FloatArray]:
        """The metric of each run by model, of shape `(runs,)`."""
        return {model: self.value(columns.sum(axis=1)) for model, columns in self.columns.items()}

    def jackknife(self, model: str) -> FloatArray:
        """The jackknife's pseudo-values of a model's runs, of shape `(runs, sentences)`: the sentences' contributions.

        Their mean over sentences is the metric, but for a bias of order 1 / n; for an accuracy they are the scores.
        """
        columns = self.columns[model]
        totals, n = columns.sum(axis=1, keepdims=True), self.sentences
        return n * self.value(totals) - (n - 1) * self.value(totals - columns)


def share(right: Mapping[str, ArrayLike], out_of: ArrayLike) -> Measure:
    """The fraction that is correct, over all sentences together.

    Args:
        right: by model, each sentence's score, such as its number of correct nodes, of shape `(runs, sentences)`.
        out_of: each sentence's maximum, of shape `(sentences,)`; sentences with 0 do not count.

    >>> share({"lstm": [[1, 0, 1, 0]]}, [1, 1, 1, 0]).values()["lstm"].round(3)
    array([0.667])
    """
    weights = np.asarray(out_of, dtype=np.float64)
    counted = weights > 0

    def columns(scores: ArrayLike) -> FloatArray:
        scores = np.asarray(scores, dtype=np.float64)
        return np.stack([scores, np.broadcast_to(weights, scores.shape)], axis=-1)[:, counted]

    return Measure({model: columns(scores) for model, scores in right.items()}, _ratio)


def _ratio(sums: FloatArray) -> FloatArray:
    return sums[..., 0] / sums[..., 1]


def correlation(scores: Mapping[str, ArrayLike], gold: ArrayLike) -> Measure:
    """Pearson's correlation of a model's scores with the gold ones; 0 for constant scores.

    The scores of each run are standardized first, so that swaps between models ignore a model's scale, as correlation
    does.

    Args:
        scores: the scores by model, of shape `(runs, sentences)`.
        gold: the gold scores, of shape `(sentences,)`.

    >>> correlation({"lstm": [[1, 2, 3], [3, 2, 1]]}, [2, 4, 6]).values()["lstm"].round(6)
    array([ 1., -1.])
    """
    y = np.asarray(gold, dtype=np.float64)

    def columns(scores: ArrayLike) -> FloatArray:
        x, z = _standardized(np.asarray(scores, dtype=np.float64)), np.broadcast_to(_standardized(y), np.shape(scores))
        return np.stack([np.ones_like(x), x, z, x * x, z * z, x * z], axis=-1)

    return Measure({model: columns(values) for model, values in scores.items()}, _pearson)


def _standardized(values: FloatArray) -> FloatArray:
    """The z-scores of each run, which correlate like the values and lose no digits in sums of squares."""
    centred = values - values.mean(axis=-1, keepdims=True)
    deviation = centred.std(axis=-1, keepdims=True)
    rounding = np.finfo(np.float64).eps * np.abs(values).max(axis=-1, keepdims=True, initial=0)
    scores: FloatArray = np.divide(centred, deviation, out=np.zeros_like(centred), where=deviation > 4 * rounding)
    return scores


def _pearson(sums: FloatArray) -> FloatArray:
    n, x, z, xx, zz, xz = np.moveaxis(sums, -1, 0)
    spread = np.maximum(n * xx - x * x, 0) * np.maximum(n * zz - z * z, 0)
    found: FloatArray = np.divide(n * xz - x * z, np.sqrt(spread), out=np.zeros_like(n), where=spread > 1e-12 * n**4)
    return found
