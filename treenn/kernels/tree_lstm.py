"""Kernels of the Tree-LSTM with two children: the gates of words and of a level of a forest, and their derivatives.

The equations are those of `treenn.cells.tree_lstm`; a state is [h; c] and the order of gates is i, f_l, f_r, o, u.

Shape: `D` computed rows of a forest, of which the last `I` are inner nodes; `d` = hidden_size; `n` rows of one level;
    `V = D - I` words.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from treenn.kernels.elementwise import (
    ONE,
    add_converted,
    add_product_to,
    add_to,
    convert,
    copy_to,
    dot,
    kernel,
    multiply_by,
    sigmoid_in_place,
    tanh_in_place,
    vector_product,
)
from treenn.kernels.gates import cell_input, hidden_state, through_h, to_input
from treenn.runtime.arrays import DoubleArray, FloatArray, IntArray, StoredArray

_ROWS = 64  # rows that are summed in float32, before their sum is added in float64


class States(NamedTuple):
    """The tables of a forward pass.

    Args:
        children: `(I, 2)`, the rows of the children.
        masks: `(I, d)`, dropout masks of u, or `(0, d)`.
        pairs: `(I, 2d)`, [h_l; h_r] of each inner row in the dtype of the products, written.
        h: `(D, d)`, written.
        c: `(D, d)`, written.
    """

    children: IntArray
    masks: FloatArray
    pairs: StoredArray
    h: FloatArray
    c: FloatArray


@kernel
def begin(leaves: FloatArray, stop: int, tables: States) -> None:
    """Write the states of words, from `leaves` `(V, 2d)`, and the pairs of the inner rows before `stop`."""
    d = tables.h.shape[1]
    for row in range(len(leaves)):
        copy_to(tables.h[row], leaves[row, :d])
        copy_to(tables.c[row], leaves[row, d:])
    _gather(0, stop, tables)


@kernel
def _gather(start: int, stop: int, tables: States) -> None:
    """Write the pairs of inner rows."""
    d = tables.h.shape[1]
    for inner in range(start, stop):
        convert(tables.pairs[inner, :d], tables.h[tables.children[inner, 0]])
        convert(tables.pairs[inner, d:], tables.h[tables.children[inner, 1]])


@kernel
def forward(z: StoredArray, gates: FloatArray, start: int, stop: int, next_stop: int, tables: States) -> None:
    """Write the gates and the states of a level, and the pairs of the next one.

    Args:
        z: `(n, 5d)` or with more rows, the pre-activations.
        gates: `(n, 5d)` or with more rows, written.
        start: the level's first inner row.
        stop: one more than its last.
        next_stop: the same of the next level; `stop` if its pairs are not needed.
        tables: read and written.
    """
    for k in range(stop - start):
        convert(gates[k], z[k])
        _states(gates[k], start + k, tables)
    _gather(stop, next_stop, tables)


@kernel
def forward_top(weight: FloatArray, bias: FloatArray, gates: FloatArray, start: int, tables: States) -> None:
    """The same for all inner rows from `start` on, one after another, with their products in float32.

    Args:
        weight: `(5d, 2d)`.
        bias: `(5d,)`.
        gates: `(I - start, 5d)` or with more rows, written.
        start: the first inner row.
        tables: read and written.
    """
    d = tables.h.shape[1]
    pair = np.empty(2 * d, dtype=np.float32)
    for k in range(len(tables.children) - start):
        for side in range(2):
            copy_to(pair[side * d : (side + 1) * d], tables.h[tables.children[start + k, side]])
        convert(tables.pairs[start + k], pair)
        for gate in range(len(weight)):
            gates[k, gate] = bias[gate] + dot(weight[gate], pair)
        _states(gates[k], start + k, tables)


@kernel
def _states(z: FloatArray, inner: int, tables: States) -> None:
    """Overwrite the pre-activations `z` of one row by its gates, and write its h and c."""
    h, c = tables.h, tables.c
    d, row = h.shape[1], len(h) - len(tables.children) + inner
    sigmoid_in_place(z[: 4 * d])
    tanh_in_place(z[4 * d :])
    cell_input(z[:d], z[4 * d :], tables.masks, inner, c[row])
    for side in range(2):
        add_product_to(c[row], z[(1 + side) * d : (2 + side) * d], c[tables.children[inner, side]])
    hidden_state(z[3 * d : 4 * d], c[row], h[row])


class Gradients(NamedTuple):
    """The tables of a backward pass, which visits the inner rows from the last to the first.

    Args:
        children: `(I, 2)`, the rows of the children.
        masks: `(I, d)`, dropout masks of u, or `(0, d)`.
        c: `(D, d)`, the cell states.
        states: `(D, 2d)`, the gradients w.r.t. [h; c]; an inner row adds to its children.
        z: `(I, 5d)`, the gradients w.r.t. the pre-activations in the dtype of the products, written.
        bias: `(5d,)`, the sum of its rows, added to.
    """

    children: IntArray
    masks: FloatArray
    c: FloatArray
    states: FloatArray
    z: StoredArray
    bias: DoubleArray


@kernel
def backward_top(weight: FloatArray, gates: FloatArray, start: int, output: FloatArray, tables: Gradients) -> None:
    """Write the gradients from outside the sweep, then those of all inner rows from `start` on.

    Args:
        weight: `(5d, 2d)`.
        gates: `(I, 5d)`.
        start: the first inner row.
        output: `(D, d)`, the gradients w.r.t. h from outside the sweep.
        tables: read and written; `states` is uninitialized.
    """
    d, states = output.shape[1], tables.states
    for row in range(len(output)):
        copy_to(states[row, :d], output[row])
        states[row, d:] = 0
    grad_z, grad_pair = np.empty(5 * d, dtype=np.float32), np.empty(2 * d, dtype=np.float32)
    for inner in range(len(gates) - 1, start - 1, -1):
        _row_backward(gates[inner], inner, grad_z, tables)
        for j in range(len(grad_z)):
            tables.bias[j] += grad_z[j]
        vector_product(grad_z, weight, grad_pair)
        for side in range(2):
            add_to(states[tables.children[inner, side], :d], grad_pair[side * d : (side + 1) * d])


@kernel
def backward(
    grad_pairs: StoredArray, n_above: int, gates: FloatArray, start: int, stop: int, tables: Gradients
) -> None:
    """Add the gradients w.r.t. the pairs of the level above, then write those of a level.

    Args:
        grad_pairs: `(n_above, 2d)` or with more rows, the gradients w.r.t. the pairs of the level above.
        n_above: its number of rows; 0 if they are added.
        gates: `(I, 5d)`.
        start: the level's first inner row.
        stop: one more than its last.
        tables: read and written.
    """
    add_to_children(grad_pairs, stop, n_above, tables)
    grad_z, grad_bias = np.empty(tables.z.shape[1], dtype=np.float32), np.zeros(tables.z.shape[1], dtype=np.float32)
    for inner in range(stop - 1, start - 1, -1):
        _row_backward(gates[inner], inner, grad_z, tables)
        add_to(grad_bias, grad_z)
        if inner == start or (stop - inner) % _ROWS == 0:
            _move_sum(tables.bias, grad_bias)


@kernel
def add_to_children(grad_pairs: StoredArray, start: int, n: int, tables: Gradients) -> None:
    """Add the gradients w.r.t. the pairs of the `n` inner rows from `start` on to those w.r.t. h of their children."""
    d, states = tables.c.shape[1], tables.states
    for k in range(n - 1, -1, -1):
        for side in range(2):
            add_converted(states[tables.children[start + k, side], :d], grad_pairs[k, side * d : (side + 1) * d])


@kernel
def _row_backward(gates: FloatArray, inner: int, z: FloatArray, tables: Gradients) -> None:
    """Write the gradient w.r.t. the pre-activations of a row, also into `z`, and add to those w.r.t. c of its children.

    The row's gradient w.r.t. c is overwritten.
    """
    c, masks = tables.c, tables.masks
    d, row = c.shape[1], len(c) - len(tables.children) + inner
    grad_h, grad_c = tables.states[row, :d], tables.states[row, d:]
    through_h(gates[3 * d : 4 * d], c[row], grad_h, grad_c, z[3 * d : 4 * d])
    to_input(gates[:d], gates[4 * d :], grad_c, z[:d], z[4 * d :])
    if len(masks):
        multiply_by(z[:d], masks[inner])
        multiply_by(z[4 * d :], masks[inner])
    for side in range(2):
        f, child = slice((1 + side) * d, (2 + side) * d), tables.children[inner, side]
        _to_child(gates[f], c[child], grad_c, z[f], tables.states[child, d:])
    convert(tables.z[inner], z)


@kernel
def _move_sum(total: DoubleArray, partial: FloatArray) -> None:
    """Add a sum of a few rows to that of all, and set it to 0."""
    for j in range(len(partial)):
        total[j] += partial[j]
        partial[j] = 0


@kernel
def _to_child(
    f: FloatArray, child_c: FloatArray, grad_c: FloatArray, grad_f: FloatArray, grad_child_c: FloatArray
) -> None:
    """Write the gradient w.r.t. the pre-activation of a forget gate, and add to that w.r.t. the c that it reads."""
    for j in range(len(f)):
        grad_f[j] = grad_c[j] * child_c[j] * f[j] * (ONE - f[j])
        grad_child_c[j] += grad_c[j] * f[j]


@kernel
def words_forward(z: StoredArray, mask: FloatArray, gates: FloatArray, states: FloatArray) -> None:
    """Write the gates i, o and u of words and their states [h; c].

    Args:
        z: `(V, 3d)` or with more rows, the pre-activations.
        mask: `(V, d)`, the dropout mask of u, or `(0, d)`.
        gates: `(V, 3d)`, written.
        states: `(V, 2d)`, written.
    """
    d = states.shape[1] // 2
    for k in range(len(states)):
        row, c = gates[k], states[k, d:]
        convert(row, z[k])
        sigmoid_in_place(row[: 2 * d])
        tanh_in_place(row[2 * d :])
        cell_input(row[:d], row[2 * d :], mask, k, c)
        hidden_state(row[d : 2 * d], c, states[k, :d])


@kernel
def words_backward(
    gates: FloatArray,
    mask: FloatArray,
    states: FloatArray,
    grad_states: FloatArray,
    grad_z: StoredArray,
    grad_bias: DoubleArray,
) -> None:
    """Write the gradients w.r.t. the pre-activations of words and their bias.

    Args:
        gates: `(V, 3d)`, the gates i, o and u.
        mask: `(V, d)`, the dropout mask of u, or `(0, d)`.
        states: `(V, 2d)`, the states.
        grad_states: `(V, 2d)`, the gradient w.r.t. the states.
        grad_z: `(V, 3d)` or with more rows, in the dtype of the products, written.
        grad_bias: `(3d,)`, the sum of its rows, added to.
    """
    d = states.shape[1] // 2
    z, grad = np.empty(3 * d, dtype=np.float32), np.empty(2 * d, dtype=np.float32)
    sum_z = np.zeros(3 * d, dtype=np.float32)
    for k in range(len(gates)):
        copy_to(grad, grad_states[k])
        through_h(gates[k, d : 2 * d], states[k, d:], grad[:d], grad[d:], z[d : 2 * d])
        if len(mask):
            multiply_by(grad[d:], mask[k])
        to_input(gates[k, :d], gates[k, 2 * d :], grad[d:], z[:d], z[2 * d :])
        convert(grad_z[k], z)
        add_to(sum_z, z)
        if k == len(gates) - 1 or (k + 1) % _ROWS == 0:
            _move_sum(grad_bias, sum_z)
