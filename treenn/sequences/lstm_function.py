"""The LSTM's recurrence over packed sequences, with its derivative written out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from treenn.runtime.matmul import empty_table, product, weight_gradient

_sigmoid_backward = torch.ops.aten.sigmoid_backward.grad_input
_tanh_backward = torch.ops.aten.tanh_backward.grad_input


class LSTMFunction(torch.autograd.Function):
    """The states of all steps, from what their inputs give to the gates.

    Every step writes into rows of a few large tensors, and the gradient of U is one product over all steps, where torch
    adds up one a step; on a CPU that is faster where many sequences run at once. Differentiable once.

    Arguments of `apply`: `inputs`, which are W x + b for i, f, g and o in turn; U; how many sequences are alive at each
    time, the longest first; what each g is multiplied with, or `None`; every how many steps gradients end, or `None`.

    Shape: `R` rows of all times, `d` size: inputs `(R, 4d)`, U `(4d, d)`, factors `(R, d)`; states `(R, d)`.
    """

    @staticmethod
    def forward(
        ctx: Any, inputs: Tensor, U: Tensor, alive: Sequence[int], factors: Tensor | None, truncate: int | None
    ) -> Tensor:
        """h of all steps, as the LSTM's equations have it."""
        n, d = len(inputs), U.shape[1]
        gates, h, c = inputs.clone(), empty_table(inputs, n, d), inputs.new_empty(n, d)
        for before, now in _steps(alive):
            if before is not None:
                gates[now] += product(h, before, U)
            gates[now, : 2 * d].sigmoid_()
            gates[now, 2 * d : 3 * d].tanh_()
            gates[now, 3 * d :].sigmoid_()
            i, f, g, o = gates[now].chunk(4, dim=1)
            torch.mul(i, g if factors is None else g * factors[now], out=c[now])
            if before is not None:
                c[now].addcmul_(f, c[before])
            torch.mul(o, torch.tanh(c[now]), out=h[now])
        ctx.save_for_backward(U, gates, h, c, factors)
        ctx.alive, ctx.truncate = alive, truncate
        return h[:n]

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *to_states: Tensor) -> tuple[Tensor | None, ...]:
        """The gradients of the inputs and of U."""
        U, gates, h, c, factors = ctx.saved_tensors
        n, d = c.shape
        grad_h, to_c, delta = to_states[0].clone(), torch.zeros_like(c), empty_table(gates, n, 4 * d)
        h_before, c_before = torch.zeros_like(h), torch.zeros_like(c)
        steps = list(_steps(ctx.alive))
        for before, now in steps[1:]:
            h_before[now], c_before[now] = h[before], c[before]
        for time, (before, now) in reversed(list(enumerate(steps))):
            factor = None if factors is None else factors[now]
            _step_back(gates[now], torch.tanh(c[now]), c_before[now], factor, grad_h[now], to_c[now], delta[now])
            if before is not None and not (ctx.truncate and time % ctx.truncate == 0):
                grad_h[before] += product(delta, now, U.t())
                torch.mul(to_c[now], gates[now].chunk(4, dim=1)[1], out=to_c[before])
        return delta[:n], weight_gradient(delta, h_before, n), None, None, None


def _steps(alive: Sequence[int]) -> Iterator[tuple[slice | None, slice]]:
    """The rows of each time, and where those sequences were one time before."""
    start, last = 0, None
    for n in alive:
        yield None if last is None else slice(last, last + n), slice(start, start + n)
        start, last = start + n, start


def _step_back(
    gates: Tensor, tanh_c: Tensor, c_before: Tensor, factor: Tensor | None, grad_h: Tensor, to_c: Tensor, delta: Tensor
) -> None:
    """From ∂E/∂h and what later steps add to ∂E/∂c, to all of ∂E/∂c and to δ, ∂E by what σ and tanh are applied to."""
    d = len(tanh_c[0])
    i, _, g, o = gates.chunk(4, dim=1)
    to_i, to_f, to_g, to_o = delta.chunk(4, dim=1)
    to_c.add_(torch.ops.aten.tanh_backward(grad_h * o, tanh_c))
    to_u = to_c if factor is None else to_c * factor
    torch.mul(to_u, g, out=to_i)
    torch.mul(to_c, c_before, out=to_f)
    torch.mul(to_u, i, out=to_g)
    torch.mul(grad_h, tanh_c, out=to_o)
    _sigmoid_backward(delta[:, : 2 * d], gates[:, : 2 * d], grad_input=delta[:, : 2 * d])
    _tanh_backward(to_g, g, grad_input=to_g)
    _sigmoid_backward(to_o, o, grad_input=to_o)
