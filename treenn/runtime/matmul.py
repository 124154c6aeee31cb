"""Matrix multiplication as sweeps over trees and sequences need it: the fastest kernel that computes the same.

On x86 CPUs torch sends float32 products to MKL, which on AMD processors leaves half of the machine idle (measured: 93
against 214 GFLOP/s on one core of an EPYC of 2025). torch also carries oneDNN, whose kernels do not ask who made the
processor, and reaches it through the operator that torch.compile uses for linear layers. oneDNN compiles a kernel for
each new shape, which takes as long as 10 products and half a megabyte for good. A level has as many rows as the trees
have it, a time as many as there are sequences alive, so their number is rounded up: then few shapes are ever met.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn import functional as F

_ONEDNN = hasattr(torch.ops.mkldnn, "_linear_pointwise")
_FEW = 3  # up to so many rows MKL is the faster
_BLOCK = 512  # oneDNN copies both factors of a weight gradient to turn them over: so many rows of them at a time


def rounded(n: int) -> int:
    """`n` rounded up, by a quarter at most or to the next multiple of 8: with 4 sizes an octave."""
    step = max(8, 1 << max(0, n.bit_length() - 3))
    return n if n <= _FEW else -(-n // step) * step


def room(n: int) -> int:
    """How many rows a table needs so that `product` may read any of its first `n` rows rounded up."""
    return n + n // 4 + 8


def compute_dtype(like: Tensor) -> torch.dtype:
    """What products of this tensor are computed in: its own type, or what autocast asks for."""
    device = like.device.type
    return torch.get_autocast_dtype(device) if torch.is_autocast_enabled(device) else like.dtype


def product(table: Tensor, rows: slice, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """`table[rows] @ weight.T + bias`, not differentiable; the weight may be a transposed view.

    Rows that follow in the table, up to `rounded`, are read but do not count.

    Shape: `table` `(room(s), k)`, `n` rows wanted, `weight` `(m, k)`, `bias` `(m,)`; the result is `(n, m)`.
    """
    n = rows.stop - rows.start
    if n <= _FEW or not _fits(table):
        return F.linear(table[rows], weight, bias)
    wide = table[rows.start : rows.start + rounded(n)]
    result: Tensor = torch.ops.mkldnn._linear_pointwise(wide, weight, bias, "none", [], "")
    return result[:n]


def weight_gradient(gradient: Tensor, inputs: Tensor, n: int) -> Tensor:
    """`gradient[:n].T @ inputs[:n]`: what the weights of a product get, whose rows from `n` on are zero in both tables.

    Shape: `(room(n), m)` and `(room(n), k)` to `(m, k)`.
    """
    if n <= _FEW or not _fits(gradient):
        return gradient[:n].t() @ inputs[:n]
    wide = rounded(n)
    total = _turned_product(gradient[: min(wide, _BLOCK)], inputs[: min(wide, _BLOCK)])
    for start in range(_BLOCK, wide, _BLOCK):
        rows = slice(start, min(wide, start + _BLOCK))
        total += _turned_product(gradient[rows], inputs[rows])
    return total


def _turned_product(left: Tensor, right: Tensor) -> Tensor:
    result: Tensor = torch.ops.mkldnn._linear_pointwise(left.t(), right.t(), None, "none", [], "")
    return result


def empty_table(like: Tensor, n: int, width: int, dtype: torch.dtype | None = None) -> Tensor:
    """A table of `n` rows, not filled, with room behind them, which is zero. Shape: `(room(n), width)`."""
    table = like.new_empty(room(n), width, dtype=dtype)
    table[n:] = 0
    return table


def linear(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """What `torch.nn.functional.linear` computes, differentiable, by `product`; the result has the type of `x`."""
    result: Tensor = _Linear.apply(x, weight, bias)  # type: ignore[no-untyped-call]
    return result


class _Linear(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        dtype = compute_dtype(x)
        table = _table_of(x, dtype)
        ctx.save_for_backward(table, weight)
        return product(table, slice(0, len(x)), weight.to(dtype), bias.to(dtype)).to(x.dtype)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        (inputs, weight), n = ctx.saved_tensors, len(gradient)
        to_x, to_weight, to_bias = ctx.needs_input_grad
        table = _table_of(gradient, inputs.dtype)
        return (
            product(table, slice(0, n), weight.to(inputs.dtype).t()).to(gradient.dtype) if to_x else None,
            weight_gradient(table, inputs, n).to(weight.dtype) if to_weight else None,
            gradient.sum(dim=0) if to_bias else None,
        )


def _table_of(rows: Tensor, dtype: torch.dtype) -> Tensor:
    table = empty_table(rows, len(rows), rows.shape[1], dtype)
    table[: len(rows)] = rows
    return table


def _fits(table: Tensor) -> bool:
    return _ONEDNN and table.dtype == torch.float32 and table.device.type == "cpu"
