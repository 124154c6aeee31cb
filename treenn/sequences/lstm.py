"""The LSTM (Hochreiter and Schmidhuber 1997)."""

from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.rnn import PackedSequence

from treenn.runtime.matmul import linear
from treenn.sequences.lstm_function import LSTMFunction
from treenn.sequences.sequence_network import SequenceNetwork
from treenn.trees.arguments import Width, checked


class LSTM(SequenceNetwork):
    r"""The LSTM of Hochreiter and Schmidhuber (Neural Computation 1997), with the forget gate of Gers et al. (2000).

    From h_0 = c_0 = 0:

        i = σ(W_i x_t + U_i h_{t-1} + b_i)
        f = σ(W_f x_t + U_f h_{t-1} + b_f)
        g = tanh(W_g x_t + U_g h_{t-1} + b_g)
        o = σ(W_o x_t + U_o h_{t-1} + b_o)
        c_t = f ⊙ c_{t-1} + i ⊙ g
        h_t = o ⊙ tanh(c_t)

    Weights are those of a `torch.nn.LSTM`, which has b twice, once for either product, and starts all of them at
    U(±1/√size).

    Args:
        input_size: width of a step's vector.
        size: width of h and of c.

    Shape: data `(R, x)` to `(R, d)`, `x` = input_size, `d` = size.
    """

    truncate: int | None = None
    """Every how many steps gradients end; see `treenn.sequences.truncated`."""

    cell_dropout = 0.0
    """The share of g that is zeroed in training (Semeniuta, Severyn and Barth, COLING 2016)."""

    @checked
    def __init__(self, input_size: Width, size: Width) -> None:
        super().__init__(input_size, size, causal=True)
        self.lstm = nn.LSTM(input_size, size)

    @property
    def random(self) -> bool:
        """See `SequenceNetwork.random`: while candidates are dropped."""
        return self.training and self.cell_dropout > 0

    def read(self, x: Tensor) -> Tensor:
        """See `SequenceNetwork.read`."""
        if self._by_cudnn(x):
            return x
        W, _, b, d = self.lstm.parameters()
        return linear(x, W, b + d)

    def run(self, inputs: PackedSequence) -> PackedSequence:
        """See `SequenceNetwork.run`."""
        if self._by_cudnn(inputs.data):
            return inputs._replace(data=self.lstm(inputs)[0].data)
        factors = None
        if self.random:
            factors = F.dropout(inputs.data.new_ones(len(inputs.data), self.output_size), self.cell_dropout)
        U, alive = self.lstm.weight_hh_l0, inputs.batch_sizes.tolist()
        states = LSTMFunction.apply(inputs.data, U, alive, factors, self.truncate)  # type: ignore[no-untyped-call]
        return inputs._replace(data=states)

    def _by_cudnn(self, x: Tensor) -> bool:
        """Whether torch computes all of it: on a GPU, where cuDNN has it in one kernel."""
        return x.is_cuda and not self.random and self.truncate is None
