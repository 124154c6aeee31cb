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
    add_product_to,
    add_to,
    copy_to,
    dot,
    kernel,
    multiply_by,
    sigmoid_in_place,
    tanh_in_place,
    vector_product,
)
from treenn.kernels.gates import cell_input, hidden_state, through_h, to_input
from treenn.runtime.arrays import FloatArray, IntArray


@kernel
def gather(children: IntArray, h: FloatArray, pairs: FloatArray) -> None:
    """Write [h_l; h_r] of the children `(n, 2)` into `pairs` `(n, 2d)`."""
    d = h.shape[1]
    for k in range(len(children)):
        copy_to(pairs[k, :d], h[children[k, 0]])
        copy_to(pairs[k, d:], h[children[k, 1]])


@kernel
def forward(z: FloatArray, start: int, children: IntArray, masks: FloatArray, h: FloatArray, c: FloatArray) -> None:
    """Overwrite the pre-activations of a level by its gates, and write its h and c.

    Args:
        z: `(n, 5d)`, the pre-activations, overwritten.
        start: the level's first inner row.
        children: `(I, 2)`, the rows of the children.
        masks: `(I, d)`, dropout masks of u, or `(0, d)`.
        h: `(D, d)`, whose rows of the level are written.
        c: `(D, d)`, likewise.
    """
    for k in range(len(z)):
        _states(z[k], start + k, children, masks, h, c)


@kernel
def forward_top(
    weight: FloatArray,
    bias: FloatArray,
    start: int,
    children: IntArray,
    masks: FloatArray,
    pairs: FloatArray,
    h: FloatArray,
    c: FloatArray,
    z: FloatArray,
) -> None:
    """The same for all inner rows from `start` on, one after another, with their products.

    Args:
        weight: `(5d, 2d)`.
        bias: `(5d,)`.
        start: the first inner row.
        children: `(I, 2)`, the rows of the children.
        masks: `(I, d)`, dropout masks of u, or `(0, d)`.
        pairs: `(I - start, 2d)`, [h_l; h_r] of these rows, written.
        h: `(D, d)`, likewise.
        c: `(D, d)`, likewise.
        z: `(I - start, 5d)`, the gates, written.
    """
    for k in range(len(z)):
        gather(children[start + k : start + k + 1], h, pairs[k : k + 1])
        for gate in range(len(weight)):
            z[k, gate] = bias[gate] + dot(weight[gate], pairs[k])
        _states(z[k], start + k, children, masks, h, c)


@kernel
def _states(z: FloatArray, inner: int, children: IntArray, masks: FloatArray, h: FloatArray, c: FloatArray) -> None:
    """Overwrite the pre-activations `z` of one row by its gates, and write its h and c."""
    d, row = h.shape[1], len(h) - len(children) + inner
    sigmoid_in_place(z[: 4 * d])
    tanh_in_place(z[4 * d :])
    cell_input(z[:d], z[4 * d :], masks, inner, c[row])
    for side in range(2):
        add_product_to(c[row], z[(1 + side) * d : (2 + side) * d], c[children[inner, side]])
    hidden_state(z[3 * d : 4 * d], c[row], h[row])


class Gradients(NamedTuple):
    """The tables of a backward pass.

    Args:
        children: `(I, 2)`, the rows of the children.
        masks: `(I, d)`, dropout masks of u, or `(0, d)`.
        c: `(D, d)`, the cell states.
        edges: `(2I,)`, the edges to the parents of each row.
        offsets: `(D + 1,)`, the first edge of each row in `edges`.
        output: `(D, d)`, the gradients w.r.t. h from outside the sweep.
        h: `(2I, d)`, the gradients w.r.t. the h at the lower end of each edge; those of a level's parents are complete.
        edge_c: `(2I, d)`, the same w.r.t. c; a level writes those of its own edges.
        z: `(I, 5d)`, the gradients w.r.t. the pre-activations; a level writes its rows.
    """

    children: IntArray
    masks: FloatArray
    c: FloatArray
    edges: IntArray
    offsets: IntArray
    output: FloatArray
    h: FloatArray
    edge_c: FloatArray
    z: FloatArray


@kernel
def backward(gates: FloatArray, start: int, tables: Gradients) -> None:
    """Write the gradients of a level w.r.t. its pre-activations and its children's c, from those of its parents.

    Args:
        gates: `(n, 5d)`, the gates of the level.
        start: the level's first inner row.
        tables: read and written.
    """
    for k in range(len(gates) - 1, -1, -1):
        _row_backward(gates[k], start + k, tables)


@kernel
def backward_top(weight: FloatArray, gates: FloatArray, start: int, tables: Gradients) -> None:
    """The same for all inner rows from `start` on, one after another; also the gradients w.r.t. h of their edges.

    Args:
        weight: `(5d, 2d)`.
        gates: `(I - start, 5d)`, the gates of these rows.
        start: the first inner row.
        tables: read and written.
    """
    for k in range(len(gates) - 1, -1, -1):
        inner = start + k
        _row_backward(gates[k], inner, tables)
        vector_product(tables.z[inner], weight, tables.h[2 * inner : 2 * inner + 2].reshape(weight.shape[1]))


@kernel
def words_from_parents(tables: Gradients, grad_states: FloatArray) -> None:
    """Write the gradient w.r.t. the states [h; c] of words, `(V, 2d)`."""
    for row in range(len(grad_states)):
        _from_parents(row, tables, grad_states[row])


@kernel
def _from_parents(row: int, tables: Gradients, grad: FloatArray) -> None:
    """Write the gradient w.r.t. the state [h; c] of a row."""
    d = tables.output.shape[1]
    copy_to(grad[:d], tables.output[row])
    grad[d:] = 0
    for edge in tables.edges[tables.offsets[row] : tables.offsets[row + 1]]:
        add_to(grad[:d], tables.h[edge])
        add_to(grad[d:], tables.edge_c[edge])


@kernel
def _row_backward(gates: FloatArray, inner: int, tables: Gradients) -> None:
    c, masks, z = tables.c, tables.masks, tables.z[inner]
    d, row = c.shape[1], len(c) - len(tables.children) + inner
    grad = np.empty(2 * d, dtype=np.float32)
    _from_parents(row, tables, grad)
    through_h(gates[3 * d : 4 * d], c[row], grad[:d], grad[d:], z[3 * d : 4 * d])
    to_input(gates[:d], gates[4 * d :], grad[d:], z[:d], z[4 * d :])
    if len(masks):
        multiply_by(z[:d], masks[inner])
        multiply_by(z[4 * d :], masks[inner])
    for side in range(2):
        f = slice((1 + side) * d, (2 + side) * d)
        _to_child(gates[f], c[tables.children[inner, side]], grad[d:], z[f], tables.edge_c[2 * inner + side])


@kernel
def _to_child(
    f: FloatArray, child_c: FloatArray, grad_c: FloatArray, grad_f: FloatArray, grad_child_c: FloatArray
) -> None:
    """Write the gradients w.r.t. the pre-activation of a forget gate and the c that it reads."""
    for j in range(len(f)):
        grad_f[j] = grad_c[j] * child_c[j] * f[j] * (ONE - f[j])
        grad_child_c[j] = grad_c[j] * f[j]


@kernel
def words_forward(z: FloatArray, mask: FloatArray, states: FloatArray) -> None:
    """Overwrite the pre-activations of words by their gates i, o and u, and write their states [h; c].

    Args:
        z: `(V, 3d)`, overwritten.
        mask: `(V, d)`, the dropout mask of u, or `(0, d)`.
        states: `(V, 2d)`, written.
    """
    d = states.shape[1] // 2
    for k in range(len(z)):
        gates, c = z[k], states[k, d:]
        sigmoid_in_place(gates[: 2 * d])
        tanh_in_place(gates[2 * d :])
        cell_input(gates[:d], gates[2 * d :], mask, k, c)
        hidden_state(gates[d : 2 * d], c, states[k, :d])


@kernel
def words_backward(
    gates: FloatArray, mask: FloatArray, states: FloatArray, grad_states: FloatArray, grad_z: FloatArray
) -> None:
    """Write the gradient w.r.t. the pre-activations of words.

    Args:
        gates: `(V, 3d)`, the gates i, o and u.
        mask: `(V, d)`, the dropout mask of u, or `(0, d)`.
        states: `(V, 2d)`, the states.
        grad_states: `(V, 2d)`, the gradient w.r.t. the states.
        grad_z: `(V, 3d)`, written.
    """
    d = states.shape[1] // 2
    for k in range(len(gates)):
        grad = grad_states[k].copy()
        through_h(gates[k, d : 2 * d], states[k, d:], grad[:d], grad[d:], grad_z[k, d : 2 * d])
        if len(mask):
            multiply_by(grad[d:], mask[k])
        to_input(gates[k, :d], gates[k, 2 * d :], grad[d:], grad_z[k, :d], grad_z[k, 2 * d :])
