"""The recurrent network with a deep transition (Pascanu et al. 2014)."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from treenn.sequences.packed import over_time
from treenn.sequences.sequence_network import SequenceNetwork
from treenn.trees.arguments import Width, checked


class DeepTransition(SequenceNetwork):
    r"""The deep transition of Pascanu et al. (ICLR 2014), "How to construct deep recurrent neural networks".

    Between one state and the next lie two layers, with h_0 = 0:

        z_t = tanh(U x_t + W_1 h_{t-1} + b_1)
        h_t = tanh(W_2 z_t + S h_{t-1} + b_2)

    S is the shortcut of the paper's DT(S)-RNN, over which gradients pass fewer layers. Without it this is Jordan's
    network. Weights and biases start as in `torch.nn.Linear`.

    Args:
        input_size: width of a step's vector.
        size: width of h and of z.

    Shape: data `(R, x)` to `(R, d)`, `x` = input_size, `d` = size.
    """

    recurrent = ("W_1.weight", "W_2.weight", "S.weight")  # for `treenn.models.initialization`
    truncate: int | None = None
    """Every how many steps gradients end; see `treenn.sequences.truncated`."""

    @checked
    def __init__(self, input_size: Width, size: Width) -> None:
        super().__init__(input_size, size, causal=True)
        self.U, self.W_1 = nn.Linear(input_size, size), nn.Linear(size, size, bias=False)
        self.W_2, self.S = nn.Linear(size, size), nn.Linear(size, size, bias=False)

    def read(self, x: Tensor) -> Tensor:
        """See `SequenceNetwork.read`."""
        z: Tensor = self.U(x)
        return z

    def run(self, inputs: PackedSequence) -> PackedSequence:
        """See `SequenceNetwork.run`."""
        nothing = inputs.data.new_zeros(int(inputs.batch_sizes[0]), self.output_size)
        return over_time(self._step, inputs, (nothing,), self.truncate)

    def _step(self, inputs: Tensor, h: Tensor) -> tuple[Tensor, ...]:
        z = torch.tanh(inputs + self.W_1(h))
        return (torch.tanh(self.W_2(z) + self.S(h)),)
