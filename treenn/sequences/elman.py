"""The simple recurrent network of Elman (1990), with tanh or, started at the identity, with ReLU (Le et al. 2015)."""

from __future__ import annotations

from typing import Literal

from torch import nn
from torch.nn.utils.rnn import PackedSequence

from treenn.sequences.sequence_network import SequenceNetwork
from treenn.sequences.truncated import truncated
from treenn.trees.arguments import Width, checked


class Elman(SequenceNetwork):
    r"""The simple recurrent network of Elman (Cognitive Science 1990), with tanh or the ReLU of Le et al. (2015).

    "Finding structure in time", and "A simple way to initialize recurrent networks of rectified linear units" by Le,
    Jaitly and Hinton (arXiv 1504.00941). From h_0 = 0:

        h_t = f(W x_t + U h_{t-1} + b)

    by `torch.nn.RNN`, which has b twice, once for either product, and starts all weights at U(±1/√size). Elman's units
    are logistic; `f` here is tanh or ReLU.

    Args:
        input_size: width of a step's vector.
        size: width of a state.
        activation: `f`.
        identity: start at U = I, b = 0 and W drawn from N(0, 0.001²), as Le et al. start networks of ReLU, so that a
            state is at first carried on unchanged. As its states know no bound, it wants a small learning rate: on
            SST, Adagrad's 0.05 and 0.01 blow it up in the first steps, 0.001 does not.

    Shape: data `(R, x)` to `(R, d)`, `x` = input_size, `d` = size.
    """

    truncate: int | None = None
    """Every how many steps gradients end; see `treenn.sequences.truncated`."""

    @checked
    def __init__(
        self, input_size: Width, size: Width, activation: Literal["tanh", "relu"] = "tanh", *, identity: bool = False
    ) -> None:
        super().__init__(input_size, size, causal=True)
        self.rnn = nn.RNN(input_size, size, nonlinearity=activation)
        if identity:
            self._start_at_identity()

    def _start_at_identity(self) -> None:
        W, U, *biases = self.rnn.parameters()
        nn.init.normal_(W, std=0.001)
        nn.init.eye_(U)
        for b in biases:
            nn.init.zeros_(b)

    def run(self, x: PackedSequence) -> PackedSequence:
        """See `SequenceNetwork.run`."""
        return truncated(self.rnn, x, self.truncate)
