"""The LSTM with peepholes (Gers and Schmidhuber 2000)."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.rnn import PackedSequence

from treenn.runtime.parameters import DeviceLike, empty_parameters
from treenn.sequences.packed import over_time
from treenn.sequences.sequence_network import SequenceNetwork
from treenn.trees.arguments import Count, Width, checked


class PeepholeLSTM(SequenceNetwork):
    r"""The LSTM with peepholes of Gers and Schmidhuber (IJCNN 2000), "Recurrent nets that time and count".

    The gates read the cell state element-wise: with vectors p, and h_0 = c_0 = 0,

        i = σ(W_i x_t + U_i h_{t-1} + p_i ⊙ c_{t-1} + b_i)
        f = σ(W_f x_t + U_f h_{t-1} + p_f ⊙ c_{t-1} + b_f)
        g = tanh(W_g x_t + U_g h_{t-1} + b_g)
        c_t = f ⊙ c_{t-1} + i ⊙ g
        o = σ(W_o x_t + U_o h_{t-1} + p_o ⊙ c_t + b_o)
        h_t = o ⊙ tanh(c_t)

    With p = 0 it is the LSTM. The paper's g and output use other activation functions than tanh. All parameters are
    initialized from U(±1/√hidden_size), as in `torch.nn.LSTM`.

    Args:
        input_size: width of a step's vector.
        hidden_size: width of h and of c.
        forget_bias: initial value of b_f; if None, as the other parameters (default: None).
        tbptt_steps: the length of the pieces for truncated backpropagation; None to disable truncation (default: None).
        device: device of the parameters (default: None).
        dtype: dtype of the parameters (default: None).

    Shape: data `(R, x)` to `(R, d)`, `x` = input_size, `d` = hidden_size.
    """

    recurrent = ("U",)
    options = ("forget_bias", "tbptt_steps")

    @checked
    def __init__(
        self,
        input_size: Width,
        hidden_size: Width,
        *,
        forget_bias: float | None = None,
        tbptt_steps: Count | None = None,
        device: DeviceLike = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__(input_size, hidden_size, causal=True)
        self.forget_bias, self.tbptt_steps = forget_bias, tbptt_steps
        # Rows of W, U and b: i, f, g, o; of p: i, f, o.
        shapes = (4 * hidden_size, input_size), (4 * hidden_size, hidden_size), (4 * hidden_size,), (3, hidden_size)
        self.W, self.U, self.b, self.p = empty_parameters(device, dtype, *shapes)
        self.init_parameters()

    def init_parameters(self) -> None:
        """See `SequenceNetwork.init_parameters`."""
        d = self.output_size
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -(d**-0.5), d**-0.5)
        if self.forget_bias is not None:
            nn.init.constant_(self.b[d : 2 * d], self.forget_bias)

    def read(self, x: Tensor) -> Tensor:
        """See `SequenceNetwork.read`."""
        return F.linear(x, self.W, self.b)

    def run(self, inputs: PackedSequence) -> PackedSequence:
        """See `SequenceNetwork.run`."""
        zeros = inputs.data.new_zeros(int(inputs.batch_sizes[0]), self.output_size)
        return over_time(self._step, inputs, (zeros, zeros), self.tbptt_steps)

    def _step(self, inputs: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, ...]:
        i, f, g, o = torch.addmm(inputs, h, self.U.t()).chunk(4, dim=1)
        p_i, p_f, p_o = self.p
        c = torch.sigmoid(f + p_f * c) * c + torch.sigmoid(i + p_i * c) * torch.tanh(g)
        return torch.sigmoid(o + p_o * c) * torch.tanh(c), c
