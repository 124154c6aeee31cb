"""Kernels of the LSTM: the gates of many sequences at one time, and their derivatives.

The equations are those of `treenn.sequences.lstm`, and the order of gates is i, f, g, o.

Shape: `R` rows of all times, `n` of them at one time, `d` = hidden_size; `V` rows of inputs.
"""

from __future__ import annotations

import numpy as np

from treenn.kernels.elementwise import (
    ONE,
    add_product_to,
    add_to,
    copy_to,
    kernel,
    multiply_by,
    sigmoid_in_place,
    tanh_in_place,
)
from treenn.kernels.gates import cell_input, hidden_state, through_h, to_input
from treenn.runtime.arrays import FloatArray, IntArray


@kernel
def forward(
    inputs: FloatArray,
    rows: IntArray,
    recurrent: FloatArray,
    c_before: FloatArray,
    masks: FloatArray,
    gates: FloatArray,
    h: FloatArray,
    c: FloatArray,
) -> None:
    """Write the gates and the states of sequences at one time.

    Args:
        inputs: `(V, 4d)`, W x + b.
        rows: `(n,)`, the rows of `inputs` that the sequences read.
        recurrent: `(n, 4d)`, U h of the time before, or no rows at the first time.
        c_before: `(n, d)`, c of the time before, or no rows.
        masks: `(n, d)`, dropout masks of g, or no rows.
        gates: `(n, 4d)`, written.
        h: `(n, d)`, written.
        c: `(n, d)`, written.
    """
    d = h.shape[1]
    for k in range(len(rows)):
        z = gates[k]
        copy_to(z, inputs[rows[k]])
        if len(recurrent):
            add_to(z, recurrent[k])
        sigmoid_in_place(z[: 2 * d])
        tanh_in_place(z[2 * d : 3 * d])
        sigmoid_in_place(z[3 * d :])
        cell_input(z[:d], z[2 * d : 3 * d], masks, k, c[k])
        if len(c_before):
            add_product_to(c[k], z[d : 2 * d], c_before[k])
        hidden_state(z[3 * d :], c[k], h[k])


@kernel
def backward(
    gates: FloatArray,
    c: FloatArray,
    c_before: FloatArray,
    masks: FloatArray,
    grad_states: FloatArray,
    grad_h: FloatArray,
    grad_c: FloatArray,
    grad_z: FloatArray,
) -> None:
    """Write the gradient w.r.t. the pre-activations, and w.r.t. c of the time before.

    Args:
        gates: `(n, 4d)`, the gates.
        c: `(n, d)`, the cell states.
        c_before: `(n, d)`, those of the time before, or no rows.
        masks: `(n, d)`, dropout masks of g, or no rows.
        grad_states: `(n, d)`, the gradient w.r.t. h from outside the recurrence.
        grad_h: `(n, d)`, the gradient w.r.t. h from the time after.
        grad_c: `(n, d)`, the same w.r.t. c; overwritten by that of the time before.
        grad_z: `(n, 4d)`, written; may be `gates`.
    """
    d = c.shape[1]
    z, total = np.empty(4 * d, dtype=np.float32), np.empty(d, dtype=np.float32)
    for k in range(len(gates)):
        i, f, g, o = gates[k, :d], gates[k, d : 2 * d], gates[k, 2 * d : 3 * d], gates[k, 3 * d :]
        copy_to(total, grad_states[k])
        add_to(total, grad_h[k])
        through_h(o, c[k], total, grad_c[k], z[3 * d :])
        to_input(i, g, grad_c[k], z[:d], z[2 * d : 3 * d])
        if len(masks):
            multiply_by(z[:d], masks[k])
            multiply_by(z[2 * d : 3 * d], masks[k])
        if len(c_before):
            _to_forget(f, c_before[k], grad_c[k], z[d : 2 * d])
        else:
            z[d : 2 * d] = 0
        copy_to(grad_z[k], z)


@kernel
def _to_forget(f: FloatArray, c_before: FloatArray, grad_c: FloatArray, grad_f: FloatArray) -> None:
    """Write the gradient w.r.t. the pre-activation of f, and overwrite that of c by that of the time before."""
    for j in range(len(f)):
        grad_f[j] = grad_c[j] * c_before[j] * f[j] * (ONE - f[j])
        grad_c[j] *= f[j]
