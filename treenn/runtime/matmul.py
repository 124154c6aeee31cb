"""Matrix products of sweeps over trees and sequences, by the fastest kernel.

On x86 CPUs torch sends float32 products to MKL, which is slow on AMD processors (93 against 214 GFLOP/s on one core of
an EPYC of 2025). torch also contains oneDNN, whose kernels do not depend on the vendor, behind the operator that
torch.compile uses for linear layers. oneDNN compiles a kernel per shape, which takes as long as 10 products and half a
megabyte. The number of rows differs between levels and between times, so it is rounded up: then there are few shapes.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from treenn.runtime.arrays import StoredArray
from treenn.runtime.single_backward import single_backward

_ONEDNN = hasattr(torch.ops.mkldnn, "_linear_pointwise")
_LINEAR: Any = torch.ops.mkldnn._linear_pointwise.default if _ONEDNN else None  # without a search for the overload
STORED_DTYPES = (torch.float32, torch.bfloat16)
"""The dtypes of products that kernels read, see `stored`."""

_FEW = 3  # MKL is faster up to this number of rows
_BLOCK = 512  # rows per product of a weight gradient, as oneDNN copies both factors to transpose them


def rounded(n: int) -> int:
    """Returns `n` rounded up to one of 4 sizes per octave, by at most a quarter, or up to 32 to a multiple of 4."""
    step = 4 if n <= 32 else max(8, 1 << (n.bit_length() - 3))
    return n if n <= _FEW else -(-n // step) * step


def room(n: int) -> int:
    """Returns the number of rows of a table of which `product` may read any of the first `n` rows, rounded up."""
    return n + n // 4 + 8


def compute_dtype(like: Tensor) -> torch.dtype:
    """Returns the dtype of products: the tensor's, or under autocast the autocast dtype."""
    device = like.device.type
    return torch.get_autocast_dtype(device) if torch.is_autocast_enabled(device) else like.dtype


def product(table: Tensor, rows: slice, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Returns `table[rows] @ weight.T + bias`, not differentiable; the weight may be a transposed view.

    The rows that follow in the table, up to `rounded`, are read but have no effect. If the weight has another dtype, as
    under autocast, the rows are cast to it.

    Shape: `table` `(room(s), k)`, `n` rows, `weight` `(m, k)`, `bias` `(m,)`; the result is `(n, m)`.
    """
    n = rows.stop - rows.start
    return padded_product(table, rows.start, n, weight, bias)[:n]


def padded_product(table: Tensor, start: int, n: int, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Returns `product` of the `n` rows from `start` on; rows without meaning may follow them."""
    if n <= _FEW or not _fits(weight):
        return F.linear(table[start : start + n].to(weight.dtype), weight, bias)
    wide = table[start : start + rounded(n)]  # (rounded(n), k)
    result: Tensor = _LINEAR(
        wide if wide.dtype is weight.dtype else wide.to(weight.dtype), weight, bias, "none", [], ""
    )
    return result


def weight_gradient(gradient: Tensor, inputs: Tensor, n: int, *, zeros: int = 0) -> Tensor:
    """Returns `gradient[:n].T @ inputs[:n]`, the gradient w.r.t. a weight; rows from `n` on must be 0 in both tables.

    Under autocast the gradient is cast to the dtype of the inputs.

    Args:
        gradient: the gradient w.r.t. the outputs.
        inputs: the inputs.
        n: the number of rows.
        zeros: the number of first rows of `inputs` that are 0; whole blocks of them are skipped (default: 0).

    Shape: `(room(n), m)` and `(room(n), k)` to `(m, k)`.
    """
    if n <= _FEW or not _fits(inputs):
        return gradient[:n].to(inputs.dtype).t() @ inputs[:n]
    if inputs.dtype == torch.bfloat16:
        return gradient[: rounded(n)].to(inputs.dtype).t() @ inputs[: rounded(n)]
    if n >= _BLOCK and gradient.shape[1] >= 2 * inputs.shape[1]:  # then it is faster to transpose the other factor
        return _weight_gradient(inputs, gradient, n, zeros).t()
    return _weight_gradient(gradient, inputs, n, zeros)


def _weight_gradient(left: Tensor, right: Tensor, n: int, zeros: int) -> Tensor:
    wide, first = rounded(n), min(zeros, n - 1) // _BLOCK * _BLOCK
    total = _transposed_product(*(table[first : min(wide, first + _BLOCK)] for table in (left, right)))
    for start in range(first + _BLOCK, wide, _BLOCK):
        rows = slice(start, min(wide, start + _BLOCK))
        total += _transposed_product(left[rows], right[rows])
    return total


def _transposed_product(left: Tensor, right: Tensor) -> Tensor:
    result: Tensor = _LINEAR(left.t(), right.t(), None, "none", [], "")
    return result


def gather(table: Tensor, rows: Tensor, out: Tensor) -> None:
    """Write rows of a table into `out`, which may have another dtype."""
    if out.dtype == table.dtype:
        torch.index_select(table, 0, rows, out=out)
    else:
        out.copy_(table.index_select(0, rows))


def empty_table(like: Tensor, n: int, width: int, dtype: torch.dtype | None = None) -> Tensor:
    """Returns an uninitialized table of `n` rows, followed by zero rows. Shape: `(room(n), width)`."""
    table = like.new_empty(room(n), width, dtype=dtype)
    table[n:] = 0
    return table


def padded_table(like: Tensor, n: int, width: int) -> Tensor:
    """Returns an uninitialized table of `n` rows for a `product` of all of them. Shape: `(rounded(n), width)`.

    The rows that follow are zero.
    """
    table = like.new_empty(rounded(n), width)
    table[n:] = 0
    return table


def stored(table: Tensor) -> StoredArray:
    """Returns a view of a table on the CPU for a kernel; bfloat16 as uint16."""
    array: StoredArray = (table if table.dtype is torch.float32 else table.view(torch.uint16)).numpy()
    return array


def linear(x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """Returns `torch.nn.functional.linear`, differentiable, by `product`; the result has the dtype of `x`."""
    result: Tensor = _Linear.apply(x, weight, bias)  # type: ignore[no-untyped-call]
    return result


class _Linear(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        dtype = compute_dtype(x)
        table = _table_of(x, dtype)
        ctx.save_for_backward(table, weight)
        return product(table, slice(0, len(x)), weight.to(dtype), None if bias is None else bias.to(dtype)).to(x.dtype)

    @staticmethod
    @single_backward
    def backward(ctx: Any, grad_output: Tensor) -> tuple[Tensor | None, ...]:
        (inputs, weight), n = ctx.saved_tensors, len(grad_output)
        needs_x, needs_weight, needs_bias = ctx.needs_input_grad
        table = _table_of(grad_output, inputs.dtype)  # (room(n), m)
        return (
            product(table, slice(0, n), weight.to(inputs.dtype).t()).to(grad_output.dtype) if needs_x else None,
            weight_gradient(table, inputs, n).to(weight.dtype) if needs_weight else None,
            grad_output.sum(dim=0) if needs_bias else None,
        )


def _table_of(rows: Tensor, dtype: torch.dtype) -> Tensor:
    table = empty_table(rows, len(rows), rows.shape[1], dtype)
    table[: len(rows)] = rows
    return table


def _fits(table: Tensor) -> bool:
    if not _ONEDNN or not table.is_cpu:
        return False
    return table.dtype is torch.float32 or (table.dtype is torch.bfloat16 and _has_fast_bfloat16())


@cache
def _has_fast_bfloat16() -> bool:
    return bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())
