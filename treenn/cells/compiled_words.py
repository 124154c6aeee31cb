"""The states of words of a Tree-LSTM by compiled kernels."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from treenn.kernels.tree_lstm import words_backward, words_forward
from treenn.runtime.single_backward import single_backward


class CompiledWords(torch.autograd.Function):
    """Equations 9 and 11 to 14 of `BinaryTreeLSTM` without children, from the pre-activations on.

    Shape: `V` words: pre-activations of i, o and u `(V, 3d)`, the dropout mask of u `(V, d)` or `(0, d)`; the result,
        [h; c], is `(V, 2d)`.
    """

    @staticmethod
    def forward(ctx: Any, z: Tensor, mask: Tensor) -> Tensor:
        """Returns the states."""
        gates, states = z.clone(memory_format=torch.contiguous_format), z.new_empty(len(z), 2 * z.shape[1] // 3)
        words_forward(gates.numpy(), mask.numpy(), states.numpy())
        ctx.save_for_backward(gates, mask, states)
        return states

    @staticmethod
    @single_backward
    def backward(ctx: Any, grad_states: Tensor) -> tuple[Tensor | None, ...]:
        """Returns the gradient w.r.t. the pre-activations."""
        gates, mask, states = ctx.saved_tensors
        grad_z = torch.empty_like(gates)
        tensors = gates, mask, states, grad_states.contiguous(), grad_z
        words_backward(*(tensor.numpy() for tensor in tensors))
        return grad_z, None
