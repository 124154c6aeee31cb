"""The top-down sweep, with a hand-written backward pass as `fused_sweep`.

Its tables are sorted by parent: the left and the right child of each inner row in turn, then the roots. So the children
of a level are contiguous, and their gates are one product of the parents' h with the concatenated weights of left and
right children.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from treenn.cells.tree_lstm import tree_lstm_backward
from treenn.encoders.eager import eager
from treenn.encoders.forest import Level, PackedForest, levels
from treenn.runtime.matmul import compute_dtype, empty_table, product, weight_gradient
from treenn.runtime.single_backward import single_backward


@eager  # a loop over levels, as `sweep`
def top_down_sweep(forest: PackedForest, inputs: Tensor, weight: Tensor) -> Tensor:
    """Returns h↓ of all nodes; see `BidirectionalTreeEncoder` for the equations.

    Args:
        forest: a forest without deduplication.
        inputs: `(N, 4d)`, W h↑ + b of the gates i, f, o and u at every node.
        weight: `(8d, d)`, U of the same gates for left children, then for right ones.

    Shape: the result is `(N, d)` in the forest's row order.
    """
    h: Tensor = _TopDown.apply(forest, inputs, weight)  # type: ignore[no-untyped-call]
    return h


class _TopDown(torch.autograd.Function):
    """Under autocast the products are computed in its dtype; states and gradients keep their own dtype.

    Shape: `N` nodes, `I` inner nodes; `n` inner nodes of a level, which have `2n` children.
    """

    @staticmethod
    def forward(ctx: Any, forest: PackedForest, inputs: Tensor, weight: Tensor) -> Tensor:
        d, n_inner, dtype = weight.shape[1], len(forest.children), compute_dtype(inputs)
        order = torch.cat([forest.children.flatten(), forest.roots])  # (N,), the row of each position
        positions = torch.empty_like(order)
        positions[order] = torch.arange(len(order), device=order.device)
        gates = inputs.index_select(0, order)  # (N, 4d)
        h, c = inputs.new_empty(len(order), d), inputs.new_zeros(len(order), d)
        parent_h, cast_weight = empty_table(inputs, n_inner, d, dtype), weight.to(dtype)
        roots = slice(2 * n_inner, len(order))
        _gates(gates[roots], c[roots], h[roots])
        for level in reversed(levels(forest)[1:]):
            children, parents = _children(level), positions[level.rows]  # 2n positions, (n,)
            parent_h[level.inner] = h.index_select(0, parents)
            gates[children] += _per_child(product(parent_h, level.inner, cast_weight))  # (2n, 4d)
            c[children] = c.index_select(0, parents).repeat_interleave(2, dim=0)  # (2n, d)
            _gates(gates[children], c[children], h[children])
        ctx.forest = forest
        ctx.save_for_backward(weight, order, positions, gates, c, parent_h)
        return h.index_select(0, positions)

    @staticmethod
    @single_backward
    def backward(ctx: Any, grad_output: Tensor) -> tuple[Tensor | None, ...]:
        weight, order, positions, gates, c, parent_h = ctx.saved_tensors
        n_inner, d, transposed = len(ctx.forest.children), c.shape[1], weight.to(parent_h.dtype).t()  # (d, 8d)
        grad_h, grad_c = grad_output.index_select(0, order), torch.zeros_like(c)  # (N, d), (N, d)
        grad_pairs = empty_table(grad_output, n_inner, len(weight))  # (I, 8d), both children of each inner node
        for level in levels(ctx.forest)[1:]:
            children, parents = _children(level), positions[level.rows]  # 2n positions, (n,)
            parent_c = c.index_select(0, parents).repeat_interleave(2, dim=0).unsqueeze(1)  # (2n, 1, d)
            grad_z, tanh_c = _per_child(grad_pairs[level.inner]), torch.tanh(c[children])  # (2n, 4d), (2n, d)
            tree_lstm_backward(gates[children], parent_c, tanh_c, grad_h[children], grad_c[children], grad_z)
            f = gates[children, d : 2 * d]  # (2n, d)
            # A node has one parent, so each of these rows is written once.
            grad_c.index_copy_(0, parents, (grad_c[children] * f).view(len(parents), 2, d).sum(dim=1))
            grad_h.index_add_(0, parents, product(grad_pairs, level.inner, transposed).to(grad_h.dtype))
        roots = slice(2 * n_inner, len(order))
        grad_roots, no_c = torch.empty_like(gates[roots]), torch.zeros_like(c[roots]).unsqueeze(1)  # (T, 4d), (T, 1, d)
        tree_lstm_backward(gates[roots], no_c, torch.tanh(c[roots]), grad_h[roots], grad_c[roots], grad_roots)
        grad_inputs = torch.cat([_per_child(grad_pairs[:n_inner]), grad_roots]).index_select(0, positions)  # (N, 4d)
        return None, grad_inputs, weight_gradient(grad_pairs, parent_h, n_inner).to(weight.dtype)


def _children(level: Level) -> slice:
    """Returns the positions of the children of a level."""
    return slice(2 * level.inner.start, 2 * level.inner.stop)


def _per_child(table: Tensor) -> Tensor:
    """Returns a view with one row per child. Shape: `(n, 2w)` to `(2n, w)`."""
    return table.view(2 * len(table), table.shape[1] // 2)


def _gates(z: Tensor, c: Tensor, h: Tensor) -> None:
    """Overwrite the pre-activations `z` by the gates and the parents' `c` by the nodes' own; write `h`."""
    d = h.shape[1]
    z[:, : 3 * d].sigmoid_()
    i, f, o, u = torch.split(z, d, dim=1)  # (n, d) each
    u.tanh_()
    c.mul_(f).addcmul_(i, u)
    torch.mul(o, torch.tanh(c), out=h)
