"""Positive pointwise mutual information with a truncated SVD: Levy, Goldberg and Dagan (TACL 2015), "Improving
distributional similarity with lessons learned from word embeddings"."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.linalg import svds

from treenn.runtime.progress import Progress, ignore
from treenn.trees.arguments import Count, Positive, Probability, Seed, Width, check_fields
from treenn.trees.errors import InputError, argument
from treenn.vectors.cooccurrence import cooccurrences
from treenn.vectors.corpus import Array, Corpus


@dataclass(frozen=True)
class PpmiSettings:
    """Settings of PPMI with SVD.

    Args:
        size: the width of the vectors (default: 100).
        window: the maximum distance of two words; every pair in it counts 1 (default: 5).
        smoothing: the exponent of the counts of context words (section 3.2; default: 0.75).
        shift: k of the shifted PPMI, max(PMI - log k, 0) (section 3.2; default: 1, no shift).
        singular_power: p of the vectors U S^p (section 3.3; default: 0.5).
        seed: the seed of the initial vector of the SVD (default: 0).
    """

    size: Width = 100
    window: Count = 5
    smoothing: Probability = 0.75
    shift: Positive = 1.0
    singular_power: Probability = 0.5
    seed: Seed = 0

    def __post_init__(self) -> None:
        check_fields(self)


def train_ppmi(corpus: Corpus, settings: PpmiSettings, progress: Progress = ignore) -> Array:
    """Word vectors U S^p from the largest singular values of the PPMI matrix.

    Args:
        corpus: the corpus.
        settings: the settings.
        progress: called during counting and before the SVD (default: no report).

    Raises:
        InputError: if `size` is not below the number of words, or no PMI is positive.

    Shape: `(V, size)`.
    """
    if settings.size >= (most := len(corpus.words)):
        raise InputError(f"{argument('size')} {settings.size}: must be below {most}, the number of words")
    counts = cooccurrences(corpus, settings.window, by_distance=False, progress=progress)
    progress(0, 1, f"SVD of {counts.nnz:,} pairs")
    matrix = ppmi(counts, settings.smoothing, settings.shift)
    if not matrix.nnz:
        raise InputError(f"no PMI is above log {settings.shift:g}; {argument('shift')} must be smaller")
    start = np.random.default_rng(settings.seed).uniform(-1, 1, most)
    left, values, _ = svds(matrix, k=settings.size, v0=start)
    left, values = left[:, ::-1], values[::-1]  # descending
    signs = np.sign(left[np.abs(left).argmax(axis=0), np.arange(settings.size)])
    progress(1, 1, "SVD")
    return np.asarray(left * signs * np.maximum(values, 0) ** settings.singular_power, dtype=np.float32)


def ppmi(counts: csr_array, smoothing: float = 0.75, shift: float = 1.0) -> csr_array:
    """Shifted positive pointwise mutual information, max(log(P(w, c) / (P(w) P(c))) - log k, 0).

    P(c) is proportional to the count of c to the power `smoothing`.

    Args:
        counts: `(V, V)` co-occurrence counts.
        smoothing: the exponent (default: 0.75).
        shift: k (default: 1, no shift).

    Shape: `(V, V)`.
    """
    rows = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
    words = np.asarray(counts.sum(axis=1)).ravel()
    contexts = np.asarray(counts.sum(axis=0)).ravel() ** smoothing
    expected = words[rows] * (contexts / contexts.sum())[counts.indices]
    values = np.maximum(np.log(counts.data / expected) - np.log(shift), 0)
    matrix = csr_array((values, counts.indices, counts.indptr), counts.shape)
    matrix.eliminate_zeros()
    return matrix
