"""The recurrent network of Elman (Cognitive Science 1990), "Finding structure in time", and backpropagation through
time, in the notation of Goodfellow, Bengio and Courville, "Deep Learning" (MIT Press 2016), section 10.2.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from treenn.by_hand.activation import TANH, Activation, Array, Backward


class Elman(NamedTuple):
    r"""Parameters of an Elman network: input weights U, recurrent weights W, output weights V; shared by all steps.

    For t = 1 ... T, from h_0 = 0, with the activation function f (default: tanh):

        h_t = f(U x_t + W h_{t-1} + b)
        z_t = V h_t + c

    Backpropagation through time, from ∂E/∂z_t; δ_t is the gradient w.r.t. the pre-activation at step t, δ_{T+1} = 0:

        δ_t = f'(·) ⊙ (Vᵀ ∂E/∂z_t + Wᵀ δ_{t+1})
        ∂E/∂U = Σ_t δ_t x_tᵀ
        ∂E/∂W = Σ_t δ_t h_{t-1}ᵀ
        ∂E/∂V = Σ_t ∂E/∂z_t h_tᵀ
        ∂E/∂b = Σ_t δ_t
        ∂E/∂c = Σ_t ∂E/∂z_t
        ∂E/∂x_t = Uᵀ δ_t

    Two units, all weights 1, no bias, f linear. The second call reads the inputs in another order; equal inputs have
    different outputs:

    >>> from treenn.by_hand.activation import LINEAR
    >>> ones = np.ones((2, 2))
    >>> net = Elman(U=ones, W=ones, V=ones, b=np.zeros(2), c=np.zeros(2))
    >>> x = np.array([[1.0, 1.0], [1.0, 1.0], [2.0, 2.0]])
    >>> h, z = forward(net, x, LINEAR)
    >>> h.tolist()
    [[0.0, 0.0], [2.0, 2.0], [6.0, 6.0], [16.0, 16.0]]
    >>> z.tolist()
    [[4.0, 4.0], [12.0, 12.0], [32.0, 32.0]]
    >>> forward(net, x[[2, 0, 1]], LINEAR)[1].tolist()
    [[8.0, 8.0], [20.0, 20.0], [44.0, 44.0]]

    Shape: `T` steps; input size `i`, hidden size `d`, output size `o`: `U` `(d, i)`, `W` `(d, d)`, `V` `(o, d)`,
        `b` `(d,)`, `c` `(o,)`; `x` `(T, i)`, `h` `(T + 1, d)`, `z` `(T, o)`, `delta` `(T, d)`. Python counts from 0:
        `x[0]` is x_1 and `h[0]` is h_0.
    """

    U: Array
    W: Array
    V: Array
    b: Array
    c: Array


def forward(net: Elman, x: Array, f: Activation = TANH, h_0: Array | None = None) -> tuple[Array, Array]:
    """Returns the states h, including h_0 (default: zeros), and the outputs z."""
    U, W, V, b, c = net
    h, z = np.zeros((len(x) + 1, len(b))), np.zeros((len(x), len(c)))
    h[0] = 0 if h_0 is None else h_0
    for t in range(len(x)):
        h[t + 1] = f(U @ x[t] + W @ h[t] + b)
        z[t] = V @ h[t + 1] + c
    return h, z


def backward(net: Elman, x: Array, h: Array, grad_z: Array, f: Activation = TANH) -> Backward[Elman]:
    """Returns the gradients of E, given the inputs, the states from `forward`, and ∂E/∂z `(T, o)`.

    If E is the sum of the last output of the example above, δ doubles with every step back: an exploding gradient.
    The gradient w.r.t. U is 8 · 1 + 4 · 1 + 2 · 2 = 16:

    >>> from treenn.by_hand.activation import LINEAR
    >>> ones = np.ones((2, 2))
    >>> net = Elman(U=ones, W=ones, V=ones, b=np.zeros(2), c=np.zeros(2))
    >>> x = np.array([[1.0, 1.0], [1.0, 1.0], [2.0, 2.0]])
    >>> h, z = forward(net, x, LINEAR)
    >>> back = backward(net, x, h, np.array([[0.0, 0.0], [0.0, 0.0], [1.0, 1.0]]), LINEAR)
    >>> back.delta.tolist()
    [[8.0, 8.0], [4.0, 4.0], [2.0, 2.0]]
    >>> back.grad.U.tolist()
    [[16.0, 16.0], [16.0, 16.0]]
    """
    U, W, V, _, _ = net
    grad = Elman(*(np.zeros_like(parameter) for parameter in net))
    delta, delta_after = np.zeros_like(h[1:]), np.zeros_like(h[0])
    for t in reversed(range(len(x))):
        delta[t] = f.slope(h[t + 1]) * (V.T @ grad_z[t] + W.T @ delta_after)
        grad.U[:] += np.outer(delta[t], x[t])
        grad.W[:] += np.outer(delta[t], h[t])
        grad.V[:] += np.outer(grad_z[t], h[t + 1])
        grad.b[:] += delta[t]
        grad.c[:] += grad_z[t]
        delta_after = delta[t]
    return Backward(delta, grad, delta @ U)
