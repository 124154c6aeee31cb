"""The bottom-up sweep and its backward pass, backpropagation through structure (Goller and Küchler 1996)."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from treenn.cells.cell import Cell
from treenn.encoders.eager import eager
from treenn.encoders.forest import PackedForest, levels
from treenn.encoders.fused_sweep import fused_sweep
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
            # The graphs are retained, as a caller may run the backward pass twice.
            grad_left, grad_right, *grad_parameters = torch.autograd.grad(
                parents,
                (*children, *ctx.parameters),
                grad_states[level.rows].to(parents.dtype, copy=True),
                allow_unused=True,
                retain_graph=True,
            )
            for side, grad_child in enumerate((grad_left, grad_right)):
                if grad_child is not None:
                    grad_states.index_add_(0, level.children[:, side], grad_child)
            totals = [_sum(total, grad) for total, grad in zip(totals, grad_parameters, strict=True)]
        return None, None, None, grad_states[: ctx.n_words], *totals


def _sum(total: Tensor | None, gradient: Tensor | None) -> Tensor | None:
    if total is None or gradient is None:
        return gradient if total is None else total
    return total + gradient  # not in place: autograd may return one tensor as the gradient of two parameters
