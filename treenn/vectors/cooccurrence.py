"""Co-occurrence counts of words within a window."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array

from treenn.runtime.progress import Progress, ignore
from treenn.trees.errors import InputError
from treenn.vectors.corpus import Corpus


def cooccurrences(corpus: Corpus, window: int, *, by_distance: bool = True, progress: Progress = ignore) -> csr_array:
    """Count pairs of words of the same sentence, at most `window` words apart, in both directions.

    Args:
        corpus: the corpus.
        window: the maximum distance.
        by_distance: whether a pair at the distance d counts 1 / d (Pennington et al. 2014, section 4.2), instead of 1
            (default: True).
        progress: called after every distance (default: no report).

    Returns:
        A symmetric sparse matrix with sorted indices.

    Raises:
        InputError: if no two words of the vocabulary are in one sentence.

    Shape: `(V, V)`.
    """
    size = len(corpus.words)
    before = csr_array((size, size), dtype=np.float64)  # the left word is the row
    for distance in range(1, window + 1):
        before = before + _at(corpus, distance) / (distance if by_distance else 1)
        progress(distance, window, f"pairs at distance {distance}")
    if not before.nnz:
        raise InputError("no two words of the vocabulary are in one sentence; a line must be a sentence")
    both = (before + before.T).tocsr()
    both.sort_indices()
    return both


def _at(corpus: Corpus, distance: int) -> csr_array:
    """The number of pairs at one distance, from sorted integer pairs."""
    size, tokens = len(corpus.words), corpus.tokens.astype(np.int64)
    together = corpus.sentences[distance:] == corpus.sentences[:-distance]
    pairs = tokens[:-distance][together] * size + tokens[distance:][together]
    found, counts = np.unique(pairs, return_counts=True)
    rows, columns = np.divmod(found, size)
    offsets = np.searchsorted(rows, np.arange(size + 1))
    return csr_array((counts.astype(np.float64), columns.astype(np.int32), offsets.astype(np.int32)), (size, size))
