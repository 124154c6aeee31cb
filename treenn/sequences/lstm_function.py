"""`LSTMFunction`: the recurrence of an LSTM over packed sequences, with a hand-written backward pass."""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType
from typing import Any

import torch
from torch import Tensor

from treenn.runtime.kernel_choice import uses_numba
from treenn.runtime.matmul import empty_table, product, weight_gradient
from treenn.runtime.single_backward import frees_graph, single_backward
from treenn.sequences.lstm_tables import LSTMTables
from treenn.sequences.pieces import MOST_ROWS, pieces, states_before


class LSTMFunction(torch.autograd.Function):
    """The states of all steps, from the inputs' contributions to the gates.

    Every step writes into rows of a few large tensors, piece by piece, and the gradient of U is one product over all
    steps, whereas torch adds one per step; on a CPU that is faster if many sequences run at once. Products have the
    dtype of U, which under autocast is lower than that of all other numbers.

    Arguments of `apply`: `inputs`, the W x + b of i, f, g and o; U; the number of sequences alive at each time, sorted
    from the longest to the shortest; dropout masks of g, or None; the steps between truncations, or None; the row of
    `inputs` that each step reads, or None for one row per step; whether a backward pass follows.

    Shape: `R` rows of all times, `V` rows of inputs, `d` = hidden_size: inputs `(V, 4d)`, rows `(R,)`, U `(4d, d)`,
        masks `(R, d)`; states `(R, d)`.
    """

    @staticmethod
    def forward(
        ctx: Any,
        inputs: Tensor,
        U: Tensor,
        alive: Sequence[int],
        masks: Tensor | None,
        tbptt_steps: int | None,
        rows: Tensor | None = None,
        save: bool = True,
    ) -> Tensor:
        """Returns h of all steps."""
        n, d = sum(alive), U.shape[1]
        h, c = empty_table(inputs, n, d), inputs.new_empty(n, d)  # (n, d) each
        gates = empty_table(inputs, n if save else MOST_ROWS, 4 * d)  # (n, 4d), or those of one piece
        forward_pass = _compiled().forward_pass if uses_numba(inputs, h, training=save) else _forward_pass
        forward_pass(LSTMTables(inputs, rows, U, alive, masks, gates, h, c))
        ctx.save_for_backward(U, gates, h, c, masks, rows)
        ctx.alive, ctx.tbptt_steps, ctx.n_inputs = alive, tbptt_steps, len(inputs)
        return h[:n]

    @staticmethod
    @single_backward
    def backward(ctx: Any, grad_states: Tensor) -> tuple[Tensor | None, ...]:
        """Returns the gradients w.r.t. the inputs and U."""
        U, gates, h, c, _, rows = ctx.saved_tensors
        n, d = c.shape
        grad_z = gates if frees_graph() else empty_table(gates, n, 4 * d)
        backward_pass = _compiled().backward_pass if uses_numba(grad_states, c, training=True) else _backward_pass
        backward_pass(ctx, grad_states, grad_z)
        h_before = states_before(h, ctx.alive)  # (room(n), d)
        grad_U = weight_gradient(grad_z, h_before.to(U.dtype), n, zeros=ctx.alive[0])  # (4d, d)
        grad_inputs = grad_z[:n]
        if rows is not None:
            grad_inputs = torch.ops.aten.embedding_dense_backward(grad_inputs, rows, ctx.n_inputs, -1, False)
        return grad_inputs, grad_U, None, None, None, None, None


def _compiled() -> ModuleType:
    from treenn.sequences import compiled_lstm  # Numba is optional

    return compiled_lstm


def _forward_pass(tables: LSTMTables) -> None:
    """Write the states and the gates."""
    inputs, rows, U, alive, masks, gates, h, c = tables
    for piece in pieces(alive):
        now, before, z = piece.rows, piece.before, gates[tables.gate_rows(piece)]  # z is (piece, 4d)
        if rows is None:
            z.copy_(inputs[now])
        else:
            torch.index_select(inputs, 0, rows[now], out=z)
        if before is not None:
            z += product(h, before, U)
        _step(z, None if before is None else c[before], None if masks is None else masks[now], h[now], c[now])


def _step(z: Tensor, c_before: Tensor | None, mask: Tensor | None, h: Tensor, c: Tensor) -> None:
    """Overwrite pre-activations by gates, and write the states. Shape: `(n, 4d)`, and `(n, d)` of all others."""
    d = h.shape[1]
    z[:, : 2 * d].sigmoid_()
    z[:, 2 * d : 3 * d].tanh_()
    z[:, 3 * d :].sigmoid_()
    i, f, g, o = z.chunk(4, dim=1)  # (n, d) each
    torch.mul(i, g if mask is None else g * mask, out=c)
    if c_before is not None:
        c.addcmul_(f, c_before)
    torch.mul(o, torch.tanh(c), out=h)


def _backward_pass(ctx: Any, grad_states: Tensor, grad_z: Tensor) -> None:
    """Write the gradient w.r.t. the pre-activations into `grad_z`, which may be the table of gates."""
    U, gates, _, c, masks, _ = ctx.saved_tensors
    d, transposed = c.shape[1], U.t()
    # Of the sequences of one time: at first the gradients from the time after it, 0 for sequences that have ended.
    grad_h, grad_c = c.new_zeros(ctx.alive[0], d), c.new_zeros(ctx.alive[0], d)
    grads, zero = empty_table(gates, MOST_ROWS, 4 * d), c.new_zeros(1, d)
    for piece in reversed(list(pieces(ctx.alive))):
        now, before, n = piece.rows, piece.before, piece.rows.stop - piece.rows.start
        h_now, c_now, z, grad = grad_h[piece.sequences], grad_c[piece.sequences], gates[now], grads[:n]
        h_now += grad_states[now]
        c_before = zero.expand(n, d) if before is None else c[before]
        step_backward(z, torch.tanh(c[now]), c_before, None if masks is None else masks[now], h_now, c_now, grad)
        if ctx.tbptt_steps and piece.time % ctx.tbptt_steps == 0:
            h_now.zero_()
            c_now.zero_()
        elif before is not None:
            h_now.copy_(product(grads, slice(0, n), transposed))
            c_now.mul_(z[:, d : 2 * d])
        grad_z[now] = grad


def step_backward(
    gates: Tensor, tanh_c: Tensor, c_before: Tensor, mask: Tensor | None, grad_h: Tensor, grad_c: Tensor, grad_z: Tensor
) -> None:
    """Add the gradient through h to `grad_c` and write `grad_z`, the gradient w.r.t. the pre-activations."""
    d = tanh_c.shape[1]
    i, _, g, o = gates.chunk(4, dim=1)  # (alive, d) each
    grad_i, grad_f, grad_g, grad_o = grad_z.chunk(4, dim=1)  # (alive, d) each
    grad_c.add_(torch.ops.aten.tanh_backward(grad_h * o, tanh_c))
    grad_product = grad_c if mask is None else grad_c * mask  # (alive, d), w.r.t. i ⊙ g
    torch.mul(grad_product, g, out=grad_i)
    torch.mul(grad_c, c_before, out=grad_f)
    torch.mul(grad_product, i, out=grad_g)
    torch.mul(grad_h, tanh_c, out=grad_o)
    torch.ops.aten.sigmoid_backward.grad_input(grad_z[:, : 2 * d], gates[:, : 2 * d], grad_input=grad_z[:, : 2 * d])
    torch.ops.aten.tanh_backward.grad_input(grad_g, g, grad_input=grad_g)
    torch.ops.aten.sigmoid_backward.grad_input(grad_o, o, grad_input=grad_o)
