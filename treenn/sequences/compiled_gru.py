"""The recurrence of a GRU over packed sequences by compiled kernels, one per piece between two matrix products."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from treenn.kernels import gru as kernels
from treenn.runtime.matmul import empty_table, product, weight_gradient
from treenn.runtime.single_backward import single_backward
from treenn.sequences.pieces import MOST_ROWS, pieces, states_before


class CompiledGRU(torch.autograd.Function):
    """The states of all steps, as `torch.nn.GRU` computes them, from the inputs' contributions to the gates.

    Arguments of `apply`: `inputs`, the W x + b of r, z and n; U and d of the recurrent products; the number of
    sequences alive at each time, sorted from the longest to the shortest; the steps between truncations, or None; the
    row of `inputs` that each step reads, or None for one row per step; whether a backward pass follows.

    Shape: `R` rows of all times, `V` rows of inputs, `d` = hidden_size: inputs `(V, 3d)`, rows `(R,)`, U `(3d, d)`, d
        `(3d,)`; states `(R, d)`.
    """

    @staticmethod
    def forward(
        ctx: Any,
        inputs: Tensor,
        U: Tensor,
        bias: Tensor,
        alive: Sequence[int],
        tbptt_steps: int | None,
        rows: Tensor | None,
        save: bool,
    ) -> Tensor:
        """Returns h of all steps."""
        n, d, weight, recurrent_bias = sum(alive), U.shape[1], U.detach(), bias.detach().to(U.dtype)
        h, gates = empty_table(inputs, n, d), inputs.new_empty(n if save else MOST_ROWS, 4 * d)
        table, read = inputs.detach().contiguous().numpy(), (torch.arange(n) if rows is None else rows).numpy()
        states, gate_rows, zeros = h.numpy(), gates.numpy(), inputs.new_zeros(MOST_ROWS, d)
        for piece in pieces(alive):
            now, before, size = piece.rows, piece.before, piece.rows.stop - piece.rows.start
            if before is None:
                recurrent, h_before = recurrent_bias.expand(size, 3 * d), zeros[:size].numpy()
            else:
                recurrent, h_before = product(h, before, weight, recurrent_bias), states[before]
            into = gate_rows[now] if save else gate_rows[:size]
            kernels.forward(table, read[now], recurrent.to(h.dtype).contiguous().numpy(), h_before, into, states[now])
        ctx.save_for_backward(U, h, gates, rows)
        ctx.alive, ctx.tbptt_steps, ctx.n_inputs = alive, tbptt_steps, len(inputs)
        return h[:n]

    @staticmethod
    @single_backward
    def backward(ctx: Any, grad_states: Tensor) -> tuple[Tensor | None, ...]:
        """Returns the gradients w.r.t. the inputs, U and d."""
        U, h, gates, rows = ctx.saved_tensors
        n, d, transposed, first = len(gates), U.shape[1], U.t(), ctx.alive[0]
        grad_inputs, grad_recurrent = grad_states.new_empty(n, 3 * d), empty_table(h, n, 3 * d)
        h_before = states_before(h, ctx.alive)  # (room(n), d)
        # Of the sequences of one time: at first the gradient from the time after it, 0 for sequences that have ended.
        grad_h = h.new_zeros(first, d)
        gate_rows, before_rows, of_states = gates.numpy(), h_before.numpy(), grad_states.contiguous().numpy()
        to_inputs, to_recurrent = grad_inputs.numpy(), grad_recurrent.numpy()
        for piece in reversed(list(pieces(ctx.alive))):
            now, of_time = piece.rows, grad_h[piece.sequences]
            saved = gate_rows[now], before_rows[now], of_states[now]
            kernels.backward(*saved, of_time.numpy(), to_inputs[now], to_recurrent[now])
            if ctx.tbptt_steps and piece.time % ctx.tbptt_steps == 0:
                of_time.zero_()
            elif piece.before is not None:
                of_time += product(grad_recurrent, now, transposed)
        grad_U = weight_gradient(grad_recurrent, h_before.to(U.dtype), n, zeros=first)  # (3d, d)
        grad_bias = grad_recurrent[:n].sum(dim=0)
        if rows is not None:
            grad_inputs = torch.ops.aten.embedding_dense_backward(grad_inputs, rows, ctx.n_inputs, -1, False)
        return grad_inputs, grad_U, grad_bias, None, None, None, None
