"""Feedforward layers at every step: deep input-to-hidden and hidden-to-output functions (Pascanu et al. 2014)."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from treenn.runtime.parameters import DeviceLike
from treenn.sequences.sequence_network import SequenceNetwork
from treenn.trees.arguments import Layers, Width, checked


class Feedforward(SequenceNetwork):
    r"""Layers applied to every step independently, before or after a recurrent network, by Pascanu et al. (ICLR 2014).

        z_t = tanh(W_L ... tanh(W_1 x_t + b_1) ... + b_L)

    Before the network they make its input-to-hidden function deep, after it its hidden-to-output function; see
    `Stacked`. Weights and biases are initialized as in `torch.nn.Linear`.

    Args:
        input_size: width of a step's vector.
        hidden_size: width of all layers.
        layers: L, the number of layers (default: 2).
        device: device of the parameters (default: None).
        dtype: dtype of the parameters (default: None).

    Shape: data `(R, x)` to `(R, d)`, `x` = input_size, `d` = hidden_size.
    """

    @checked
    def __init__(
        self,
        input_size: Width,
        hidden_size: Width,
        layers: Layers = 2,
        *,
        device: DeviceLike = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__(input_size, hidden_size, causal=True)
        self.layers = nn.Sequential()
        for width in (input_size, *[hidden_size] * (layers - 1)):
            self.layers.extend([nn.Linear(width, hidden_size, device=device, dtype=dtype), nn.Tanh()])

    def read(self, x: Tensor) -> Tensor:
        """See `SequenceNetwork.read`."""
        z: Tensor = self.layers(x)
        return z

    def run(self, inputs: PackedSequence) -> PackedSequence:
        """See `SequenceNetwork.run`."""
        return inputs
