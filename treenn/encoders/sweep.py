"""The bottom-up sweep and its backward pass, backpropagation through structure (Goller and Küchler 1996)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, islice
from typing import Any

import torch
from torch import Tensor

from treenn.cells.cell import Cell
from treenn.cells.fused_form import FusedForm, GateFunction
from treenn.cells.tree_lstm import TreeLSTMGates
from treenn.encoders.eager import eager
from treenn.encoders.forest import Level, PackedForest, levels
from treenn.runtime.kernel_choice import uses_numba, uses_triton
from treenn.runtime.matmul import STORED_DTYPES, compute_dtype, empty_table, gather, product, weight_gradient
from treenn.runtime.single_backward import single_backward


@eager  # the number of levels differs between batches, so a compiled loop would be recompiled
def sweep(cell: Cell, forest: PackedForest, x: Tensor) -> Tensor:
    """Returns the outputs of all computed rows of a forest.

    Time and memory are linear in the number of rows, also for a tree that is one long chain. A cell with a fused form
    is swept by `fused_sweep`, any other cell level by level under autograd.

    Shape: `x` is `(V, x)`, the result `(D, d)`; `V` words and `D` rows to compute, `d` the cell's output_size.
    """
    leaves, fused = cell.leaf(x), cell.fused_form()
    if fused is not None:
        return fused_sweep(fused, forest, leaves)
    parameters = [parameter for parameter in cell.parameters() if parameter.requires_grad]
    # Determined here: inside a Function gradients are disabled, and its inputs may require gradients regardless.
    differentiate = torch.is_grad_enabled() and (leaves.requires_grad or bool(parameters))
    states: Tensor = _LevelByLevel.apply(cell, forest, differentiate, leaves, *parameters)  # type: ignore[no-untyped-call]
    return cell.output(states)


class _LevelByLevel(torch.autograd.Function):
    """One small autograd graph per level, detached from the others and joined by hand in the backward pass.

    Autograd over a table that is written level by level would copy the whole table at every level.
    """

    @staticmethod
    def forward(
        ctx: Any, cell: Cell, forest: PackedForest, differentiate: bool, leaves: Tensor, *parameters: Tensor
    ) -> Tensor:
        states = leaves.new_empty(sum(forest.level_sizes), leaves.shape[1])  # (D, s)
        states[: len(leaves)] = leaves
        ctx.graphs, ctx.parameters, ctx.n_words = [], parameters, len(leaves)
        for level in levels(forest)[1:]:
            # two tensors of shape (n, s)
            children = [states[level.children[:, side]].requires_grad_(differentiate) for side in (0, 1)]
            with torch.set_grad_enabled(differentiate):
                parents = cell.compose(*children)
            states[level.rows] = parents.detach()
            if differentiate:
                ctx.graphs.append((level, children, parents))
        return states

    @staticmethod
    @single_backward
    def backward(ctx: Any, grad_states: Tensor) -> tuple[Tensor | None, ...]:
        grad_states = grad_states.clone()  # (D, s)
        totals: list[Tensor | None] = [None] * len(ctx.parameters)
        for level, children, parents in reversed(ctx.graphs):
            inputs, grad_parents = (*children, *ctx.parameters), grad_states[level.rows].to(parents.dtype, copy=True)
            # The graphs are retained, as a caller may run the backward pass twice.
            grad_left, grad_right, *grad_parameters = torch.autograd.grad(
                parents, inputs, grad_parents, allow_unused=True, retain_graph=True
            )
            for side, grad_child in enumerate((grad_left, grad_right)):
                if grad_child is not None:
                    grad_states.index_add_(0, level.children[:, side], grad_child)
            totals = add_gradients(totals, grad_parameters)
        return None, None, None, grad_states[: ctx.n_words], *totals


def add_gradients(totals: Sequence[Tensor | None], gradients: Sequence[Tensor | None]) -> list[Tensor | None]:
    """Returns the sums of gradients and totals, None where both are."""
    return [  # not in place: autograd may return one tensor as the gradient of two parameters
        gradient if total is None else total if gradient is None else total + gradient
        for total, gradient in zip(totals, gradients, strict=True)
    ]


def fused_sweep(fused: FusedForm, forest: PackedForest, leaves: Tensor) -> Tensor:
    """Returns h of all computed rows.

    The forward pass gathers the children's h directly into the matrix that the product reads. The backward pass
    computes the gate derivatives and the gradients w.r.t. the children level by level; the gradient of the weights is
    one product over all nodes of the forest at the end.

    Shape: `leaves` `(V, d + m)` to `(D, d)`; `m` is the width of the cell state.
    """
    inputs = leaves, fused.weight, fused.bias
    # Determined here: inside a Function gradients are disabled.
    differentiate = torch.is_grad_enabled() and any(tensor.requires_grad for tensor in inputs)
    function: type[torch.autograd.Function] = _FusedSweep
    if isinstance(fused.gates, TreeLSTMGates):  # imported where they are used: Numba and Triton are optional
        if uses_triton(*inputs):
            from treenn.encoders.triton_sweep import TritonSweep as function
        elif uses_numba(*inputs, training=differentiate) and compute_dtype(leaves) in STORED_DTYPES:
            from treenn.encoders.compiled_sweep import CompiledSweep as function
    h: Tensor = function.apply(fused.gates, forest, differentiate, *inputs)  # type: ignore[no-untyped-call]
    return h


class _FusedSweep(torch.autograd.Function):
    """Under autocast the products are computed in its dtype; states and gradients keep their own dtype.

    Shape: `V` words, `I` inner rows, `D = V + I`; `d` width of h, `m` of c, `g` rows of the weight; `n` rows of one
        level.
    """

    @staticmethod
    def forward(
        ctx: Any, gates: GateFunction, forest: PackedForest, save: bool, leaves: Tensor, weight: Tensor, bias: Tensor
    ) -> Tensor:
        n_words, d, dtype = len(leaves), weight.shape[1] // 2, compute_dtype(leaves)
        n_rows, n_inner, m = sum(forest.level_sizes), len(forest.children), leaves.shape[1] - d
        cast_weight, cast_bias, saved = weight.to(dtype), bias.to(dtype), []
        h, c = leaves.new_empty(n_rows, d), leaves.new_empty(n_rows, m)
        h[:n_words], c[:n_words] = leaves[:, :d], leaves[:, d:]
        pairs, child_c = empty_table(leaves, n_inner, 2 * d, dtype), leaves.new_empty(n_inner, 2, m)
        tables = pairs[:n_inner], child_c, h[n_words:], c[n_words:]
        for level, level_pairs, level_child_c, level_h, level_c in _by_level(forest, levels(forest)[1:], *tables):
            children = level.children.view(-1)  # (2n,)
            gather(h, children, level_pairs.view(-1, d))
            gather(c, children, level_child_c.flatten(0, 1))
            z = product(pairs, level.inner, cast_weight, cast_bias).to(leaves.dtype)  # (n, g)
            saved_of_level = gates.forward(z, level_child_c, level_h, level_c)
            if save:
                saved.append(saved_of_level)
        ctx.gates, ctx.forest, ctx.widths, ctx.counts = gates, forest, (d, m), [len(tensors) for tensors in saved]
        # Unlike attributes of ctx, saved tensors are freed at the end of the backward pass.
        ctx.save_for_backward(weight, pairs, *chain.from_iterable(saved))
        return h

    @staticmethod
    @single_backward
    def backward(ctx: Any, grad_output: Tensor) -> tuple[Tensor | None, ...]:
        weight, pairs, *_ = ctx.saved_tensors
        grad_z, grad_leaves = _backward_sweep(ctx, grad_output)
        n_inner = len(ctx.forest.children)
        grad_weight = weight_gradient(grad_z, pairs, n_inner).to(weight.dtype)  # (g, 2d)
        return None, None, None, grad_leaves, grad_weight, grad_z[:n_inner].sum(dim=0)


def _backward_sweep(ctx: Any, grad_output: Tensor) -> tuple[Tensor, Tensor]:
    """Returns the gradients w.r.t. the pre-activations z and w.r.t. the leaf states."""
    (weight, pairs, *saved), (d, m) = ctx.saved_tensors, ctx.widths
    n_inner, transposed = len(ctx.forest.children), weight.to(pairs.dtype).t()  # (2d, g)
    grad_z = empty_table(grad_output, n_inner, len(weight))
    # The gradients w.r.t. h and c of both children, in one table so that they are gathered at once.
    grad_children = grad_output.new_empty(n_inner, 2, d + m)
    words, *inner = levels(ctx.forest)
    tables = (
        grad_output[words.rows.stop :],  # (I, d)
        grad_z[:n_inner],  # (I, g)
        *torch.split_with_sizes(grad_children, [d, m], dim=2),  # (I, 2, d), (I, 2, m)
    )
    rest = iter(saved)
    saved_by_level = [tuple(islice(rest, count)) for count in ctx.counts]
    for (level, grad_out, level_grad_z, grad_child_h, grad_child_c), saved_of_level in zip(
        _by_level(ctx.forest, inner, *tables)[::-1], saved_by_level[::-1], strict=True
    ):
        grad_h, grad_c = torch.split_with_sizes(level.from_parents(grad_children), [d, m], dim=1)  # (n, d), (n, m)
        ctx.gates.backward(saved_of_level, grad_h.add_(grad_out), grad_c, level_grad_z, grad_child_c)
        grad_child_h.copy_(product(grad_z, level.inner, transposed).view(-1, 2, d))  # (n, 2, d)
    grad_leaves = words.from_parents(grad_children)  # (V, d + m)
    grad_leaves[:, :d] += grad_output[words.rows]
    return grad_z, grad_leaves


def _by_level(forest: PackedForest, inner: list[Level], *tables: Tensor) -> list[tuple[Any, ...]]:
    """Returns each level above the words with its rows of each table over the inner rows."""
    sizes = list(forest.level_sizes[1:])
    return list(zip(inner, *(torch.split_with_sizes(table, sizes) for table in tables), strict=True))
