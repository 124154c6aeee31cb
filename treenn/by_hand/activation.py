"""Types of all networks: arrays, activation functions with their derivatives, results of backward passes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, NamedTuple, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[np.float64]
"""The type of all inputs, outputs and parameters (float64)."""


Parameters = TypeVar("Parameters")


class Backward(NamedTuple, Generic[Parameters]):
    """The result of a backward pass: the gradients of E.

    Args:
        delta: δ of every step or node, w.r.t. the pre-activations.
        grad: w.r.t. the parameters.
        grad_x: w.r.t. the inputs.
    """

    delta: Array
    grad: Parameters
    grad_x: Array


class Activation(NamedTuple):
    """An element-wise function f: `f(a)` is its value, `f.slope(f(a))` its derivative at a.

    The derivative is a function of the value, so the backward pass does not need the pre-activation a:

        tanh' = 1 − h²      σ' = h (1 − h)      ReLU' = 1 if h > 0, else 0      with h = f(a)

    >>> h = TANH(np.array([0.0, 1.0]))
    >>> h.round(3), TANH.slope(h).round(3)
    (array([0.   , 0.762]), array([1.  , 0.42]))
    """

    value: Callable[[Array], Array]
    slope: Callable[[Array], Array]

    def __call__(self, a: Array) -> Array:
        """Returns f(a)."""
        return self.value(a)


TANH = Activation(np.tanh, lambda h: 1 - h**2)
SIGMOID = Activation(lambda a: (1 + np.tanh(a / 2)) / 2, lambda h: h * (1 - h))
"""σ(a) = 1 / (1 + e^−a), computed without overflow."""
RELU = Activation(lambda a: np.maximum(a, 0), lambda h: (h > 0).astype(float))
LINEAR = Activation(lambda a: a, np.ones_like)
