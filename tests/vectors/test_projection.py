"""t-SNE maps."""

import numpy as np
import pytest

from treenn.trees import InputError
from treenn.vectors.projection import project


def test_groups_stay_apart_and_seeds_repeat() -> None:
    vectors = np.repeat(np.eye(3, 8), 8, axis=0) + np.random.default_rng(0).normal(scale=0.05, size=(24, 8))
    positions = project(vectors, perplexity=5, seed=1)
    assert (project(vectors, perplexity=5, seed=1) == positions).all()
    assert positions.min() == 0 and positions.max() == 1
    distances = np.linalg.norm(positions[:, None] - positions[None], axis=2)
    np.fill_diagonal(distances, np.inf)
    assert (distances.argmin(axis=1) // 8 == np.arange(24) // 8).all()
    assert positions[:, 0].var() >= positions[:, 1].var()


def test_too_few_points_are_refused() -> None:
    with pytest.raises(InputError, match="a map of 4 points is not possible; it must have 5 or more"):
        project(np.eye(4))
