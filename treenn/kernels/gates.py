"""Kernels of the gates that LSTMs and Tree-LSTMs share, for one row: c = i ⊙ u + ..., h = o ⊙ tanh(c).

Shape: all vectors `(d,)`, with `d` = hidden_size.
"""

from __future__ import annotations

from treenn.kernels.elementwise import ONE, copy_to, kernel, multiply_by, tanh
from treenn.runtime.arrays import FloatArray


@kernel
def cell_input(i: FloatArray, u: FloatArray, masks: FloatArray, row: int, c: FloatArray) -> None:
    """Write i ⊙ u, with the dropout mask of the row, if there are `masks`, `(n, d)`, and not `(0, d)`."""
    copy_to(c, i)
    multiply_by(c, u)
    if len(masks):
        multiply_by(c, masks[row])


@kernel
def hidden_state(o: FloatArray, c: FloatArray, h: FloatArray) -> None:
    """Write h."""
    for j in range(len(h)):
        h[j] = o[j] * tanh(c[j])


@kernel
def through_h(o: FloatArray, c: FloatArray, grad_h: FloatArray, grad_c: FloatArray, grad_o: FloatArray) -> None:
    """Write the gradient w.r.t. the pre-activation of o, and add the gradient through h to that of c."""
    for j in range(len(c)):
        tanh_c = tanh(c[j])
        grad_o[j] = grad_h[j] * tanh_c * o[j] * (ONE - o[j])
        grad_c[j] += grad_h[j] * o[j] * (ONE - tanh_c * tanh_c)


@kernel
def to_input(i: FloatArray, u: FloatArray, grad_c: FloatArray, grad_i: FloatArray, grad_u: FloatArray) -> None:
    """Write the gradients w.r.t. the pre-activations of i and u."""
    for j in range(len(i)):
        grad_i[j] = grad_c[j] * u[j] * i[j] * (ONE - i[j])
        grad_u[j] = grad_c[j] * i[j] * (ONE - u[j] * u[j])
