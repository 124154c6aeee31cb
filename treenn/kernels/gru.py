"""Kernels of the GRU: the gates of many sequences at one time, and their derivatives.

The equations are those of `treenn.sequences.gru`, and the order of gates is r, z, n, as in torch.

Shape: `n` sequences at one time, `d` = hidden_size; `V` rows of inputs.
"""

from __future__ import annotations

import numpy as np

from treenn.kernels.elementwise import ONE, add_product_to, add_to, copy_to, kernel, sigmoid_in_place, tanh_in_place
from treenn.runtime.arrays import FloatArray, IntArray


@kernel
def forward(
    inputs: FloatArray,
    rows: IntArray,
    recurrent: FloatArray,
    h_before: FloatArray,
    gates: FloatArray,
    h: FloatArray,
) -> None:
    """Write the gates and the states of sequences at one time.

    Args:
        inputs: `(V, 3d)`, W x + b.
        rows: `(n,)`, the rows of `inputs` that the sequences read.
        recurrent: `(n, 3d)`, U h + d of the time before.
        h_before: `(n, d)`, h of the time before.
        gates: `(n, 4d)`, written: r, z, n, and the part of n in `recurrent`.
        h: `(n, d)`, written.
    """
    d = h.shape[1]
    for k in range(len(rows)):
        r, z, n, gated = gates[k, :d], gates[k, d : 2 * d], gates[k, 2 * d : 3 * d], gates[k, 3 * d :]
        copy_to(gates[k, : 3 * d], inputs[rows[k]])
        add_to(gates[k, : 2 * d], recurrent[k, : 2 * d])
        copy_to(gated, recurrent[k, 2 * d :])
        sigmoid_in_place(gates[k, : 2 * d])
        add_product_to(n, r, gated)
        tanh_in_place(n)
        _interpolate(z, h_before[k], n, h[k])


@kernel
def _interpolate(z: FloatArray, h_before: FloatArray, n: FloatArray, h: FloatArray) -> None:
    for j in range(len(h)):
        h[j] = n[j] + z[j] * (h_before[j] - n[j])


@kernel
def backward(
    gates: FloatArray,
    h_before: FloatArray,
    grad_states: FloatArray,
    grad_h: FloatArray,
    grad_inputs: FloatArray,
    grad_recurrent: FloatArray,
) -> None:
    """Write the gradients w.r.t. both arguments of the gates.

    Args:
        gates: `(n, 4d)`, as `forward` wrote them.
        h_before: `(n, d)`, h of the time before.
        grad_states: `(n, d)`, the gradient w.r.t. h from outside the recurrence.
        grad_h: `(n, d)`, the gradient w.r.t. h from the time after; overwritten by that of the time before, without its
            part through `recurrent`.
        grad_inputs: `(n, 3d)`, written.
        grad_recurrent: `(n, 3d)`, written.
    """
    d = h_before.shape[1]
    total = np.empty(d, dtype=np.float32)
    for k in range(len(gates)):
        r, z, n, gated = gates[k, :d], gates[k, d : 2 * d], gates[k, 2 * d : 3 * d], gates[k, 3 * d :]
        copy_to(total, grad_states[k])
        add_to(total, grad_h[k])
        grad_n = grad_inputs[k, 2 * d :]
        _through_update(z, h_before[k], n, total, grad_inputs[k, d : 2 * d], grad_n, grad_h[k])
        _through_reset(r, gated, grad_n, grad_inputs[k, :d], grad_recurrent[k, 2 * d :])
        copy_to(grad_recurrent[k, : 2 * d], grad_inputs[k, : 2 * d])


@kernel
def _through_update(
    z: FloatArray,
    h_before: FloatArray,
    n: FloatArray,
    grad: FloatArray,
    grad_z: FloatArray,
    grad_n: FloatArray,
    grad_h_before: FloatArray,
) -> None:
    """Write the gradients w.r.t. the pre-activations of z and n, and h of the time before."""
    for j in range(len(z)):
        grad_z[j] = grad[j] * (h_before[j] - n[j]) * z[j] * (ONE - z[j])
        grad_n[j] = grad[j] * (ONE - z[j]) * (ONE - n[j] * n[j])
        grad_h_before[j] = grad[j] * z[j]


@kernel
def _through_reset(
    r: FloatArray, gated: FloatArray, grad_n: FloatArray, grad_r: FloatArray, grad_gated: FloatArray
) -> None:
    """Write the gradients w.r.t. the pre-activation of r and the product that it gates."""
    for j in range(len(r)):
        grad_r[j] = grad_n[j] * gated[j] * r[j] * (ONE - r[j])
        grad_gated[j] = grad_n[j] * r[j]
