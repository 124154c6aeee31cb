"""The recurrent network of Jordan (1986), whose output is fed back."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from treenn.sequences.packed import over_time
from treenn.sequences.sequence_network import SequenceNetwork
from treenn.trees.arguments import Width, checked


class Jordan(SequenceNetwork):
    r"""The network of Jordan (1986), "Serial order: a parallel distributed processing approach".

    What comes back at the next step is not the hidden layer, as in Elman's network, but the output; y_0 = 0:

        h_t = tanh(W x_t + U y_{t-1} + b)
        y_t = tanh(V h_t + c)

    A head reads y. Jordan's units are logistic, and his state units also feed themselves, which leaves a trace of all
    earlier outputs; that is left out, as it mostly is. Weights and biases start as in `torch.nn.Linear`.

    Args:
        input_size: width of a step's vector.
        size: width of the output y.
        hidden: width of h; left out, as wide as y.

    Shape: data `(R, x)` to `(R, d)`, `x` = input_size, `d` = size.
    """

    recurrent = ("U.weight",)  # for `treenn.models.initialization`
    truncate: int | None = None
    """Every how many steps gradients end; see `treenn.sequences.truncated`."""

    @checked
    def __init__(self, input_size: Width, size: Width, hidden: Width | None = None) -> None:
        super().__init__(input_size, size, causal=True)
        hidden = size if hidden is None else hidden
        self.W, self.U = nn.Linear(input_size, hidden), nn.Linear(size, hidden, bias=False)
        self.V = nn.Linear(hidden, size)

    def read(self, x: Tensor) -> Tensor:
        """See `SequenceNetwork.read`."""
        z: Tensor = self.W(x)
        return z

    def run(self, inputs: PackedSequence) -> PackedSequence:
        """See `SequenceNetwork.run`."""
        nothing = inputs.data.new_zeros(int(inputs.batch_sizes[0]), self.output_size)
        return over_time(self._step, inputs, (nothing,), self.truncate)

    def _step(self, inputs: Tensor, y: Tensor) -> tuple[Tensor, ...]:
        return (torch.tanh(self.V(torch.tanh(inputs + self.U(y)))),)
