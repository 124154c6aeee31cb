"""The sweep written out for cells that are an affine map and a pointwise part.

On the way up the children's h are gathered straight into the matrix that the multiplication reads. On the way down only
the pointwise derivatives and the step to the children are taken level by level; the gradient of the weights is one
multiplication over all nodes of the forest at the end.
"""

from __future__ import annotations

from itertools import chain, islice
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from treenn.cells.affine import Affine, Pointwise
from treenn.encoders.forest import PackedForest
from treenn.encoders.levels import Level, levels
from treenn.runtime.matmul import compute_dtype, empty_table, product, weight_gradient


def affine_sweep(affine: Affine, forest: PackedForest, leaves: Tensor) -> Tensor:
    """The h of all computed rows. Shape: `leaves` `(V, d + m)` to `(D, d)`; `m` is the width of the memory."""
    inputs = leaves, affine.weight, affine.bias
    # Asked here, since inside a Function gradients are always off.
    differentiate = torch.is_grad_enabled() and any(tensor.requires_grad for tensor in inputs)
    h: Tensor = _Affine.apply(affine.pointwise, forest, differentiate, *inputs)  # type: ignore[no-untyped-call]
    return h


class _Affine(torch.autograd.Function):
    """Under autocast the products are computed in its type; states, gradients and all else keep their own."""

    @staticmethod
    def forward(
        ctx: Any,
        pointwise: Pointwise,
        forest: PackedForest,
        differentiate: bool,
        leaves: Tensor,
        weight: Tensor,
        bias: Tensor,
    ) -> Tensor:
        n_words, d, dtype = len(leaves), weight.shape[1] // 2, compute_dtype(leaves)
        n_rows, n_inner, m = sum(forest.level_sizes), len(forest.children), leaves.shape[1] - d
        map_, offset, kept = weight.to(dtype), bias.to(dtype), []
        h, memory = leaves.new_empty(n_rows, d), leaves.new_empty(n_rows, m)
        h[:n_words], memory[:n_words] = leaves[:, :d], leaves[:, d:]
        pairs, memories = empty_table(leaves, n_inner, 2 * d, dtype), leaves.new_empty(n_inner, 2, m)
        tables = pairs[:n_inner], memories, h[n_words:], memory[n_words:]
        for level, pair, both, h_here, memory_here in _by_level(forest, levels(forest)[1:], *tables):
            below = level.children.view(-1)
            _gather(h, below, pair.view(-1, d))
            _gather(memory, below, both.flatten(0, 1))
            z = product(pairs, level.inner, map_, offset).to(leaves.dtype)
            of_level = pointwise.forward(z, both, h_here, memory_here)
            if differentiate:
                kept.append(of_level)
        ctx.pointwise, ctx.forest, ctx.widths, ctx.counts = pointwise, forest, (d, m), [len(each) for each in kept]
        # Saved this way rather than on ctx, they are let go as soon as backward is over.
        ctx.save_for_backward(weight, pairs, *chain.from_iterable(kept))
        return h

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        weight, pairs, *_ = ctx.saved_tensors
        grad_z, factor, leaves = _down(ctx, gradient)
        n_inner = len(ctx.forest.children)
        to_weight = weight_gradient(factor, pairs, n_inner).to(weight.dtype)
        return None, None, None, leaves, to_weight, grad_z[:n_inner].sum(dim=0)


def _down(ctx: Any, gradient: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The gradients of the inner rows' z, the same in the products' type, and those of the words' states."""
    (weight, pairs, *kept), (d, m) = ctx.saved_tensors, ctx.widths
    n_inner, transposed = len(ctx.forest.children), weight.to(pairs.dtype).t()
    grad_z = empty_table(gradient, n_inner, len(weight))
    # What the products read: the same table, but for autocast.
    factor = grad_z if pairs.dtype == grad_z.dtype else empty_table(gradient, n_inner, len(weight), pairs.dtype)
    # h and memory side by side, so that one gathering serves both.
    to_states = gradient.new_empty(n_inner, 2, d + m)
    words, *inner = levels(ctx.forest)
    tables = (
        gradient[words.rows.stop :],
        grad_z[:n_inner],
        factor[:n_inner],
        *torch.split_with_sizes(to_states, [d, m], dim=2),
    )
    rest = iter(kept)
    by_level = [tuple(islice(rest, count)) for count in ctx.counts]
    for (level, asked, z, z_factor, grad_h, grad_memories), of_level in zip(
        _by_level(ctx.forest, inner, *tables)[::-1], by_level[::-1], strict=True
    ):
        from_above, from_memory = torch.split_with_sizes(_from_above(level, to_states), [d, m], dim=1)
        ctx.pointwise.backward(of_level, from_above.add_(asked), from_memory, z, grad_memories)
        if factor is not grad_z:
            z_factor.copy_(z)
        grad_h.copy_(product(factor, level.inner, transposed).view(-1, 2, d))
    leaves = _from_above(words, to_states)
    leaves[:, :d] += gradient[words.rows]
    return grad_z, factor, leaves


def _by_level(forest: PackedForest, inner: list[Level], *tables: Tensor) -> list[tuple[Any, ...]]:
    """Each level above the words with its part of each table over the inner rows."""
    sizes = list(forest.level_sizes[1:])
    return list(zip(inner, *(torch.split_with_sizes(table, sizes) for table in tables), strict=True))


def _from_above(level: Level, to_states: Tensor) -> Tensor:
    """The sum of what a level's rows are given by the parents that read them. Shape: `(I, 2, s)` to `(n, s)`."""
    return torch.embedding_bag(to_states.view(-1, to_states.shape[2]), level.slots, level.slot_starts)[0]


def _gather(table: Tensor, rows: Tensor, out: Tensor) -> None:
    if out.dtype == table.dtype:
        torch.index_select(table, 0, rows, out=out)
    else:
        out.copy_(table.index_select(0, rows))
