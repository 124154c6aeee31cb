"""The long short-term memory of Hochreiter and Schmidhuber (Neural Computation 1997), with the forget gate of Gers,
Schmidhuber and Cummins (Neural Computation 2000), in the letters of Tai, Socher and Manning (ACL 2015), section 2.1.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from treenn.by_hand.activation import SIGMOID, TANH, Activation, Array


class LSTM(NamedTuple):
    r"""The parameters: W reads the input, U the state before; their rows, and b's, are those of i, f, o and u in turn.

    For t = 1 ... T, from h_0 = c_0 = 0; φ is tanh unless another is given:

        i_t = σ(W_i x_t + U_i h_{t-1} + b_i)          how much is written
        f_t = σ(W_f x_t + U_f h_{t-1} + b_f)          how much is kept
        o_t = σ(W_o x_t + U_o h_{t-1} + b_o)          how much is shown
        u_t = φ(W_u x_t + U_u h_{t-1} + b_u)          what would be written
        c_t = i_t ⊙ u_t + f_t ⊙ c_{t-1}
        h_t = o_t ⊙ φ(c_t)

    Backward, from the part of ∂E/∂h_t that does not come through later steps. δ_t is the gradient of what σ and φ are
    applied to, [δ_i; δ_f; δ_o; δ_u]; δ_{T+1} = 0 and ∂E/∂c_{T+1} = 0:

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

    A cell by hand, φ linear: inputs are (number, write, show), ±100 forces a gate open or shut. It adds the number to
    its memory where `write` is 1, forgets everything where `write` is −1, and shows its memory where `show` is 1:

    >>> from treenn.by_hand.activation import LINEAR
    >>> W = np.array([[0.0, 100.0, 0.0],  # i: shut, open at write = 1
    ...               [0.0, 100.0, 0.0],  # f: open, shut at write = -1
    ...               [0.0, 0.0, 100.0],  # o: shut, open at show = 1
    ...               [1.0, 0.0, 0.0]])  # u: the number
    >>> net = LSTM(W, U=np.zeros((4, 1)), b=np.array([-50.0, 50.0, -50.0, 0.0]))
    >>> x = np.array([[3, 1, 0], [2, 0, 0], [4, 1, 0], [2, 0, 0], [1, 0, 1], [3, -1, 0], [6, 1, 0], [1, 0, 1]], float)
    >>> states = forward(net, x, LINEAR)
    >>> states.c[1:, 0].round(6).tolist()
    [3.0, 3.0, 7.0, 7.0, 7.0, 0.0, 6.0, 6.0]
    >>> states.h[1:, 0].round(6).tolist()
    [0.0, 0.0, 0.0, 0.0, 7.0, 0.0, 0.0, 6.0]

    Shape: `T` steps; `k` width of an input, `d` of a state: `W` `(4d, k)`, `U` `(4d, d)`, `b` `(4d,)`; `x` `(T, k)`,
        `h` and `c` `(T + 1, d)`, `gates` and `delta` `(T, 4d)`. Python counts from 0: `x[0]` is x_1 and `h[0]` is h_0.
    """

    W: Array
    U: Array
    b: Array


class States(NamedTuple):
    """h and c, their zeros at the start among them, and i, f, o and u of every step side by side."""

    h: Array
    c: Array
    gates: Array


class Backward(NamedTuple):
    """What comes back: δ at every step, the gradients of the parameters, and those of the inputs."""

    delta: Array
    to: LSTM
    to_x: Array


def forward(net: LSTM, x: Array, phi: Activation = TANH) -> States:
    """The states of all steps."""
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


def backward(net: LSTM, x: Array, states: States, grad_h: Array, phi: Activation = TANH) -> Backward:
    """The gradients of E, given the inputs, what `forward` returned, and ∂E/∂h `(T, d)` but for what later steps add.

    Through an open forget gate the gradient passes unchanged, however many steps; here from the last step to the first:

    >>> net = LSTM(W=np.array([[0.0], [0.0], [0.0], [1.0]]), U=np.zeros((4, 1)), b=np.array([50.0, 50.0, 50.0, 0.0]))
    >>> x = np.zeros((100, 1))
    >>> grad_h = np.zeros((100, 1))
    >>> grad_h[-1] = 1.0
    >>> backward(net, x, forward(net, x), grad_h).to_x[0].round(6).tolist()
    [1.0]
    """
    to = LSTM(*(np.zeros_like(each) for each in net))
    delta, delta_after, to_c = np.zeros_like(states.gates), np.zeros(len(net.b)), np.zeros(net.U.shape[1])
    for t in reversed(range(len(x))):
        i, f, o, u = np.split(states.gates[t], 4)
        phi_c = phi(states.c[t + 1])
        to_h_t = grad_h[t] + net.U.T @ delta_after
        to_c = to_h_t * o * phi.slope(phi_c) + to_c
        to_gates = np.concatenate([to_c * u, to_c * states.c[t], to_h_t * phi_c, to_c * i])
        delta[t] = to_gates * np.concatenate([SIGMOID.slope(states.gates[t, : -len(u)]), phi.slope(u)])
        to.W[:] += np.outer(delta[t], x[t])
        to.U[:] += np.outer(delta[t], states.h[t])
        to.b[:] += delta[t]
        delta_after, to_c = delta[t], to_c * f
    return Backward(delta, to, delta @ net.W)
