"""Coefficients of agreement by their definitions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def kappa(first: Sequence[int], second: Sequence[int], classes: int, power: int = 0) -> float:
    """Cohen's κ from the contingency table, with the weights |i - j| ** power; without weights if 0."""
    table = np.zeros((classes, classes))
    np.add.at(table, (list(first), list(second)), 1 / len(first))
    i, j = np.indices(table.shape)
    weights = np.abs(i - j) ** power if power else (i != j).astype(float)
    expected = np.outer(table.sum(axis=1), table.sum(axis=0))
    return float(1 - (weights * table).sum() / (weights * expected).sum())


def alpha(first: Sequence[int], second: Sequence[int], classes: int, *, ordinal: bool) -> float:
    """Krippendorff's α from the coincidence matrix of two values per unit."""
    matrix = np.zeros((classes, classes))
    for a, b in zip(first, second, strict=True):
        matrix[a, b] += 1
        matrix[b, a] += 1
    totals = matrix.sum(axis=0)
    delta = np.zeros_like(matrix)
    for c in range(classes):
        for k in range(c + 1, classes):
            between = totals[c : k + 1].sum() - (totals[c] + totals[k]) / 2
            delta[c, k] = delta[k, c] = between**2 if ordinal else 1
    expected = np.outer(totals, totals) / (totals.sum() - 1)
    return float(1 - (matrix * delta).sum() / (expected * delta).sum())
