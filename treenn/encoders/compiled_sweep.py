"""The sweep of a Tree-LSTM by compiled kernels, one per level between two matrix products."""

from __future__ import annotations

from itertools import accumulate, pairwise
from typing import Any, NamedTuple

import torch
from torch import Tensor

from treenn.cells.tree_lstm import TreeLSTMGates
from treenn.encoders.forest import PackedForest
from treenn.encoders.sweep_tables import dropout_masks
from treenn.kernels import tree_lstm as kernels
from treenn.runtime.matmul import compute_dtype, empty_table, padded_product, stored, weight_gradient
from treenn.runtime.single_backward import single_backward

_FEW = 4  # rows of a level that a kernel multiplies faster than a matrix product


class CompiledSweep(torch.autograd.Function):
    """The same function as the sweep by torch's operations, which is its oracle.

    The kernels convert between float32 and the dtype of the products, float32 or bfloat16. The top levels, of at most 4
    rows each, are one call, whose kernel also multiplies.

    Shape: `V` words, `I` inner rows, `D = V + I`; `d` = hidden_size; `n` rows of one level.
    """

    @staticmethod
    def forward(
        ctx: Any, gates: TreeLSTMGates, forest: PackedForest, save: bool, leaves: Tensor, weight: Tensor, bias: Tensor
    ) -> Tensor:
        """Returns h of all computed rows; `save` is True if a backward pass follows."""
        n_words, d, dtype = len(leaves), gates.d, compute_dtype(leaves)
        parts = _Parts.of(forest)
        leaves, weight, bias = leaves.detach().contiguous(), weight.detach(), bias.detach()
        cast_weight, cast_bias = weight.to(dtype), bias.to(dtype)
        h, c = leaves.new_empty(n_words + parts.n_inner, d), leaves.new_empty(n_words + parts.n_inner, d)
        pairs, masks = empty_table(leaves, parts.n_inner, 2 * d, dtype), dropout_masks(gates, forest, leaves)  # (I, 2d)
        activations = leaves.new_empty(parts.n_inner if save else parts.widest, 5 * d)  # (I, 5d), or those of one level
        arrays = forest.children.numpy(), masks.numpy(), stored(pairs), h.numpy(), c.numpy()
        tables, rows = kernels.States(*arrays), activations.numpy()
        kernels.begin(leaves.numpy(), parts.levels[0][1] if parts.levels else 0, tables)
        next_stops = [stop for _, stop in parts.levels[1:]] + [parts.top]
        for (start, stop), next_stop in zip(parts.levels, next_stops, strict=False):
            z = padded_product(pairs, start, stop - start, cast_weight, cast_bias)  # (n, 5d)
            kernels.forward(stored(z), rows[start:] if save else rows, start, stop, next_stop, tables)
        if parts.top < parts.n_inner:
            top = rows[parts.top :] if save else rows
            kernels.forward_top(weight.numpy(), bias.numpy(), top, parts.top, tables)
        ctx.forest, ctx.parts = forest, parts
        if save:
            ctx.save_for_backward(weight, cast_weight, pairs, c, masks, activations)
        return h

    @staticmethod
    @single_backward
    def backward(ctx: Any, grad_output: Tensor) -> tuple[Tensor | None, ...]:
        """Returns the gradients w.r.t. the leaf states, the weight and the bias."""
        weight, cast_weight, pairs, c, masks, activations = ctx.saved_tensors
        parts, transposed, gates = ctx.parts, cast_weight.t(), activations.numpy()
        grad_states = grad_output.new_empty(len(c), 2 * c.shape[1])  # (D, 2d)
        grad_z = empty_table(grad_output, parts.n_inner, len(weight), pairs.dtype)  # (I, 5d)
        grad_bias = grad_output.new_zeros(len(weight), dtype=torch.float64)  # (5d,)
        of_forest = ctx.forest.children.numpy(), masks.numpy(), c.numpy()
        tables = kernels.Gradients(*of_forest, grad_states.numpy(), stored(grad_z), grad_bias.numpy())
        kernels.backward_top(weight.numpy(), gates, parts.top, grad_output.contiguous().numpy(), tables)
        grad_pairs, above = stored(pairs), parts.top  # no row of it is read before the first product
        stop_above = parts.top
        for start, stop in reversed(parts.levels):
            kernels.backward(grad_pairs, stop_above - above, gates, start, stop, tables)
            grad_pairs = stored(padded_product(grad_z, start, stop - start, transposed))  # (n, 2d)
            above, stop_above = start, stop
        kernels.add_to_children(grad_pairs, above, stop_above - above, tables)
        grad_weight = weight_gradient(grad_z, pairs, parts.n_inner).to(weight.dtype)  # (5d, 2d)
        return None, None, None, grad_states[: len(c) - parts.n_inner], grad_weight, grad_bias.to(weight.dtype)


class _Parts(NamedTuple):
    """The inner rows of a forest.

    Args:
        levels: the first row of each level, and one more than its last, without the top levels.
        top: the first row of the top levels.
        n_inner: the number of rows.
        widest: the largest number of rows of a level, or of the top levels.
    """

    levels: list[tuple[int, int]]
    top: int
    n_inner: int
    widest: int

    @classmethod
    def of(cls, forest: PackedForest) -> _Parts:
        """The top levels are those from which on no level has more than `_FEW` rows."""
        sizes = forest.level_sizes[1:]
        bounds, n_large = list(accumulate(sizes, initial=0)), len(sizes)
        while n_large and sizes[n_large - 1] <= _FEW:
            n_large -= 1
        top, n_inner = bounds[n_large], bounds[-1]
        return cls(list(pairwise(bounds[: n_large + 1])), top, n_inner, max((n_inner - top, *sizes[:n_large])))
