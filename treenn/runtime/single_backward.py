"""Hand-written backward passes: `single_backward`, for those differentiable once, and `frees_graph`."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import torch
from torch import Tensor

MESSAGE = (
    "treenn's hand-written backward passes are differentiable once: second derivatives, as of a gradient penalty, "
    "are not supported for this network"
)
"""The sentence of the error."""

Backward = Callable[..., tuple[Tensor | None, ...]]


def single_backward(backward: Backward) -> Backward:
    """Decorate the `backward` of an autograd function that is differentiable once.

    With `create_graph=True` the first derivative is returned, and differentiating it raises `RuntimeError`.
    `torch.autograd.function.once_differentiable` raises only if the incoming gradient requires a gradient; if it does
    not, as that of `states.sum()`, it silently omits terms of the second derivative.
    """

    @wraps(backward)
    def run(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        with torch.no_grad():
            results = backward(ctx, *gradients)
        if not torch.is_grad_enabled():
            return results
        return tuple(None if result is None else _guarded(result) for result in results)

    return run


def frees_graph() -> bool:
    """True if the current backward pass frees its graph, so that it may overwrite saved tensors."""
    keeps_graph = getattr(torch._C._autograd, "_get_current_graph_task_keep_graph", None)
    return keeps_graph is not None and not keeps_graph()


def _guarded(result: Tensor) -> Tensor:
    guarded: Tensor = _Guard.apply(result.detach().requires_grad_())  # type: ignore[no-untyped-call]
    return guarded


class _Guard(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, result: Tensor) -> Tensor:
        return result.view_as(result)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        raise RuntimeError(MESSAGE)
