"""`best_rows`: the best items of each sentence, for beam searches over several sentences at once."""

from __future__ import annotations

import numpy as np

from treenn.runtime.arrays import IntArray

FloatArray = np.ndarray[tuple[int], np.dtype[np.float64]]


def best_rows(sentence: IntArray, score: FloatArray, count: int) -> IntArray:
    """The rows of the `count` best items of each sentence, ordered by sentence, then by descending score.

    Items with equal scores keep their order. Items whose score is not finite are omitted.

    Args:
        sentence: `(n,)` the sentence of each item.
        score: `(n,)` the score of each item.
        count: the maximum number of items of a sentence.

    Returns:
        The rows. Shape: `(m,)`.

    >>> best_rows(np.array([0, 0, 0, 1]), np.array([1.0, 3.0, 3.0, 0.0]), 2)
    array([1, 2, 3])
    """
    order = np.lexsort((-score, sentence))
    ordered = sentence[order]
    rank = np.arange(len(order)) - np.searchsorted(ordered, ordered)
    rows: IntArray = order[(rank < count) & np.isfinite(score[order])]
    return rows
