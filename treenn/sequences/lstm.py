"""The LSTM (Hochreiter and Schmidhuber 1997)."""

from torch import nn
from torch.nn.utils.rnn import PackedSequence

from treenn.sequences.network import SequenceNetwork


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

    def __init__(self, x_size: int, size: int) -> None:
        super().__init__(x_size, size, causal=True)
        self.lstm = nn.LSTM(x_size, size)

    def forward(self, x: PackedSequence) -> PackedSequence:
        """See `SequenceNetwork.forward`."""
        states: PackedSequence = self.lstm(x)[0]
        return states
