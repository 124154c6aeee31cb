"""Evaluation of word vectors: Spearman's correlation of cosines with human scores of word pairs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

from treenn.trees.arguments import Count, Seed, checked
from treenn.vectors.table import VectorTable
from treenn.vectors.word_pairs import ScoredPair

Floats = npt.NDArray[np.float64]
RESAMPLES = 2_000
"""The default number of bootstrap samples."""
_CONFIDENCE = 0.95


@dataclass(frozen=True)
class Correlation:
    """The correlation of the vectors of one file with one set of word pairs.

    Args:
        spearman: Spearman's ρ over the pairs that all compared files have; None for fewer than three.
        low: the lower end of its 95 % bootstrap interval over pairs.
        high: the upper end.
        standard_error: the bootstrap standard error.
        used: the number of these pairs.
        covered: the number of pairs that this file has.
        pairs: the number of pairs of the set.
        difference: ρ minus that of the first file; None for the first file.
        difference_low: the lower end of its paired 95 % bootstrap interval.
        difference_high: the upper end.
    """

    spearman: float | None
    low: float | None
    high: float | None
    standard_error: float | None
    used: int
    covered: int
    pairs: int
    difference: float | None = None
    difference_low: float | None = None
    difference_high: float | None = None


@checked
def evaluate_vectors(
    tables: Mapping[str, VectorTable],
    sets: Mapping[str, Sequence[ScoredPair]],
    *,
    resamples: Count = RESAMPLES,
    seed: Seed = 0,
) -> dict[str, dict[str, Correlation]]:
    """Compare the cosines of word pairs with human scores.

    All files are compared on the pairs whose words all have, and on the same bootstrap samples of pairs. The intervals
    are of these vectors: the variance over seeds of their training is not part of them.

    Args:
        tables: the vectors of each file.
        sets: the pairs of each set.
        resamples: the number of bootstrap samples (default: 2,000).
        seed: the seed of the samples (default: 0).

    Returns:
        The correlation by set and file.
    """
    return {title: _of_set(tables, pairs, resamples, seed) for title, pairs in sets.items()}


def _of_set(
    tables: Mapping[str, VectorTable], pairs: Sequence[ScoredPair], resamples: int, seed: int
) -> dict[str, Correlation]:
    cosines = {
        name: np.array([table.cosine(pair.left, pair.right) for pair in pairs], dtype=float)
        for name, table in tables.items()
    }
    used = ~np.isnan(list(cosines.values())).any(axis=0)
    scores = np.array([pair.score for pair in pairs])[used]
    counts = {name: (len(scores), int((~np.isnan(values)).sum()), len(pairs)) for name, values in cosines.items()}
    if len(scores) < 3:
        return {name: Correlation(None, None, None, None, *counts[name]) for name in tables}
    rows = np.random.default_rng(seed).integers(0, len(scores), (resamples, len(scores)))
    samples = np.vstack([np.arange(len(scores)), rows])  # (R + 1, N), the first of which is the set
    rho = {name: spearman(values[used][samples], scores[samples]) for name, values in cosines.items()}
    first, *others = rho
    found = {name: Correlation(*_estimate(rho[name]), *counts[name]) for name in tables}
    for name in others:
        difference, low, high, _ = _estimate(rho[name] - rho[first])
        found[name] = replace(found[name], difference=difference, difference_low=low, difference_high=high)
    return found


def _estimate(values: Floats) -> tuple[float, float, float, float]:
    """The value of the set, its percentile interval and its standard error. Shape: `(R + 1,)`."""
    tail = (1 - _CONFIDENCE) / 2
    low, high = np.nanquantile(values[1:], (tail, 1 - tail)).tolist()
    return float(values[0]), low, high, float(np.nanstd(values[1:], ddof=1))


def spearman(first: Floats, second: Floats) -> Floats:
    """Spearman's ρ of each row: Pearson's correlation of the ranks, with mean ranks for ties; NaN for a constant row.

    Shape: `(R, N)`, `(R, N)` to `(R,)`.

    >>> spearman(np.array([[1.0, 2.0, 3.0]]), np.array([[1.0, 3.0, 2.0]])).tolist()
    [0.5]
    """
    left, right = (rankdata(values, axis=1) - (values.shape[1] + 1) / 2 for values in (first, second))
    norms = np.sqrt((left * left).sum(axis=1) * (right * right).sum(axis=1))
    rho: Floats = np.divide((left * right).sum(axis=1), norms, out=np.full(len(norms), np.nan), where=norms > 0)
    return rho
