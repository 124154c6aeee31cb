"""`RepeatedProduct`: products with one matrix at many steps, whose gradient is one product over all of them."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from treenn.runtime.single_backward import single_backward


class RepeatedProduct:
    """The function x ↦ x M, applied at many steps of a recurrence.

    torch would add the gradient w.r.t. M step by step, which takes as long as the products. Here the steps of the
    backward pass are stored, and the gradient is computed when all of them are done.

    Args:
        matrix: M, one for all rows `(a, b)`, or one for each row `(S, a, b)`.
        dtype: the dtype of the products (default: None, that of the matrix).

    Shape: x `(n, a)` to `(n, b)`; of `S` matrices the first `n` are used.

    >>> double = RepeatedProduct(2 * torch.eye(2))
    >>> double(double(torch.ones(1, 2)))
    tensor([[4., 4.]])
    """

    def __init__(self, matrix: Tensor, dtype: torch.dtype | None = None) -> None:
        self.matrix = matrix.detach().to(dtype or matrix.dtype)
        self.steps: list[tuple[Tensor, Tensor]] = []
        # Every product depends on this scalar, so that the backward pass of `_Gradient` follows those of all products.
        self.token: Tensor = _Gradient.apply(matrix, self)  # type: ignore[no-untyped-call]

    def __call__(self, x: Tensor) -> Tensor:
        """The product, in the dtype of `x`."""
        product: Tensor = _Product.apply(x, self.token, self)  # type: ignore[no-untyped-call]
        return product

    def of(self, rows: Tensor, *, transposed: bool = False) -> Tensor:
        """Returns the product of rows with M or its transpose, not differentiable."""
        matrix = self.matrix if self.matrix.dim() == 2 else self.matrix[: len(rows)]
        matrix = matrix.transpose(-1, -2) if transposed else matrix
        return rows @ matrix if matrix.dim() == 2 else torch.bmm(rows[:, None], matrix)[:, 0]

    def gradient(self) -> Tensor:
        """Returns the gradient w.r.t. M, the sum of xᵀ g over all steps, and forgets them."""
        steps, self.steps = self.steps, []
        if self.matrix.dim() == 2:
            x, g = (torch.cat(parts) for parts in zip(*steps, strict=True))
            return x.t() @ g
        x, g = (self._padded(parts) for parts in zip(*steps, strict=True))  # (S, T, a), (S, T, b)
        return torch.bmm(x.transpose(1, 2), g)

    def _padded(self, parts: tuple[Tensor, ...]) -> Tensor:
        table = parts[0].new_zeros(len(parts), len(self.matrix), parts[0].shape[1])
        for row, part in zip(table, parts, strict=True):
            row[: len(part)] = part
        return table.transpose(0, 1)


class _Product(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, token: Tensor, shared: RepeatedProduct) -> Tensor:
        rows = x.to(shared.matrix.dtype)
        ctx.save_for_backward(rows)
        ctx.shared, ctx.dtype = shared, x.dtype
        return shared.of(rows).to(x.dtype)

    @staticmethod
    @single_backward
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        (rows,), shared = ctx.saved_tensors, ctx.shared
        g = gradients[0].to(rows.dtype)
        shared.steps.append((rows, g))
        return shared.of(g, transposed=True).to(ctx.dtype), gradients[0].new_zeros(()), None


class _Gradient(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, matrix: Tensor, shared: RepeatedProduct) -> Tensor:
        ctx.shared, ctx.dtype = shared, matrix.dtype
        return matrix.new_zeros(())

    @staticmethod
    @single_backward
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        return ctx.shared.gradient().to(ctx.dtype), None
