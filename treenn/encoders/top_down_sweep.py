"""The sweep from the roots down, and back, written out as `affine_sweep` is for the way up.

Its tables have a row for each place that a node can have under another: first left child, right child of each inner
row in turn, then the roots. So the children of a level are contiguous, and their gates are one product of the parents'
h with the weights for left and right children side by side.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from treenn.encoders.eager import eager
from treenn.encoders.forest import PackedForest
from treenn.encoders.levels import Level, levels
from treenn.runtime.matmul import compute_dtype, empty_table, product, weight_gradient


@eager  # as `sweep`: a loop over levels
def top_down_sweep(forest: PackedForest, inputs: Tensor, weight: Tensor) -> Tensor:
    """The downward h of all nodes; see `BidirectionalTreeEncoder` for the equations.

    Args:
        forest: one whose subtrees are not shared.
        inputs: `(N, 4d)`, W h↑ + b of the gates i, f, o and u at every node.
        weight: `(8d, d)`, U of the same gates for left children, then for right ones.

    Shape: the result is `(N, d)` in the forest's rows.
    """
    h: Tensor = _TopDown.apply(forest, inputs, weight)  # type: ignore[no-untyped-call]
    return h


class _TopDown(torch.autograd.Function):
    """Under autocast the products are computed in its type; states, gradients and all else keep their own."""

    @staticmethod
    def forward(ctx: Any, forest: PackedForest, inputs: Tensor, weight: Tensor) -> Tensor:
        d, n_inner, dtype = weight.shape[1], len(forest.children), compute_dtype(inputs)
        order = torch.cat([forest.children.flatten(), forest.roots])
        places = torch.empty_like(order)
        places[order] = torch.arange(len(order), device=order.device)
        gates = inputs.index_select(0, order)
        h, c = inputs.new_empty(len(order), d), inputs.new_zeros(len(order), d)
        parents, factor = empty_table(inputs, n_inner, d, dtype), weight.to(dtype)
        roots = slice(2 * n_inner, len(order))
        _gates(gates[roots], c[roots], h[roots])
        for level in reversed(levels(forest)[1:]):
            here, above = _children(level), places[level.rows]
            parents[level.inner] = h.index_select(0, above)
            gates[here] += _a_row_a_child(product(parents, level.inner, factor))
            c[here] = c.index_select(0, above).repeat_interleave(2, dim=0)
            _gates(gates[here], c[here], h[here])
        ctx.forest = forest
        ctx.save_for_backward(weight, order, places, gates, c, parents)
        return h.index_select(0, places)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        weight, order, places, gates, c, parents = ctx.saved_tensors
        n_inner, transposed = len(ctx.forest.children), weight.to(parents.dtype).t()
        grad_h, to_c = gradient.index_select(0, order), torch.zeros_like(c)
        to_gates = empty_table(gradient, n_inner, len(weight))
        # What the products read: the same table, but for autocast.
        factor = to_gates if parents.dtype == to_gates.dtype else torch.zeros_like(to_gates, dtype=parents.dtype)
        for level in levels(ctx.forest)[1:]:
            here, above = _children(level), places[level.rows]
            c_above = c.index_select(0, above).repeat_interleave(2, dim=0)
            grad_z = _a_row_a_child(to_gates[level.inner])
            to_c_above = _through_gates(gates[here], c[here], c_above, grad_h[here], to_c[here], grad_z)
            if factor is not to_gates:
                factor[level.inner] = to_gates[level.inner]
            # A node has one parent, so each of these rows is met once.
            to_c.index_copy_(0, above, to_c_above.view(len(above), 2, -1).sum(dim=1))
            grad_h.index_add_(0, above, product(factor, level.inner, transposed).to(grad_h.dtype))
        roots = slice(2 * n_inner, len(order))
        to_roots = torch.empty_like(gates[roots])
        _through_gates(gates[roots], c[roots], torch.zeros_like(c[roots]), grad_h[roots], to_c[roots], to_roots)
        to_inputs = torch.cat([_a_row_a_child(to_gates[:n_inner]), to_roots]).index_select(0, places)
        return None, to_inputs, weight_gradient(factor, parents, n_inner).to(weight.dtype)


def _children(level: Level) -> slice:
    """The places under the rows of a level."""
    return slice(2 * level.inner.start, 2 * level.inner.stop)


def _a_row_a_child(table: Tensor) -> Tensor:
    """A view of rows that hold what is for the left and for the right child. Shape: `(n, 2w)` to `(2n, w)`."""
    return table.view(2 * len(table), table.shape[1] // 2)


def _gates(z: Tensor, c: Tensor, h: Tensor) -> None:
    """Overwrite the gates' sums by the gates and the parents' c by the nodes' own; write h."""
    d = h.shape[1]
    z[:, : 3 * d].sigmoid_()
    i, f, o, u = torch.split(z, d, dim=1)
    u.tanh_()
    c.mul_(f).addcmul_(i, u)
    torch.mul(o, torch.tanh(c), out=h)


def _through_gates(z: Tensor, c: Tensor, c_above: Tensor, grad_h: Tensor, to_c: Tensor, grad_z: Tensor) -> Tensor:
    """Write the gradient of the gates' sums, given those of h and c; return that of the parents' c, a row a child."""
    d = grad_h.shape[1]
    i, f, o, u = torch.split(z, d, dim=1)
    to_i, to_f, to_o, to_u = torch.split(grad_z, d, dim=1)
    tanh_c = torch.tanh(c)
    to_c = torch.ops.aten.tanh_backward(grad_h * o, tanh_c).add_(to_c)
    torch.mul(grad_h, tanh_c, out=to_o)
    torch.mul(to_c, u, out=to_i)
    torch.mul(to_c, c_above, out=to_f)
    torch.mul(to_c, i, out=to_u)
    sigmoids = grad_z[:, : 3 * d]
    torch.ops.aten.sigmoid_backward.grad_input(sigmoids, z[:, : 3 * d], grad_input=sigmoids)
    torch.ops.aten.tanh_backward.grad_input(to_u, u, grad_input=to_u)
    return to_c * f
