"""The recurrent network of Jordan (1986), whose output is fed back."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from treenn.runtime.parameters import DeviceLike
from treenn.sequences.packed import over_time
from treenn.sequences.sequence_network import SequenceNetwork
from treenn.trees.arguments import Count, Width, checked


class Jordan(SequenceNetwork):
    r"""The network of Jordan (1986), "Serial order: a parallel distributed processing approach".

    Its feedback is the output, not the hidden layer as in Elman's network; y_0 = 0:

        h_t = tanh(W x_t + U y_{t-1} + b)
        y_t = tanh(V h_t + c)

    A head reads y. Jordan's units are logistic, and his state units also feed themselves, which keeps a trace of all
    earlier outputs; that is omitted, as in most later work. Weights and biases are initialized as in `torch.nn.Linear`.

    Args:
        input_size: width of a step's vector.
        hidden_size: width of the output y.
        inner_size: width of h; if None, `hidden_size` (default: None).
        tbptt_steps: the length of the pieces for truncated backpropagation; None to disable truncation (default: None).
        device: device of the parameters (default: None).
        dtype: dtype of the parameters (default: None).

    Shape: data `(R, x)` to `(R, d)`, `x` = input_size, `d` = hidden_size.
    """

    recurrent = ("U.weight",)
    options = ("tbptt_steps",)

    @checked
    def __init__(
        self,
        input_size: Width,
        hidden_size: Width,
        inner_size: Width | None = None,
        *,
        tbptt_steps: Count | None = None,
        device: DeviceLike = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__(input_size, hidden_size, causal=True)
        self.tbptt_steps = tbptt_steps
        inner_size = hidden_size if inner_size is None else inner_size
        self.W = nn.Linear(input_size, inner_size, device=device, dtype=dtype)
        self.U = nn.Linear(hidden_size, inner_size, bias=False, device=device, dtype=dtype)
        self.V = nn.Linear(inner_size, hidden_size, device=device, dtype=dtype)

    def read(self, x: Tensor) -> Tensor:
        """See `SequenceNetwork.read`."""
        z: Tensor = self.W(x)
        return z

    def run(self, inputs: PackedSequence) -> PackedSequence:
        """See `SequenceNetwork.run`."""
        y_0 = inputs.data.new_zeros(int(inputs.batch_sizes[0]), self.output_size)
        return over_time(self._step, inputs, (y_0,), self.tbptt_steps)

    def _step(self, inputs: Tensor, y: Tensor) -> tuple[Tensor, ...]:
        return (torch.tanh(self.V(torch.tanh(inputs + self.U(y)))),)
