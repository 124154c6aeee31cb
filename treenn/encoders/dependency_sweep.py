"""The child-sum Tree-LSTM over dependency trees, swept by hand: up level by level, and down by its derivatives.

As in `affine_sweep`: the gradients of the weights are one multiplication each over all rows and edges at the end. The
numbers are those of the paper's equations; see `treenn.cells.ChildSumTreeLSTM`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from treenn.encoders.dependency_forest import PackedDependencies
from treenn.runtime.matmul import compute_dtype, empty_table, product, weight_gradient


def child_sum_sweep(forest: PackedDependencies, rows: Tensor, edges: Tensor, weight: Tensor) -> Tensor:
    """The h of all words.

    Args:
        forest: the trees.
        rows: `(N, 3d)`, W x + b of the gates i, o and u at every word.
        edges: `(E, d)`, W x + b of the forget gate of every edge; x is its head's.
        weight: `(4d, d)`, U of the gates i, o, u and f.
    """
    h: Tensor = _ChildSum.apply(forest, rows, edges, weight)  # type: ignore[no-untyped-call]
    return h


class _Level(NamedTuple):
    """Slices of the forest's tables: rows, those of them among the rows with dependents, edges."""

    rows: slice
    inner: slice
    edges: slice


def _levels(forest: PackedDependencies) -> list[_Level]:
    found, row, edge, n_lowest = [], 0, 0, forest.level_sizes[0]
    for n_rows, n_edges in zip(forest.level_sizes, forest.edge_sizes, strict=True):
        inner = slice(row - n_lowest, row - n_lowest + n_rows) if row else slice(0, 0)
        found.append(_Level(slice(row, row + n_rows), inner, slice(edge, edge + n_edges)))
        row, edge = row + n_rows, edge + n_edges
    return found


class _Kept(NamedTuple):
    """What the way down reads: of rows the gates i, o and u and tanh(c), of edges f, and h and c at the lower end."""

    gates: Tensor
    tanh_c: Tensor
    h_sum: Tensor
    f: Tensor
    h_below: Tensor
    c_below: Tensor


class _ChildSum(torch.autograd.Function):
    """Under autocast the products are computed in its type; states, gradients and all else keep their own."""

    @staticmethod
    def forward(ctx: Any, forest: PackedDependencies, rows: Tensor, edges: Tensor, weight: Tensor) -> Tensor:
        d, n_edges = weight.shape[1], len(edges)
        h, c, tanh_c = rows.new_empty(len(rows), d), rows.new_zeros(len(rows), d), rows.new_empty(len(rows), d)
        dtype, n_inner = compute_dtype(rows), len(forest.edge_starts)
        factor = weight.to(dtype)
        h_sum, h_below = empty_table(rows, n_inner, d, dtype), empty_table(rows, n_edges, d, dtype)
        kept = _Kept(rows.clone(), tanh_c, h_sum, edges.clone(), h_below, rows.new_empty(n_edges, d))
        for level in _levels(forest):
            here = level.rows
            if level.edges.stop:
                _gather(forest, level, h, c, kept, factor)
            z = kept.gates[here]
            z[:, : 2 * d].sigmoid_()  # (3), (5)
            z[:, 2 * d :].tanh_()  # (6)
            i, o, u = torch.split(z, d, dim=1)
            c[here].addcmul_(i, u)  # (7)
            torch.tanh(c[here], out=tanh_c[here])
            torch.mul(o, tanh_c[here], out=h[here])  # (8)
        ctx.forest = forest
        ctx.save_for_backward(weight, *kept)
        return h

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        weight, forest, kept = ctx.saved_tensors[0], ctx.forest, _Kept(*ctx.saved_tensors[1:])
        (n, d), n_edges, n_inner = gradient.shape, len(forest.heads), len(forest.edge_starts)
        dtype = kept.h_sum.dtype
        to_iou, to_f = weight.to(dtype).t().split([3 * d, d], dim=1)
        to_rows, to_edges = empty_table(gradient, n, 3 * d), empty_table(gradient, n_edges, d)
        to_c, to_h_sum = gradient.new_empty(n, d), gradient.new_empty(n, d)
        # One row more than there are edges: what the roots read, to which nothing comes from above.
        to_h_below, to_c_below = gradient.new_zeros(n_edges + 1, d), gradient.new_zeros(n_edges + 1, d)
        for level in reversed(_levels(forest)):
            here, below = level.rows, level.edges
            grad_h = torch.index_select(to_h_below, 0, forest.edges[here]).add_(gradient[here])
            torch.index_select(to_c_below, 0, forest.edges[here], out=to_c[here])
            _through_gates(kept.gates[here], kept.tanh_c[here], grad_h, to_c[here], to_rows[here])
            if not below.stop:
                break
            heads, f = forest.heads[below], kept.f[below]
            to_kept = torch.index_select(to_c, 0, heads)
            torch.mul(to_kept, f, out=to_c_below[below])
            to_edges[below] = torch.ops.aten.sigmoid_backward(to_kept.mul_(kept.c_below[below]), f)
            to_h_sum[here] = product(*_factor(to_rows, here, dtype), to_iou)
            torch.index_select(to_h_sum, 0, heads, out=to_h_below[below])
            to_h_below[below] += product(*_factor(to_edges, below, dtype), to_f)
        of_rows = weight_gradient(to_rows[n - n_inner :].to(dtype), kept.h_sum, n_inner)
        of_edges = weight_gradient(to_edges.to(dtype), kept.h_below, n_edges)
        return None, to_rows[:n], to_edges[:n_edges], torch.cat([of_rows, of_edges]).to(weight.dtype)


def _gather(forest: PackedDependencies, level: _Level, h: Tensor, c: Tensor, kept: _Kept, weight: Tensor) -> None:
    """What comes to a level's rows from their dependents: U h~ to the gates, Σ f ⊙ c to c."""
    below, d = level.edges, weight.shape[1]
    dependents, starts, f, c_below = forest.dependents[below], forest.edge_starts[level.inner], kept.f, kept.c_below
    kept.h_below[below] = torch.index_select(h, 0, dependents)
    torch.index_select(c, 0, dependents, out=c_below[below])
    kept.h_sum[level.inner] = torch.embedding_bag(h, dependents, starts)[0]  # (2)
    kept.gates[level.rows] += product(kept.h_sum, level.inner, weight[: 3 * d])
    f[below].add_(product(kept.h_below, below, weight[3 * d :])).sigmoid_()  # (4)
    every = torch.arange(len(dependents), device=h.device)
    c[level.rows] = torch.embedding_bag(f[below] * c_below[below], every, starts)[0]


def _through_gates(z: Tensor, tanh_c: Tensor, grad_h: Tensor, to_c: Tensor, grad_z: Tensor) -> None:
    """The derivatives of equations 3 and 5 to 8: adds to `to_c`, writes `grad_z`, overwrites `grad_h`."""
    d = grad_h.shape[1]
    i, o, u = torch.split(z, d, dim=1)
    to_i, to_o, to_u = torch.split(grad_z, d, dim=1)
    torch.mul(grad_h, tanh_c, out=to_o)
    to_c.add_(torch.ops.aten.tanh_backward(grad_h.mul_(o), tanh_c))
    torch.mul(to_c, u, out=to_i)
    torch.mul(to_c, i, out=to_u)
    sigmoids = grad_z[:, : 2 * d]
    torch.ops.aten.sigmoid_backward.grad_input(sigmoids, z[:, : 2 * d], grad_input=sigmoids)
    torch.ops.aten.tanh_backward.grad_input(to_u, u, grad_input=to_u)


def _factor(table: Tensor, rows: slice, dtype: torch.dtype) -> tuple[Tensor, slice]:
    """What `product` reads: rows of the table, under autocast in its type."""
    return (table, rows) if table.dtype == dtype else (table[rows].to(dtype), slice(0, rows.stop - rows.start))
