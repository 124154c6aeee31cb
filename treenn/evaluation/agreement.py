"""Agreement of numbers: correlations and errors of scores, and of classes on an ordinal scale."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Value = float | None


def pearson(gold: Array, scores: Array) -> Value:
    """Pearson's correlation; 0 for constant scores, None if it is undefined for any scores. Shape: both `(n,)`."""
    from scipy.stats import pearsonr  # here: scipy.stats takes a second to import

    return _correlation(lambda x, y: pearsonr(x, y).statistic, gold, scores)


def spearman(gold: Array, scores: Array) -> Value:
    """Spearman's correlation, as `pearson`. Shape: both `(n,)`."""
    from scipy.stats import spearmanr

    return _correlation(lambda x, y: spearmanr(x, y).statistic, gold, scores)


def _correlation(statistic: Callable[[Array, Array], float], gold: Array, scores: Array) -> Value:
    if len(gold) < 2 or np.ptp(gold) == 0:
        return None
    return 0.0 if np.ptp(scores) == 0 else float(statistic(gold, scores))


def mean_squared_error(gold: Array, scores: Array) -> Value:
    """The mean squared difference; None without items. Shape: both `(n,)`."""
    return float(np.square(gold - scores).mean()) if len(gold) else None


def mean_absolute_error(gold: Array, scores: Array) -> Value:
    """The mean absolute difference; None without items. Shape: both `(n,)`."""
    return float(np.abs(gold - scores).mean()) if len(gold) else None


def weighted_kappa(gold: Array, guess: Array) -> Value:
    """Cohen's κ with quadratic weights (Cohen 1968, "Weighted kappa"); None if all classes are the same one.

    With these weights it is 1 - mean((g - p)²) / (var(g) + var(p) + (mean(g) - mean(p))²). Shape: both `(n,)`.
    """
    if not len(gold):
        return None
    by_chance = gold.var() + guess.var() + (gold.mean() - guess.mean()) ** 2
    return float(1 - np.square(gold - guess).mean() / by_chance) if by_chance > 0 else None
