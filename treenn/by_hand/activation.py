"""The functions f between layers, each with its derivative."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[np.float64]
"""What every network here reads and gives."""


class Activation(NamedTuple):
    """A function f of each number by itself: `f(a)` is its value, `f.slope(f(a))` its derivative at a.

    All functions here have a derivative that can be told from the value, so a is not needed on the way back:

        tanh' = 1 − h²      σ' = h (1 − h)      ReLU' = 1 where h > 0, else 0      with h = f(a)

    >>> h = TANH(np.array([0.0, 1.0]))
    >>> h.round(3), TANH.slope(h).round(3)
    (array([0.   , 0.762]), array([1.  , 0.42]))
    """

    value: Callable[[Array], Array]
    slope: Callable[[Array], Array]

    def __call__(self, a: Array) -> Array:
        """f(a)."""
        return self.value(a)


TANH = Activation(np.tanh, lambda h: 1 - h**2)
SIGMOID = Activation(lambda a: (1 + np.tanh(a / 2)) / 2, lambda h: h * (1 - h))
"""σ(a) = 1 / (1 + e^−a), written so that no a makes it overflow."""
RELU = Activation(lambda a: np.maximum(a, 0), lambda h: (h > 0).astype(float))
LINEAR = Activation(lambda a: a, np.ones_like)
