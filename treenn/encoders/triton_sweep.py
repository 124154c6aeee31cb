"""The sweep of a Tree-LSTM on a GPU by Triton kernels, one per level between two matrix products."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from treenn.cells.tree_lstm import TreeLSTMGates
from treenn.encoders.forest import PackedForest, levels
from treenn.encoders.sweep_tables import dropout_masks, first_edges
from treenn.kernels import triton_tree_lstm as kernels
from treenn.runtime.matmul import compute_dtype, empty_table, gather, product, weight_gradient
from treenn.runtime.single_backward import single_backward


class TritonSweep(torch.autograd.Function):
    """The same function as the sweep by torch's operations, which is its oracle.

    Shape: `V` words, `I` inner rows, `D = V + I`; `d` = hidden_size; `n` rows of one level.
    """

    @staticmethod
    def forward(
        ctx: Any, gates: TreeLSTMGates, forest: PackedForest, save: bool, leaves: Tensor, weight: Tensor, bias: Tensor
    ) -> Tensor:
        """Returns h of all computed rows; `save` is True if a backward pass follows."""
        (n_words, n_inner), d, dtype = (len(leaves), len(forest.children)), gates.d, compute_dtype(leaves)
        cast_weight, cast_bias, saved = weight.to(dtype), bias.to(dtype), []
        h, c = leaves.new_empty(n_words + n_inner, d), leaves.new_empty(n_words + n_inner, d)
        h[:n_words], c[:n_words] = leaves[:, :d], leaves[:, d:]
        pairs, masks = empty_table(leaves, n_inner, 2 * d, dtype), dropout_masks(gates, forest, leaves)  # (I, 2d)
        for level in levels(forest)[1:]:
            gather(h, level.children.view(-1), pairs[level.inner].view(-1, d))
            z = product(pairs, level.inner, cast_weight, cast_bias).to(leaves.dtype).contiguous()  # (n, 5d)
            kernels.forward(z, level.inner.start, forest.children, masks, h, c)
            if save:
                saved.append(z)
        ctx.forest = forest
        ctx.save_for_backward(weight, pairs, c, masks, *saved)
        return h

    @staticmethod
    @single_backward
    def backward(ctx: Any, grad_output: Tensor) -> tuple[Tensor | None, ...]:
        """Returns the gradients w.r.t. the leaf states, the weight and the bias."""
        (weight, pairs, c, masks, *saved), forest = ctx.saved_tensors, ctx.forest
        grad_output, n_inner, d = grad_output.contiguous(), len(forest.children), c.shape[1]
        transposed = weight.to(pairs.dtype).t()  # (2d, 5d)
        grad_z = empty_table(grad_output, n_inner, len(weight))  # (I, 5d)
        grad_h, grad_c = (grad_output.new_empty(2 * n_inner, d) for _ in range(2))
        inputs = forest.children, masks, c, forest.parent_edges, first_edges(forest)
        words, *inner = levels(forest)
        for level in reversed(inner):
            start, stop = level.inner.start, level.inner.stop
            kernels.backward(saved.pop(), start, *inputs, grad_output, grad_h, grad_c, grad_z)
            grad_h[2 * start : 2 * stop] = product(grad_z, level.inner, transposed).view(-1, d)
        of_children = (words.from_parents(table.view(-1, 2, d)) for table in (grad_h, grad_c))  # (V, d) each
        grad_leaves = torch.cat([*of_children], dim=1)  # (V, 2d)
        grad_leaves[:, :d] += grad_output[words.rows]
        grad_weight = weight_gradient(grad_z, pairs, n_inner).to(weight.dtype)  # (5d, 2d)
        return None, None, None, grad_leaves, grad_weight, grad_z[:n_inner].sum(dim=0)
