"""The LSTM (Hochreiter and Schmidhuber 1997)."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.rnn import PackedSequence

from treenn.sequences.network import SequenceNetwork
from treenn.sequences.packed import over_time
from treenn.sequences.truncated import truncated


class LSTM(SequenceNetwork):
    r"""The LSTM of Hochreiter and Schmidhuber (Neural Computation 1997), with the forget gate of Gers et al. (2000).

    From h_0 = c_0 = 0:

        i = σ(W_i x_t + U_i h_{t-1} + b_i)
        f = σ(W_f x_t + U_f h_{t-1} + b_f)
        g = tanh(W_g x_t + U_g h_{t-1} + b_g)
        o = σ(W_o x_t + U_o h_{t-1} + b_o)
        c_t = f ⊙ c_{t-1} + i ⊙ g
        h_t = o ⊙ tanh(c_t)

    by `torch.nn.LSTM`, which has b twice, once for either product, and starts all of them at U(±1/√size).

    Args:
        x_size: width of a step's vector.
        size: width of h and of c.

    Shape: data `(R, x)` to `(R, d)`, `x` = x_size, `d` = size.
    """

    truncate: int | None = None
    """Every how many steps gradients end; see `treenn.sequences.truncated`."""

    candidate_dropout = 0.0
    """The share of g that is zeroed in training (Semeniuta, Severyn and Barth, COLING 2016)."""

    def __init__(self, x_size: int, size: int) -> None:
        super().__init__(x_size, size, causal=True)
        self.lstm = nn.LSTM(x_size, size)

    @property
    def random(self) -> bool:
        """See `SequenceNetwork.random`: while candidates are dropped."""
        return self.training and self.candidate_dropout > 0

    def forward(self, x: PackedSequence) -> PackedSequence:
        """See `SequenceNetwork.forward`."""
        return self._with_dropout(x) if self.random else truncated(self.lstm, x, self.truncate)

    def _with_dropout(self, x: PackedSequence) -> PackedSequence:
        """The equations above step by step, with dropout on g, for which torch has no room."""
        W, _, b, d = self.lstm.parameters()
        inputs = x._replace(data=F.linear(x.data, W, b + d))
        nothing = x.data.new_zeros(int(x.batch_sizes[0]), self.output_size)
        return over_time(self._step, inputs, (nothing, nothing), self.truncate)

    def _step(self, inputs: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, ...]:
        _, U, _, _ = self.lstm.parameters()
        i, f, g, o = torch.addmm(inputs, h, U.t()).chunk(4, dim=1)
        g = F.dropout(torch.tanh(g), self.candidate_dropout)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * g
        return torch.sigmoid(o) * torch.tanh(c), c
