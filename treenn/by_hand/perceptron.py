"""The multilayer perceptron and backpropagation (Rumelhart, Hinton and Williams, Nature 1986, "Learning representations
by back-propagating errors").
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from treenn.by_hand.activation import TANH, Activation, Array


class Layer(NamedTuple):
    r"""Parameters of one layer of a perceptron; f is applied after every layer but the last.

    With h_0 = x and L layers:

        h_l = f(W_l h_{l-1} + b_l),  l = 1 ... L − 1
        z   = W_L h_{L-1} + b_L

    Backward pass, from ∂E/∂z; δ_l is the gradient w.r.t. the pre-activation:

        δ_L = ∂E/∂z
        δ_l = f'(·) ⊙ (W_{l+1}ᵀ δ_{l+1})
        ∂E/∂W_l = δ_l h_{l-1}ᵀ
        ∂E/∂b_l = δ_l

    Without a hidden layer, and with a threshold z > ½, this is the perceptron of Rosenblatt (1958), which cannot
    represent XOR. One hidden layer of two units can: the first adds the inputs, the second is 1 only if both inputs are
    1 (Goodfellow, Bengio and Courville, "Deep Learning", section 6.1):

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
    """δ of each layer, and the gradients w.r.t. its parameters (`grad`) and w.r.t. x (`grad_x`)."""

    delta: list[Array]
    grad: list[Layer]
    grad_x: Array


def forward(layers: Sequence[Layer], x: Array, f: Activation = TANH) -> list[Array]:
    """Returns h_0 = x, h_1, ..., and z."""
    h = [x]
    for W, b in layers[:-1]:
        h.append(f(W @ h[-1] + b))
    W, b = layers[-1]
    return [*h, W @ h[-1] + b]


def backward(layers: Sequence[Layer], h: Sequence[Array], grad_z: Array, f: Activation = TANH) -> Backward:
    """Returns the gradients of E, given the activations from `forward` and ∂E/∂z.

    >>> layers = [Layer(np.ones((2, 1)), np.zeros(2)), Layer(np.ones((1, 2)), np.zeros(1))]
    >>> delta, grad, grad_x = backward(layers, forward(layers, np.zeros(1)), grad_z=np.array([3.0]))
    >>> delta, grad_x
    ([array([3., 3.]), array([3.])], array([6.]))
    """
    delta = [grad_z]
    for l in range(len(layers) - 1, 0, -1):  # noqa: E741 (the symbol of the equations)
        delta.insert(0, f.slope(h[l]) * (layers[l].W.T @ delta[0]))
    grad = [Layer(np.outer(d, below), d) for d, below in zip(delta, h, strict=False)]
    return Backward(delta, grad, layers[0].W.T @ delta[0])
