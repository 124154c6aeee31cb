"""The gated recurrent unit of Cho, van Merriënboer, Gulcehre, Bahdanau, Bougares, Schwenk and Bengio (EMNLP 2014),
"Learning phrase representations using RNN encoder-decoder for statistical machine translation", in torch's variant.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from treenn.by_hand.activation import SIGMOID, TANH, Array, Backward


class GRU(NamedTuple):
    r"""Parameters of a GRU: input weights W, recurrent weights U, biases b and c; rows in the order r, z, n.

    For t = 1 ... T, from h_0 = 0:

        r_t = σ(W_r x_t + U_r h_{t-1} + b_r)                  reset gate
        z_t = σ(W_z x_t + U_z h_{t-1} + b_z)                  update gate
        m_t = U_n h_{t-1} + c
        n_t = tanh(W_n x_t + b_n + r_t ⊙ m_t)                 candidate state
        h_t = (1 − z_t) ⊙ n_t + z_t ⊙ h_{t-1}

    The published paper uses U_n (r_t ⊙ h_{t-1}) instead of r_t ⊙ m_t. Its first version on arXiv, torch and cuDNN use
    the equations above.

    Backward pass, from the direct gradient ∂E/∂h_t, without the part through later steps; δ_r, δ_z and δ_n are the
    gradients w.r.t. the pre-activations at step t:

        ∂E/∂h_t += z_{t+1} ⊙ ∂E/∂h_{t+1} + Uᵀ [δ_r; δ_z; r ⊙ δ_n]_{t+1}
        δ_z = ∂E/∂h_t ⊙ (h_{t-1} − n_t) ⊙ z_t ⊙ (1 − z_t)
        δ_n = ∂E/∂h_t ⊙ (1 − z_t) ⊙ (1 − n_t²)
        δ_r = δ_n ⊙ m_t ⊙ r_t ⊙ (1 − r_t)
        ∂E/∂W = Σ_t [δ_r; δ_z; δ_n] x_tᵀ
        ∂E/∂U = Σ_t [δ_r; δ_z; r_t ⊙ δ_n] h_{t-1}ᵀ
        ∂E/∂b = Σ_t [δ_r; δ_z; δ_n]
        ∂E/∂c = Σ_t r_t ⊙ δ_n
        ∂E/∂x_t = Wᵀ [δ_r; δ_z; δ_n]

    A unit with hand-set weights and the inputs (number, keep): if `keep` is 1, the update gate is 1 and the state is
    unchanged.

    >>> W = np.array([[0.0, 0.0], [0.0, 100.0], [1.0, 0.0]])
    >>> net = GRU(W, U=np.zeros((3, 1)), b=np.array([0.0, -50.0, 0.0]), c=np.zeros(1))
    >>> forward(net, np.array([[0.5, 0.0], [0.9, 1.0], [-0.3, 1.0], [0.1, 0.0]])).h[1:, 0].round(3).tolist()
    [0.462, 0.462, 0.462, 0.1]

    Shape: `T` steps; input size `k`, hidden size `d`: `W` `(3d, k)`, `U` `(3d, d)`, `b` `(3d,)`, `c` `(d,)`;
        `x` `(T, k)`, `h` `(T + 1, d)`, `gates` and `delta` `(T, 3d)`. Python counts from 0: `x[0]` is x_1 and `h[0]`
        is h_0.
    """

    W: Array
    U: Array
    b: Array
    c: Array


class States(NamedTuple):
    """The states h, including h_0 = 0, and the concatenated r, z and n of every step."""

    h: Array
    gates: Array


def forward(net: GRU, x: Array) -> States:
    """Returns the states and gates of all steps."""
    W, U, b, c = net
    T, d = len(x), len(c)
    h, gates = np.zeros((T + 1, d)), np.zeros((T, 3 * d))
    for t in range(T):
        a, m = W @ x[t] + b, U[2 * d :] @ h[t] + c
        r, z = np.split(SIGMOID(a[: 2 * d] + U[: 2 * d] @ h[t]), 2)
        n = np.tanh(a[2 * d :] + r * m)
        h[t + 1] = (1 - z) * n + z * h[t]
        gates[t] = np.concatenate([r, z, n])
    return States(h, gates)


def backward(net: GRU, x: Array, states: States, grad_h: Array) -> Backward[GRU]:
    """Returns the gradients of E, given the inputs, the states from `forward`, and the direct gradient ∂E/∂h `(T, d)`.

    If the update gate is 1 for 98 steps, the gradient reaches the first step unchanged:

    >>> W = np.array([[0.0, 0.0], [0.0, 100.0], [1.0, 0.0]])
    >>> net = GRU(W, U=np.zeros((3, 1)), b=np.array([0.0, -50.0, 0.0]), c=np.zeros(1))
    >>> x = np.array([[0.0, 0.0]] + 98 * [[0.0, 1.0]])
    >>> backward(net, x, forward(net, x), np.array(98 * [[0.0]] + [[1.0]])).grad_x[0].round(6).tolist()
    [1.0, 0.0]
    """
    _, U, _, c = net
    grad = GRU(*(np.zeros_like(parameter) for parameter in net))
    delta, through, d = np.zeros_like(states.gates), np.zeros_like(c), len(c)
    for t in reversed(range(len(x))):
        r, z, n = np.split(states.gates[t], 3)
        before, m = states.h[t], U[2 * d :] @ states.h[t] + c
        grad_h_t = grad_h[t] + through
        delta_z = grad_h_t * (before - n) * SIGMOID.slope(z)
        delta_n = grad_h_t * (1 - z) * TANH.slope(n)
        delta_r = delta_n * m * SIGMOID.slope(r)
        delta[t] = np.concatenate([delta_r, delta_z, delta_n])
        of_state = np.concatenate([delta_r, delta_z, r * delta_n])
        grad.W[:] += np.outer(delta[t], x[t])
        grad.U[:] += np.outer(of_state, before)
        grad.b[:] += delta[t]
        grad.c[:] += r * delta_n
        through = z * grad_h_t + U.T @ of_state
    return Backward(delta, grad, delta @ net.W)
