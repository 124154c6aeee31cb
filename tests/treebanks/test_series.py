import numpy as np

from treebanks.series import noisy_series


def test_a_seed_fixes_the_series() -> None:
    first, again, other = (noisy_series(count=3, steps=20, seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_noise_has_its_standard_deviation() -> None:
    waves, noisy = (noisy_series(count=500, steps=30, noise=noise) for noise in (0.0, 0.1))
    assert np.abs(waves).max() <= 0.75
    assert abs((noisy - waves).std() - 0.1) < 0.002
    assert np.abs(np.diff(waves, n=2)).max() < np.abs(np.diff(noisy, n=2)).max()
