"""A kernel of Adagrad: one step of the rows of a table that have a gradient."""

from __future__ import annotations

import numpy as np

from treenn.kernels.elementwise import add_to, copy_to, kernel
from treenn.runtime.arrays import FloatArray, IntArray


@kernel
def update_rows(
    rows: IntArray,
    order: IntArray,
    gradients: FloatArray,
    rate: np.float32,
    eps: np.float32,
    squares: FloatArray,
    table: FloatArray,
) -> None:
    """Update rows by `torch.optim.Adagrad`; the gradients of one row are added first, in order.

    Args:
        rows: `(n,)`, the row of each gradient.
        order: `(n,)`, the gradients by row, those of one row in their order.
        gradients: `(n, d)`.
        rate: the learning rate.
        eps: the number added to the root of the sum of squares.
        squares: `(R, d)`, the sums of squared gradients, added to.
        table: `(R, d)`, the parameter, updated.
    """
    total = np.empty(table.shape[1], dtype=np.float32)
    k = 0
    while k < len(order):
        row = rows[order[k]]
        copy_to(total, gradients[order[k]])
        k += 1
        while k < len(order) and rows[order[k]] == row:
            add_to(total, gradients[order[k]])
            k += 1
        _update(total, rate, eps, squares[row], table[row])


@kernel
def _update(gradient: FloatArray, rate: np.float32, eps: np.float32, squares: FloatArray, values: FloatArray) -> None:
    for j in range(len(gradient)):
        squares[j] += gradient[j] * gradient[j]
        values[j] -= rate * (gradient[j] / (np.sqrt(squares[j]) + eps))
