"""The simple recurrent network of Elman (1990), with tanh, or with ReLU from the identity (Le et al. 2015)."""

from __future__ import annotations

from typing import Any, Literal

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from treenn.runtime.parameters import DeviceLike
from treenn.sequences.packed import truncated
from treenn.sequences.sequence_network import SequenceNetwork
from treenn.trees.arguments import Count, Width, checked


class Elman(SequenceNetwork):
    r"""The simple recurrent network of Elman (Cognitive Science 1990), with tanh or the ReLU of Le et al. (2015).

    "Finding structure in time", and "A simple way to initialize recurrent networks of rectified linear units" by Le,
    Jaitly and Hinton (arXiv 1504.00941). From h_0 = 0:

        h_t = f(W x_t + U h_{t-1} + b)

    It is computed by `torch.nn.RNN`, which has b twice, once per product, and initializes all weights from
    U(±1/√hidden_size). Elman's units are logistic; `f` here is tanh or ReLU.

    Args:
        input_size: width of a step's vector.
        hidden_size: width of a state.
        activation: `f` (default: "tanh").
        identity: if True, initialize U = I, b = 0 and W from N(0, 0.001²), as Le et al. for ReLU, so that a state is
            initially carried over unchanged. Its states are unbounded, so it needs a small learning rate: on SST,
            Adagrad diverges in the first steps with 0.05 and 0.01, but not with 0.001 (default: False).
        tbptt_steps: the length of the pieces for truncated backpropagation; None to disable truncation (default: None).
        device: device of the parameters (default: None).
        dtype: dtype of the parameters (default: None).

    Shape: data `(R, x)` to `(R, d)`, `x` = input_size, `d` = hidden_size.
    """

    options = ("activation", "identity", "tbptt_steps")

    @checked
    def __init__(
        self,
        input_size: Width,
        hidden_size: Width,
        activation: Literal["tanh", "relu"] = "tanh",
        *,
        identity: bool = False,
        tbptt_steps: Count | None = None,
        device: DeviceLike = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__(input_size, hidden_size, causal=True)
        self.activation, self.identity, self.tbptt_steps = activation, identity, tbptt_steps
        self.rnn = nn.RNN(input_size, hidden_size, nonlinearity=activation, device=device, dtype=dtype)
        self.init_parameters()

    def init_parameters(self) -> None:
        """See `SequenceNetwork.init_parameters`."""
        if self.identity:
            W, U, *biases = self.rnn.parameters()
            nn.init.normal_(W, std=0.001)
            nn.init.eye_(U)
            for b in biases:
                nn.init.zeros_(b)

    def step(self, x: Tensor, state: Any = None) -> tuple[Tensor, Any]:
        """See `SequenceNetwork.step`."""
        states, after = self.rnn(x[None], state)
        return states[0], after

    def run(self, x: PackedSequence) -> PackedSequence:
        """See `SequenceNetwork.run`."""
        return truncated(self.rnn, x, self.tbptt_steps)
