"""Noisy series of numbers, made here: data for foretelling the next value."""

import numpy as np
import numpy.typing as npt


def noisy_series(count: int, steps: int, seed: int = 0, noise: float = 0.05) -> npt.NDArray[np.float64]:
    """Two waves of random frequency, phase and height a series, and normal noise on every value; a seed fixes them.

    Args:
        count: how many series.
        steps: values in each.
        seed: of all that is drawn.
        noise: standard deviation of the noise, which nothing can foretell.

    Shape: `(count, steps)`.

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
