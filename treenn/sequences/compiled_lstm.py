"""The passes of `LSTMFunction` by compiled kernels, one per piece between two matrix products."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from treenn.kernels import lstm as kernels
from treenn.runtime.matmul import product
from treenn.sequences.lstm_tables import LSTMTables
from treenn.sequences.pieces import pieces


def forward_pass(tables: LSTMTables) -> None:
    """Write the states and the gates."""
    U, inputs, h = tables.U.detach(), tables.inputs.detach().contiguous().numpy(), tables.h
    gates, h_rows, c_rows = tables.gates.numpy(), h.numpy(), tables.c.numpy()
    read = (torch.arange(len(c_rows)) if tables.rows is None else tables.rows).numpy()
    none = c_rows[:0]  # whose slices are empty too
    drops = none if tables.masks is None else tables.masks.numpy()
    for piece in pieces(tables.alive):
        now, before = piece.rows, piece.before
        recurrent = none if before is None else product(h, before, U).to(h.dtype).numpy()  # (n, 4d)
        c_before, into = none if before is None else c_rows[before], gates[tables.gate_rows(piece)]
        kernels.forward(inputs, read[now], recurrent, c_before, drops[now], into, h_rows[now], c_rows[now])


def backward_pass(ctx: Any, grad_states: Tensor, grad_z: Tensor) -> None:
    """Write the gradient w.r.t. the pre-activations into `grad_z`, which may be the table of gates."""
    U, gates, _, c, masks, _ = ctx.saved_tensors
    d, transposed = c.shape[1], U.t()
    # Of the sequences of one time: at first the gradients from the time after it, 0 for sequences that have ended.
    grad_h, grad_c = c.new_zeros(ctx.alive[0], d), c.new_zeros(ctx.alive[0], d)
    gate_rows, c_rows, of_states = gates.numpy(), c.numpy(), grad_states.contiguous().numpy()
    h_grads, c_grads, z_grads = grad_h.numpy(), grad_c.numpy(), grad_z.numpy()
    none = c_rows[:0]  # whose slices are empty too
    drops = none if masks is None else masks.numpy()
    for piece in reversed(list(pieces(ctx.alive))):
        now, before, here = piece.rows, piece.before, piece.sequences
        states = gate_rows[now], c_rows[now], none if before is None else c_rows[before], drops[now]
        kernels.backward(*states, of_states[now], h_grads[here], c_grads[here], z_grads[now])
        if ctx.tbptt_steps and piece.time % ctx.tbptt_steps == 0:
            grad_h[here], grad_c[here] = 0, 0
        elif before is not None:
            grad_h[here] = product(grad_z, now, transposed)
