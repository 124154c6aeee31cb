"""The neural n-gram (Bengio et al. 2003): a hidden layer over a window of inputs."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.rnn import PackedSequence

from treenn.runtime.parameters import DeviceLike
from treenn.sequences.packed import by_sequence, within
from treenn.sequences.sequence_network import SequenceNetwork
from treenn.trees.arguments import Count, Width, checked


class Window(SequenceNetwork):
    r"""A hidden layer over the last inputs, of Bengio, Ducharme, Vincent and Jauvin (JMLR 2003).

    "A neural probabilistic language model", equation 1 without the direct connections: with a window of k inputs,

        h_t = tanh(b + H_1 x_t + H_2 x_{t-1} + ... + H_k x_{t-k+1})

    Inputs before the first are 0. A language model with this network and a window of k is one of order k + 1.

    Args:
        input_size: width of a step's vector.
        hidden_size: width of a state.
        width: the number of inputs k (default: 4).
        device: device of the parameters (default: None).
        dtype: dtype of the parameters (default: None).

    Shape: data `(R, x)` to `(R, d)`, `x` = input_size, `d` = hidden_size.
    """

    options = ("width",)

    @checked
    def __init__(
        self,
        input_size: Width,
        hidden_size: Width,
        width: Count = 4,
        *,
        device: DeviceLike = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__(input_size, hidden_size, causal=True)
        self.width = width
        self.linear = nn.Linear(width * input_size, hidden_size, device=device, dtype=dtype)

    def run(self, inputs: PackedSequence) -> PackedSequence:
        """See `SequenceNetwork.run`."""
        rows, lengths = by_sequence(inputs.batch_sizes)
        position = within(lengths)
        columns = []
        for back in range(self.width):
            source = torch.full_like(rows, len(rows))  # of inputs before the first, a row of zeros
            source[rows[position >= back]] = rows[(position < (lengths.repeat_interleave(lengths) - back))]
            columns.append(source)
        padded = F.pad(inputs.data, (0, 0, 0, 1))
        windows = padded[torch.stack(columns, dim=1).to(padded.device)]  # (R, width, x)
        return inputs._replace(data=torch.tanh(self.linear(windows.flatten(1)).to(inputs.data.dtype)))

    def step(self, x: Tensor, state: Any = None) -> tuple[Tensor, Any]:
        """See `SequenceNetwork.step`."""
        before = x.new_zeros(self.width - 1, *x.shape) if state is None else state
        window = torch.cat([x[None], before])  # (width, n, x), the last input first
        return torch.tanh(self.linear(window.transpose(0, 1).flatten(1))), window[:-1]
