"""Noisy time series: synthetic data for predicting the next value."""

import numpy as np
import numpy.typing as npt


def noisy_series(count: int, steps: int, seed: int = 0, noise: float = 0.05) -> npt.NDArray[np.float64]:
    """Generate series, each the sum of two sine waves of random frequency and phase and of Gaussian noise.

    Args:
        count: the number of series.
        steps: the number of values per series.
        seed: the random seed (default: 0).
        noise: the standard deviation of the noise (default: 0.05).

    Returns:
        The series. Shape: `(count, steps)`.

    >>> noisy_series(count=2, steps=50).shape
    (2, 50)
    """
    draw = np.random.default_rng(seed)
    time = np.arange(steps)
    waves = sum(
        height * np.sin(2 * np.pi * (time / draw.uniform(*periods, (count, 1)) + draw.uniform(0, 1, (count, 1))))
        for height, periods in ((0.5, (15, 25)), (0.25, (5, 9)))
    )
    return waves + draw.normal(0, noise, (count, steps))
