"""The LSTM with peepholes (Gers and Schmidhuber 2000)."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.rnn import PackedSequence

from treenn.sequences.packed import over_time
from treenn.sequences.sequence_network import SequenceNetwork
from treenn.trees.arguments import Width, checked


class PeepholeLSTM(SequenceNetwork):
    r"""The LSTM with peepholes of Gers and Schmidhuber (IJCNN 2000), "Recurrent nets that time and count".

    The gates see the memory, each unit its own: with vectors p, and h_0 = c_0 = 0,

        i = σ(W_i x_t + U_i h_{t-1} + p_i ⊙ c_{t-1} + b_i)
        f = σ(W_f x_t + U_f h_{t-1} + p_f ⊙ c_{t-1} + b_f)
        g = tanh(W_g x_t + U_g h_{t-1} + b_g)
        c_t = f ⊙ c_{t-1} + i ⊙ g
        o = σ(W_o x_t + U_o h_{t-1} + p_o ⊙ c_t + b_o)
        h_t = o ⊙ tanh(c_t)

    With p = 0 it is the LSTM. The paper's g and output have other squashing functions than tanh. All weights start at
    U(±1/√size), as in `torch.nn.LSTM`.

    Args:
        input_size: width of a step's vector.
        size: width of h and of c.

    Shape: data `(R, x)` to `(R, d)`, `x` = input_size, `d` = size.
    """

    recurrent = ("U",)  # for `treenn.models.initialization`
    truncate: int | None = None
    """Every how many steps gradients end; see `treenn.sequences.truncated`."""

    @checked
    def __init__(self, input_size: Width, size: Width) -> None:
        super().__init__(input_size, size, causal=True)
        self.W = nn.Parameter(torch.empty(4 * size, input_size))  # rows: i, f, g, o
        self.U = nn.Parameter(torch.empty(4 * size, size))
        self.b = nn.Parameter(torch.empty(4 * size))
        self.p = nn.Parameter(torch.empty(3, size))  # rows: i, f, o
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -(size**-0.5), size**-0.5)

    def forget_biases(self) -> Tensor:
        """b_f, a part of b: where `treenn.models.initialization` finds it."""
        return self.b[self.output_size : 2 * self.output_size]

    def read(self, x: Tensor) -> Tensor:
        """See `SequenceNetwork.read`."""
        return F.linear(x, self.W, self.b)

    def run(self, inputs: PackedSequence) -> PackedSequence:
        """See `SequenceNetwork.run`."""
        nothing = inputs.data.new_zeros(int(inputs.batch_sizes[0]), self.output_size)
        return over_time(self._step, inputs, (nothing, nothing), self.truncate)

    def _step(self, inputs: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, ...]:
        i, f, g, o = torch.addmm(inputs, h, self.U.t()).chunk(4, dim=1)
        p_i, p_f, p_o = self.p
        c = torch.sigmoid(f + p_f * c) * c + torch.sigmoid(i + p_i * c) * torch.tanh(g)
        return torch.sigmoid(o + p_o * c) * torch.tanh(c), c
