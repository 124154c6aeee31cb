"""The LSTM recurrence over packed sequences, with a hand-written backward pass."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor

from treenn.runtime.matmul import empty_table, product, weight_gradient
from treenn.runtime.single_backward import single_backward

_sigmoid_backward = torch.ops.aten.sigmoid_backward.grad_input
_tanh_backward = torch.ops.aten.tanh_backward.grad_input


class LSTMFunction(torch.autograd.Function):
    """The states of all steps, from the inputs' contributions to the gates.

    Every step writes into rows of a few large tensors, and the gradient of U is one product over all steps, whereas
    torch adds one per step; on a CPU that is faster if many sequences run at once.

    Arguments of `apply`: `inputs`, the W x + b of i, f, g and o; U; the number of sequences alive at each time, sorted
    from the longest to the shortest; dropout masks of g, or None; the steps between truncations, or None.

    Shape: `R` rows of all times, `d` = hidden_size: inputs `(R, 4d)`, U `(4d, d)`, masks `(R, d)`; states `(R, d)`.
    """

    @staticmethod
    def forward(
        ctx: Any, inputs: Tensor, U: Tensor, alive: Sequence[int], masks: Tensor | None, tbptt_steps: int | None
    ) -> Tensor:
        """Returns h of all steps."""
        n, d = len(inputs), U.shape[1]
        gates, h, c = inputs.clone(), empty_table(inputs, n, d), inputs.new_empty(n, d)  # (n, 4d), (n, d), (n, d)
        for before, now in _steps(alive):
            if before is not None:
                gates[now] += product(h, before, U)
            gates[now, : 2 * d].sigmoid_()
            gates[now, 2 * d : 3 * d].tanh_()
            gates[now, 3 * d :].sigmoid_()
            i, f, g, o = gates[now].chunk(4, dim=1)  # (alive, d) each
            torch.mul(i, g if masks is None else g * masks[now], out=c[now])
            if before is not None:
                c[now].addcmul_(f, c[before])
            torch.mul(o, torch.tanh(c[now]), out=h[now])
        ctx.save_for_backward(U, gates, h, c, masks)
        ctx.alive, ctx.tbptt_steps = alive, tbptt_steps
        return h[:n]

    @staticmethod
    @single_backward
    def backward(ctx: Any, *grad_states: Tensor) -> tuple[Tensor | None, ...]:
        """Returns the gradients w.r.t. the inputs and U."""
        U, gates, h, c, masks = ctx.saved_tensors
        n, d = c.shape
        grad_h, grad_c = grad_states[0].clone(), torch.zeros_like(c)  # (n, d)
        grad_z = empty_table(gates, n, 4 * d)
        h_before, c_before = torch.zeros_like(h), torch.zeros_like(c)
        steps = list(_steps(ctx.alive))
        for before, now in steps[1:]:
            h_before[now], c_before[now] = h[before], c[before]
        for time, (before, now) in reversed(list(enumerate(steps))):
            mask = None if masks is None else masks[now]
            _step_backward(gates[now], torch.tanh(c[now]), c_before[now], mask, grad_h[now], grad_c[now], grad_z[now])
            if before is not None and not (ctx.tbptt_steps and time % ctx.tbptt_steps == 0):
                grad_h[before] += product(grad_z, now, U.t())
                torch.mul(grad_c[now], gates[now].chunk(4, dim=1)[1], out=grad_c[before])
        return grad_z[:n], weight_gradient(grad_z, h_before, n), None, None, None


def _steps(alive: Sequence[int]) -> Iterator[tuple[slice | None, slice]]:
    """Yields, for each time, the rows of its sequences one time before (None at the first) and at it."""
    start, last = 0, None
    for n in alive:
        yield None if last is None else slice(last, last + n), slice(start, start + n)
        start, last = start + n, start


def _step_backward(
    gates: Tensor,
    tanh_c: Tensor,
    c_before: Tensor,
    mask: Tensor | None,
    grad_h: Tensor,
    grad_c: Tensor,
    grad_z: Tensor,
) -> None:
    """Add the gradient through h to `grad_c` and write `grad_z`, the gradient w.r.t. the pre-activations."""
    d = tanh_c.shape[1]
    i, _, g, o = gates.chunk(4, dim=1)  # (alive, d) each
    grad_i, grad_f, grad_g, grad_o = grad_z.chunk(4, dim=1)  # (alive, d) each
    grad_c.add_(torch.ops.aten.tanh_backward(grad_h * o, tanh_c))
    grad_product = grad_c if mask is None else grad_c * mask  # (alive, d), w.r.t. i ⊙ g
    torch.mul(grad_product, g, out=grad_i)
    torch.mul(grad_c, c_before, out=grad_f)
    torch.mul(grad_product, i, out=grad_g)
    torch.mul(grad_h, tanh_c, out=grad_o)
    _sigmoid_backward(grad_z[:, : 2 * d], gates[:, : 2 * d], grad_input=grad_z[:, : 2 * d])
    _tanh_backward(grad_g, g, grad_input=grad_g)
    _sigmoid_backward(grad_o, o, grad_input=grad_o)
