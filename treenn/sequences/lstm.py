"""The LSTM (Hochreiter and Schmidhuber 1997)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.rnn import PackedSequence

from treenn.runtime.matmul import compute_dtype, empty_table, linear, product, weight_gradient
from treenn.runtime.parameters import DeviceLike
from treenn.runtime.single_backward import single_backward
from treenn.sequences.sequence_network import SequenceNetwork
from treenn.trees.arguments import Count, Share, Width, checked


class LSTM(SequenceNetwork):
    r"""The LSTM of Hochreiter and Schmidhuber (Neural Computation 1997), with the forget gate of Gers et al. (2000).

    From h_0 = c_0 = 0:

        i = σ(W_i x_t + U_i h_{t-1} + b_i)
        f = σ(W_f x_t + U_f h_{t-1} + b_f)
        g = tanh(W_g x_t + U_g h_{t-1} + b_g)
        o = σ(W_o x_t + U_o h_{t-1} + b_o)
        c_t = f ⊙ c_{t-1} + i ⊙ g
        h_t = o ⊙ tanh(c_t)

    The parameters are those of a `torch.nn.LSTM`, which has b twice, once per product, and initializes all weights
    from U(±1/√hidden_size).

    Args:
        input_size: width of a step's vector.
        hidden_size: width of h and of c.
        forget_bias: initial value of b_f; if None, as `torch.nn.LSTM` (default: None).
        cell_dropout: dropout on g in training (Semeniuta, Severyn and Barth, COLING 2016) (default: 0.0).
        tbptt_steps: the length of the pieces for truncated backpropagation; None to disable truncation (default: None).
        device: device of the parameters (default: None).
        dtype: dtype of the parameters (default: None).

    Shape: data `(R, x)` to `(R, d)`, `x` = input_size, `d` = hidden_size.
    """

    options = ("forget_bias", "cell_dropout", "tbptt_steps")

    @checked
    def __init__(
        self,
        input_size: Width,
        hidden_size: Width,
        *,
        forget_bias: float | None = None,
        cell_dropout: Share = 0.0,
        tbptt_steps: Count | None = None,
        device: DeviceLike = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__(input_size, hidden_size, causal=True)
        self.forget_bias, self.cell_dropout, self.tbptt_steps = forget_bias, cell_dropout, tbptt_steps
        self.lstm = nn.LSTM(input_size, hidden_size, device=device, dtype=dtype)
        self.init_parameters()

    def init_parameters(self) -> None:
        """See `SequenceNetwork.init_parameters`."""
        if self.forget_bias is not None:
            biases: list[Tensor] = [self.lstm.get_parameter(name) for name in ("bias_ih_l0", "bias_hh_l0")]
            for bias in biases:  # the LSTM adds both
                nn.init.constant_(bias[self.output_size : 2 * self.output_size], self.forget_bias / 2)

    def read(self, x: Tensor) -> Tensor:
        """See `SequenceNetwork.read`."""
        if self._uses_cudnn(x):
            return x
        W, _, b_ih, b_hh = self.lstm.parameters()
        return linear(x, W, b_ih + b_hh)

    def step(self, x: Tensor, state: Any = None) -> tuple[Tensor, Any]:
        """See `SequenceNetwork.step`."""
        states, after = self.lstm(x[None], state)
        return states[0], after

    def run(self, inputs: PackedSequence) -> PackedSequence:
        """See `SequenceNetwork.run`."""
        if self._uses_cudnn(inputs.data):
            return inputs._replace(data=self.lstm(inputs)[0].data)
        masks = None
        if self.is_stochastic:
            masks = F.dropout(inputs.data.new_ones(len(inputs.data), self.output_size), self.cell_dropout)
        U, alive = self.lstm.weight_hh_l0.to(compute_dtype(inputs.data)), inputs.batch_sizes.tolist()
        states = LSTMFunction.apply(inputs.data, U, alive, masks, self.tbptt_steps)  # type: ignore[no-untyped-call]
        return inputs._replace(data=states)

    def _uses_cudnn(self, x: Tensor) -> bool:
        """True if torch computes the whole LSTM: on a GPU, where cuDNN has one kernel for it."""
        return x.is_cuda and not self.is_stochastic and self.tbptt_steps is None


class LSTMFunction(torch.autograd.Function):
    """The states of all steps, from the inputs' contributions to the gates.

    Every step writes into rows of a few large tensors, and the gradient of U is one product over all steps, whereas
    torch adds one per step; on a CPU that is faster if many sequences run at once. Products have the dtype of U, which
    under autocast is lower than that of all other numbers.

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
            step_backward(gates[now], torch.tanh(c[now]), c_before[now], mask, grad_h[now], grad_c[now], grad_z[now])
            if before is not None and not (ctx.tbptt_steps and time % ctx.tbptt_steps == 0):
                grad_h[before] += product(grad_z, now, U.t())
                torch.mul(grad_c[now], gates[now].chunk(4, dim=1)[1], out=grad_c[before])
        return grad_z[:n], weight_gradient(grad_z, h_before.to(U.dtype), n), None, None, None


def _steps(alive: Sequence[int]) -> Iterator[tuple[slice | None, slice]]:
    """Yields, for each time, the rows of its sequences one time before (None at the first) and at it."""
    start, last = 0, None
    for n in alive:
        yield None if last is None else slice(last, last + n), slice(start, start + n)
        start, last = start + n, start


def step_backward(
    gates: Tensor, tanh_c: Tensor, c_before: Tensor, mask: Tensor | None, grad_h: Tensor, grad_c: Tensor, grad_z: Tensor
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
    torch.ops.aten.sigmoid_backward.grad_input(grad_z[:, : 2 * d], gates[:, : 2 * d], grad_input=grad_z[:, : 2 * d])
    torch.ops.aten.tanh_backward.grad_input(grad_g, g, grad_input=grad_g)
    torch.ops.aten.sigmoid_backward.grad_input(grad_o, o, grad_input=grad_o)
