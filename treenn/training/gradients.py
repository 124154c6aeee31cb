"""Gradient norm, and gradient clipping (Pascanu, Mikolov and Bengio 2013)."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor, nn


@torch.no_grad()
def gradient_norm(parameters: Iterable[nn.Parameter]) -> float:
    """The norm of the gradients of all parameters as one vector; a sparse gradient counts as its dense form.

    >>> weight = nn.Parameter(torch.ones(2))
    >>> weight.grad = torch.tensor([3.0, 4.0])
    >>> gradient_norm([weight])
    5.0
    """
    return _norm([_added_up(each.grad) for each in parameters if each.grad is not None])


@torch.no_grad()
def clip(parameters: Iterable[nn.Parameter], *, norm: float | None = None, value: float | None = None) -> float:
    """Clip gradients: first element-wise to `value`, then all together to a norm of `norm`.

    Sparse gradients are coalesced first, so the elements of the dense gradient are clipped; only rows that are not zero
    are read.

    Returns:
        The gradient norm before clipping.
    """
    parameters = list(parameters)
    if norm is None and value is None:  # gradients stay as they are, down to the order in which rows are added up
        return gradient_norm(parameters)
    for each in parameters:
        each.grad = None if each.grad is None else _added_up(each.grad)
    gradients = [each.grad for each in parameters if each.grad is not None]
    before = length = _norm(gradients)
    numbers = [_numbers(gradient) for gradient in gradients]
    if value is not None:
        torch._foreach_clamp_min_(numbers, -value)
        torch._foreach_clamp_max_(numbers, value)
        length = _norm(gradients)
    if norm is not None and length > norm:
        torch._foreach_mul_(numbers, norm / length)
    return before


def _added_up(gradient: Tensor) -> Tensor:
    return gradient.coalesce() if gradient.is_sparse else gradient


def _numbers(gradient: Tensor) -> Tensor:
    """The numbers of a gradient that has been added up, to be changed in place."""
    return gradient.values() if gradient.is_sparse else gradient


def _norm(gradients: list[Tensor]) -> float:
    return float(nn.utils.get_total_norm([_numbers(gradient) for gradient in gradients]))
