"""The GRU (Cho et al. 2014)."""

from torch import nn
from torch.nn.utils.rnn import PackedSequence

from treenn.sequences.sequence_network import SequenceNetwork
from treenn.sequences.truncated import truncated
from treenn.trees.arguments import Width, checked


class GRU(SequenceNetwork):
    r"""The GRU of Cho et al. (EMNLP 2014), "Learning phrase representations using RNN encoder-decoder".

    From h_0 = 0:

        r = σ(W_r x_t + U_r h_{t-1} + b_r)
        z = σ(W_z x_t + U_z h_{t-1} + b_z)
        n = tanh(W_n x_t + b_n + r ⊙ (U_n h_{t-1} + d_n))
        h_t = z ⊙ h_{t-1} + (1 − z) ⊙ n

    by `torch.nn.GRU`, which has b twice in r and z too, and starts all of them at U(±1/√size). The paper has no biases,
    and U_n (r ⊙ h_{t-1}) for the gated product.

    Args:
        input_size: width of a step's vector.
        size: width of h.

    Shape: data `(R, x)` to `(R, d)`, `x` = input_size, `d` = size.
    """

    truncate: int | None = None
    """Every how many steps gradients end; see `treenn.sequences.truncated`."""

    @checked
    def __init__(self, input_size: Width, size: Width) -> None:
        super().__init__(input_size, size, causal=True)
        self.gru = nn.GRU(input_size, size)

    def run(self, x: PackedSequence) -> PackedSequence:
        """See `SequenceNetwork.run`."""
        return truncated(self.gru, x, self.truncate)
