"""t-SNE: van der Maaten and Hinton (JMLR 2008), "Visualizing data using t-SNE", by scikit-learn."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from treenn.trees.arguments import Positive, Seed, checked
from treenn.trees.errors import InputError

LEAST = 5
"""The minimum number of points of a map."""


@checked
def project(vectors: Any, *, perplexity: Positive = 30.0, seed: Seed = 0) -> npt.NDArray[np.float64]:
    """Project vectors to two dimensions by t-SNE with cosine distances, from their principal components.

    On one thread, which this function sets, the same seed gives the same positions.

    Args:
        vectors: `(N, d)` the vectors; equal ones are projected next to each other.
        perplexity: the effective number of neighbours, at most a third of the points (default: 30).
        seed: the seed (default: 0).

    Returns:
        Positions with the largest variance along the first axis, of which the larger coordinate is at most 1.

    Raises:
        InputError: if there are fewer than five vectors.

    Shape: `(N, 2)`.
    """
    from sklearn.manifold import TSNE

    if len(vectors) < LEAST:
        raise InputError(f"a map of {len(vectors)} points is not possible; it must have {LEAST} or more")
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit = np.divide(vectors, norms, out=np.zeros_like(vectors, dtype=float), where=norms > 0)
    with threadpool_limits(1):
        model = TSNE(perplexity=min(perplexity, (len(unit) - 1) / 3), random_state=seed % 2**32, init="pca")
        found = model.fit_transform(unit).astype(float)
    centred = found - found.mean(axis=0)
    _, axes = np.linalg.eigh(centred.T @ centred)
    turned = centred @ axes[:, ::-1]
    turned -= turned.min(axis=0)
    return np.asarray(turned / max(turned.max(), 1e-12))
