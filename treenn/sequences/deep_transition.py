"""The recurrent network with a deep transition (Pascanu et al. 2014)."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from treenn.runtime.parameters import DeviceLike
from treenn.sequences.packed import over_time
from treenn.sequences.sequence_network import SequenceNetwork
from treenn.trees.arguments import Count, Width, checked


class DeepTransition(SequenceNetwork):
    r"""The deep transition of Pascanu et al. (ICLR 2014), "How to construct deep recurrent neural networks".

    Two layers between consecutive states, with h_0 = 0:

        z_t = tanh(U x_t + W_1 h_{t-1} + b_1)
        h_t = tanh(W_2 z_t + S h_{t-1} + b_2)

    S is the shortcut of the paper's DT(S)-RNN, which shortens the path of the gradient. Without it this is Jordan's
    network. Weights and biases are initialized as in `torch.nn.Linear`.

    Args:
        input_size: width of a step's vector.
        hidden_size: width of h and of z.
        tbptt_steps: the length of the pieces for truncated backpropagation; None to disable truncation (default: None).
        device: device of the parameters (default: None).
        dtype: dtype of the parameters (default: None).

    Shape: data `(R, x)` to `(R, d)`, `x` = input_size, `d` = hidden_size.
    """

    recurrent = ("W_1.weight", "W_2.weight", "S.weight")
    options = ("tbptt_steps",)

    @checked
    def __init__(
        self,
        input_size: Width,
        hidden_size: Width,
        *,
        tbptt_steps: Count | None = None,
        device: DeviceLike = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__(input_size, hidden_size, causal=True)
        self.tbptt_steps, d = tbptt_steps, hidden_size
        self.U = nn.Linear(input_size, d, device=device, dtype=dtype)
        self.W_1 = nn.Linear(d, d, bias=False, device=device, dtype=dtype)
        self.W_2 = nn.Linear(d, d, device=device, dtype=dtype)
        self.S = nn.Linear(d, d, bias=False, device=device, dtype=dtype)

    def read(self, x: Tensor) -> Tensor:
        """See `SequenceNetwork.read`."""
        z: Tensor = self.U(x)
        return z

    def run(self, inputs: PackedSequence) -> PackedSequence:
        """See `SequenceNetwork.run`."""
        h_0 = inputs.data.new_zeros(int(inputs.batch_sizes[0]), self.output_size)
        return over_time(self._step, inputs, (h_0,), self.tbptt_steps)

    def _step(self, inputs: Tensor, h: Tensor) -> tuple[Tensor, ...]:
        z = torch.tanh(inputs + self.W_1(h))
        return (torch.tanh(self.W_2(z) + self.S(h)),)
