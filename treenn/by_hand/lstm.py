"""The long short-term memory of Hochreiter and Schmidhuber (Neural Computation 1997), with the forget gate of Gers,
Schmidhuber and Cummins (Neural Computation 2000), in the notation of Tai, Socher and Manning (ACL 2015), section 2.1.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from treenn.by_hand.activation import SIGMOID, TANH, Activation, Array, Backward


class LSTM(NamedTuple):
    r"""Parameters of an LSTM: input weights W, recurrent weights U, bias b; rows in the order i, f, o, u.

    For t = 1 ... T, from h_0 = c_0 = 0, with the activation function φ (default: tanh):

        i_t = σ(W_i x_t + U_i h_{t-1} + b_i)          input gate
        f_t = σ(W_f x_t + U_f h_{t-1} + b_f)          forget gate
        o_t = σ(W_o x_t + U_o h_{t-1} + b_o)          output gate
        u_t = φ(W_u x_t + U_u h_{t-1} + b_u)          candidate
        c_t = i_t ⊙ u_t + f_t ⊙ c_{t-1}
        h_t = o_t ⊙ φ(c_t)

    Backward pass, from the direct gradient ∂E/∂h_t, without the part through later steps. δ_t = [δ_i; δ_f; δ_o; δ_u]
    is the gradient w.r.t. the pre-activations; δ_{T+1} = 0 and ∂E/∂c_{T+1} = 0:

        ∂E/∂h_t += Uᵀ δ_{t+1}
        ∂E/∂c_t = ∂E/∂h_t ⊙ o_t ⊙ φ'(c_t) + ∂E/∂c_{t+1} ⊙ f_{t+1}
        δ_i = ∂E/∂c_t ⊙ u_t ⊙ i_t ⊙ (1 − i_t)
        δ_f = ∂E/∂c_t ⊙ c_{t-1} ⊙ f_t ⊙ (1 − f_t)
        δ_o = ∂E/∂h_t ⊙ φ(c_t) ⊙ o_t ⊙ (1 − o_t)
        δ_u = ∂E/∂c_t ⊙ i_t ⊙ φ'(·)
        ∂E/∂W = Σ_t δ_t x_tᵀ
        ∂E/∂U = Σ_t δ_t h_{t-1}ᵀ
        ∂E/∂b = Σ_t δ_t
        ∂E/∂x_t = Wᵀ δ_t

    A cell with hand-set weights, φ linear, and the inputs (number, write, show); weights of ±100 saturate the gates. It
    adds the number to the cell state if `write` is 1, resets the cell state if `write` is −1, and outputs the cell
    state if `show` is 1:

    >>> from treenn.by_hand.activation import LINEAR
    >>> W = np.array([[0.0, 100.0, 0.0],  # i: 0, but 1 if write = 1
    ...               [0.0, 100.0, 0.0],  # f: 1, but 0 if write = -1
    ...               [0.0, 0.0, 100.0],  # o: 0, but 1 if show = 1
    ...               [1.0, 0.0, 0.0]])  # u: the number
    >>> net = LSTM(W, U=np.zeros((4, 1)), b=np.array([-50.0, 50.0, -50.0, 0.0]))
    >>> x = np.array([[3, 1, 0], [2, 0, 0], [4, 1, 0], [2, 0, 0], [1, 0, 1], [3, -1, 0], [6, 1, 0], [1, 0, 1]], float)
    >>> states = forward(net, x, LINEAR)
    >>> states.c[1:, 0].round(6).tolist()
    [3.0, 3.0, 7.0, 7.0, 7.0, 0.0, 6.0, 6.0]
    >>> states.h[1:, 0].round(6).tolist()
    [0.0, 0.0, 0.0, 0.0, 7.0, 0.0, 0.0, 6.0]

    Shape: `T` steps; input size `k`, hidden size `d`: `W` `(4d, k)`, `U` `(4d, d)`, `b` `(4d,)`; `x` `(T, k)`,
        `h` and `c` `(T + 1, d)`, `gates` and `delta` `(T, 4d)`. Python counts from 0: `x[0]` is x_1 and `h[0]` is h_0.
    """

    W: Array
    U: Array
    b: Array


class States(NamedTuple):
    """Hidden states h and cell states c, including h_0 = c_0 = 0, and the concatenated i, f, o and u of every step."""

    h: Array
    c: Array
    gates: Array


def forward(net: LSTM, x: Array, phi: Activation = TANH) -> States:
    """Returns the states and gates of all steps."""
    W, U, b = net
    T, d = len(x), U.shape[1]
    h, c, gates = np.zeros((T + 1, d)), np.zeros((T + 1, d)), np.zeros((T, 4 * d))
    for t in range(T):
        a = W @ x[t] + U @ h[t] + b
        i, f, o = np.split(SIGMOID(a[: 3 * d]), 3)
        u = phi(a[3 * d :])
        c[t + 1] = i * u + f * c[t]
        h[t + 1] = o * phi(c[t + 1])
        gates[t] = np.concatenate([i, f, o, u])
    return States(h, c, gates)


def backward(net: LSTM, x: Array, states: States, grad_h: Array, phi: Activation = TANH) -> Backward[LSTM]:
    """Returns the gradients of E, given the inputs, the states from `forward`, and the direct gradient ∂E/∂h `(T, d)`.

    If the forget gate is 1, the gradient is unchanged over any number of steps; here from the last to the first:

    >>> net = LSTM(W=np.array([[0.0], [0.0], [0.0], [1.0]]), U=np.zeros((4, 1)), b=np.array([50.0, 50.0, 50.0, 0.0]))
    >>> x = np.zeros((100, 1))
    >>> grad_h = np.zeros((100, 1))
    >>> grad_h[-1] = 1.0
    >>> backward(net, x, forward(net, x), grad_h).grad_x[0].round(6).tolist()
    [1.0]
    """
    grad = LSTM(*(np.zeros_like(parameter) for parameter in net))
    delta, delta_after, grad_c = np.zeros_like(states.gates), np.zeros(len(net.b)), np.zeros(net.U.shape[1])
    for t in reversed(range(len(x))):
        i, f, o, u = np.split(states.gates[t], 4)
        phi_c = phi(states.c[t + 1])
        grad_h_t = grad_h[t] + net.U.T @ delta_after
        grad_c = grad_h_t * o * phi.slope(phi_c) + grad_c
        grad_gates = np.concatenate([grad_c * u, grad_c * states.c[t], grad_h_t * phi_c, grad_c * i])
        delta[t] = grad_gates * np.concatenate([SIGMOID.slope(states.gates[t, : -len(u)]), phi.slope(u)])
        grad.W[:] += np.outer(delta[t], x[t])
        grad.U[:] += np.outer(delta[t], states.h[t])
        grad.b[:] += delta[t]
        delta_after, grad_c = delta[t], grad_c * f
    return Backward(delta, grad, delta @ net.W)
