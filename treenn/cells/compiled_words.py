"""The states of words of a Tree-LSTM by compiled kernels."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from treenn.kernels.tree_lstm import words_backward, words_forward
from treenn.runtime.matmul import compute_dtype, empty_table, padded_product, product, stored, weight_gradient
from treenn.runtime.single_backward import single_backward


class CompiledWords(torch.autograd.Function):
    """Equations 9 and 11 to 14 of `BinaryTreeLSTM` without children.

    The kernels convert between float32 and the dtype of the product, float32 or bfloat16.

    Shape: `V` words: their vectors `(V, x)`, W `(3d, x)`, b `(4d,)`, the dropout mask of u `(V, d)` or `(0, d)`; the
        result, [h; c], is `(V, 2d)`.
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor, mask: Tensor) -> Tensor:
        """Returns the states."""
        n, d, dtype = len(x), len(bias) // 4, compute_dtype(x)
        table = empty_table(x, n, x.shape[1], dtype)  # (V, x)
        table[:n] = x
        cast_weight, cast_bias = weight.detach().to(dtype), torch.cat([bias[:d], bias[2 * d :]]).to(dtype)
        z = padded_product(table, 0, n, cast_weight, cast_bias)  # (V, 3d)
        gates, states = x.new_empty(n, 3 * d), x.new_empty(n, 2 * d)
        words_forward(stored(z), mask.numpy(), gates.numpy(), states.numpy())
        ctx.save_for_backward(table, cast_weight, gates, mask, states)
        return states

    @staticmethod
    @single_backward
    def backward(ctx: Any, grad_states: Tensor) -> tuple[Tensor | None, ...]:
        """Returns the gradients w.r.t. the word vectors, W and b."""
        (table, weight, gates, mask, states), n = ctx.saved_tensors, len(grad_states)
        grad_z = empty_table(grad_states, n, len(weight), weight.dtype)  # (V, 3d)
        grad_gates = grad_states.new_zeros(len(weight), dtype=torch.float64)  # (3d,)
        saved = gates.numpy(), mask.numpy(), states.numpy()
        words_backward(*saved, grad_states.contiguous().numpy(), stored(grad_z), grad_gates.numpy())
        grad_i, grad_o, grad_u = grad_gates.to(gates.dtype).chunk(3)
        return (
            product(grad_z, slice(0, n), weight.t()).to(gates.dtype) if ctx.needs_input_grad[0] else None,  # (V, x)
            weight_gradient(grad_z, table, n).to(gates.dtype) if ctx.needs_input_grad[1] else None,  # (3d, x)
            torch.cat([grad_i, torch.zeros_like(grad_i), grad_o, grad_u]),  # (4d,)
            None,
        )
