"""The sweep of a Tree-LSTM by compiled kernels, one per level between two matrix products."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from treenn.cells.tree_lstm import TreeLSTMGates
from treenn.encoders.forest import PackedForest
from treenn.encoders.sweep_tables import dropout_masks, first_edges
from treenn.kernels import tree_lstm as kernels
from treenn.runtime.matmul import compute_dtype, empty_table, gather, product, weight_gradient
from treenn.runtime.single_backward import single_backward

_FEW = 4  # rows of a level that a kernel multiplies faster than a matrix product


class CompiledSweep(torch.autograd.Function):
    """The same function as the sweep by torch's operations, which is its oracle.

    The top levels, of at most 4 rows each, are one call, whose kernel also multiplies.

    Shape: `V` words, `I` inner rows, `D = V + I`; `d` = hidden_size; `n` rows of one level, `t` of the top levels.
    """

    @staticmethod
    def forward(
        ctx: Any, gates: TreeLSTMGates, forest: PackedForest, save: bool, leaves: Tensor, weight: Tensor, bias: Tensor
    ) -> Tensor:
        """Returns h of all computed rows; `save` is True if a backward pass follows."""
        n_words, d, dtype = len(leaves), gates.d, compute_dtype(leaves)
        parts = _Parts.of(forest)
        weight, bias, saved = weight.detach(), bias.detach(), []
        cast_weight, cast_bias = weight.to(dtype), bias.to(dtype)
        h, c = leaves.new_empty(n_words + parts.n_inner, d), leaves.new_empty(n_words + parts.n_inner, d)
        h[:n_words], c[:n_words] = leaves[:, :d], leaves[:, d:]
        pairs, masks = empty_table(leaves, parts.n_inner, 2 * d, dtype), dropout_masks(gates, forest, leaves)  # (I, 2d)
        children, tables = forest.children.numpy(), (h.numpy(), c.numpy())
        for start, stop in parts.levels:
            if dtype == leaves.dtype:
                kernels.gather(children[start:stop], tables[0], pairs[start:stop].numpy())
            else:
                gather(h, forest.children[start:stop].view(-1), pairs[start:stop].view(-1, d))
            z = product(pairs, slice(start, stop), cast_weight, cast_bias).to(leaves.dtype)  # (n, 5d)
            kernels.forward(z.numpy(), start, children, masks.numpy(), *tables)
            if save:
                saved.append(z)
        if parts.top < parts.n_inner:
            z = leaves.new_empty(parts.n_inner - parts.top, len(weight))  # (t, 5d)
            top_pairs = leaves.new_empty(len(z), 2 * d)
            arrays = (tensor.numpy() for tensor in (masks, top_pairs, h, c, z))
            kernels.forward_top(weight.numpy(), bias.numpy(), parts.top, children, *arrays)
            pairs[parts.top : parts.n_inner] = top_pairs
            if save:
                saved.append(z)
        ctx.forest, ctx.parts = forest, parts
        ctx.save_for_backward(weight, pairs, c, masks, *saved)
        return h

    @staticmethod
    @single_backward
    def backward(ctx: Any, grad_output: Tensor) -> tuple[Tensor | None, ...]:
        """Returns the gradients w.r.t. the leaf states, the weight and the bias."""
        (weight, pairs, c, masks, *saved), parts, d = ctx.saved_tensors, ctx.parts, ctx.saved_tensors[2].shape[1]
        grad_output, n_inner, transposed = grad_output.contiguous(), parts.n_inner, weight.to(pairs.dtype).t()
        grad_z = empty_table(grad_output, n_inner, len(weight))  # (I, 5d)
        grad_h, grad_c = (grad_output.new_empty(2 * n_inner, d) for _ in range(2))
        edges = ctx.forest.parent_edges.numpy(), first_edges(ctx.forest).numpy()
        of_forest = ctx.forest.children.numpy(), masks.numpy(), c.numpy(), *edges
        tables = kernels.Gradients(*of_forest, grad_output.numpy(), grad_h.numpy(), grad_c.numpy(), grad_z.numpy())
        if parts.top < n_inner:
            kernels.backward_top(weight.numpy(), saved.pop().numpy(), parts.top, tables)
        for start, stop in reversed(parts.levels):
            kernels.backward(saved.pop().numpy(), start, tables)
            grad_h[2 * start : 2 * stop] = product(grad_z, slice(start, stop), transposed).view(-1, d)
        grad_leaves = grad_output.new_empty(len(c) - n_inner, 2 * d)  # (V, 2d)
        kernels.words_from_parents(tables, grad_leaves.numpy())
        grad_weight = weight_gradient(grad_z, pairs, n_inner).to(weight.dtype)  # (5d, 2d)
        return None, None, None, grad_leaves, grad_weight, grad_z[:n_inner].sum(dim=0)


class _Parts(NamedTuple):
    """The inner rows of a forest.

    Args:
        levels: the first row of each level, and one more than its last, without the top levels.
        top: the first row of the top levels.
        n_inner: the number of rows.
    """

    levels: list[tuple[int, int]]
    top: int
    n_inner: int

    @classmethod
    def of(cls, forest: PackedForest) -> _Parts:
        """The top levels are those from which on no level has more than `_FEW` rows."""
        bounds = np.cumsum(forest.level_sizes) - forest.level_sizes[0]
        large = np.flatnonzero(np.array(forest.level_sizes[1:]) > _FEW)
        n_large = int(large[-1]) + 1 if len(large) else 0
        return cls(list(pairwise(bounds[: n_large + 1].tolist())), int(bounds[n_large]), int(bounds[-1]))
