"""The multilayer perceptron and backpropagation (Rumelhart, Hinton and Williams, Nature 1986, "Learning representations
by back-propagating errors").
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from treenn.by_hand.activation import TANH, Activation, Array


class Layer(NamedTuple):
    r"""One layer; a perceptron is a sequence of them. All but the last pass through f.

    With h_0 = x and L layers:

        h_l = f(W_l h_{l-1} + b_l),  l = 1 ... L − 1
        z   = W_L h_{L-1} + b_L

    Backward, from ∂E/∂z, where δ_l is the gradient of what f is applied to:

        δ_L = ∂E/∂z
        δ_l = f'(·) ⊙ (W_{l+1}ᵀ δ_{l+1})
        ∂E/∂W_l = δ_l h_{l-1}ᵀ
        ∂E/∂b_l = δ_l

    Without a hidden layer, and with a step at z > ½, this is a perceptron as Rosenblatt had it (1958), which cannot
    tell whether exactly one of two inputs is 1. One hidden layer of two units can: the first adds the inputs, the
    second is 1 only where both are (Goodfellow, Bengio and Courville, "Deep Learning", section 6.1):

    >>> from treenn.by_hand.activation import RELU
    >>> hidden = Layer(W=np.array([[1.0, 1.0], [1.0, 1.0]]), b=np.array([0.0, -1.0]))
    >>> last = Layer(W=np.array([[1.0, -2.0]]), b=np.array([0.0]))
    >>> [forward([hidden, last], np.array(x, float), RELU)[-1].item() for x in ([0, 0], [0, 1], [1, 0], [1, 1])]
    [0.0, 1.0, 1.0, 0.0]

    Shape: layer `l` has `d_l` units: `W` is `(d_l, d_{l-1})`, `b` is `(d_l,)`; `x` is `(d_0,)`.
    """

    W: Array
    b: Array


class Backward(NamedTuple):
    """What comes back: δ and the gradients of W and b for each layer, and the gradient of x."""

    delta: list[Array]
    to: list[Layer]
    to_x: Array


def forward(layers: Sequence[Layer], x: Array, f: Activation = TANH) -> list[Array]:
    """h_0 = x, h_1, ... and last z."""
    h = [x]
    for W, b in layers[:-1]:
        h.append(f(W @ h[-1] + b))
    W, b = layers[-1]
    return [*h, W @ h[-1] + b]


def backward(layers: Sequence[Layer], h: Sequence[Array], grad_z: Array, f: Activation = TANH) -> Backward:
    """The gradients of E, given what `forward` returned and ∂E/∂z.

    >>> layers = [Layer(np.ones((2, 1)), np.zeros(2)), Layer(np.ones((1, 2)), np.zeros(1))]
    >>> delta, to, to_x = backward(layers, forward(layers, np.zeros(1)), grad_z=np.array([3.0]))
    >>> delta, to_x
    ([array([3., 3.]), array([3.])], array([6.]))
    """
    delta = [grad_z]
    for l in range(len(layers) - 1, 0, -1):  # noqa: E741 (the letter of the equations)
        delta.insert(0, f.slope(h[l]) * (layers[l].W.T @ delta[0]))
    to = [Layer(np.outer(d, below), d) for d, below in zip(delta, h, strict=False)]
    return Backward(delta, to, layers[0].W.T @ delta[0])
