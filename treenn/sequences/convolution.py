"""Convolution over the words of a sentence (Kim 2014)."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.rnn import PackedSequence

from treenn.runtime.parameters import DeviceLike
from treenn.sequences.packed import by_sequence
from treenn.sequences.sequence_network import SequenceNetwork
from treenn.trees.arguments import Count, Width, checked
from treenn.trees.errors import InputError, argument


class Convolution(SequenceNetwork):
    r"""The convolution of Kim (EMNLP 2014), "Convolutional neural networks for sentence classification".

    A filter w of width k reads a window of k words (the paper's section 2):

        c_t = ReLU(w · [x_{t-l}; ...; x_{t-l+k-1}] + b),  l = ⌊(k − 1) / 2⌋

    with zero padding at both ends. The paper then takes the maximum over time: `MaxPooling`. It has equal numbers of
    filters of widths 3, 4 and 5. Weights and biases are initialized as in `torch.nn.Conv1d`.

    Args:
        input_size: width of a step's vector.
        hidden_size: the number of filters.
        widths: the filter widths; each has an equal part of `hidden_size`, and the first ones one filter more if it is
            not divisible (default: (3, 4, 5)).
        device: device of the parameters (default: None).
        dtype: dtype of the parameters (default: None).

    Shape: data `(R, x)` to `(R, d)`, `x` = input_size, `d` = hidden_size.
    """

    options = ("widths",)

    @checked
    def __init__(
        self,
        input_size: Width,
        hidden_size: Width,
        widths: Sequence[Count] = (3, 4, 5),
        *,
        device: DeviceLike = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__(input_size, hidden_size, causal=False)
        if not widths:
            raise InputError(f"{argument('widths')}: must be one width or more")
        counts = [(hidden_size + len(widths) - 1 - i) // len(widths) for i in range(len(widths))]
        self.filters = nn.ModuleList(
            nn.Conv1d(input_size, count, width, device=device, dtype=dtype)
            for count, width in zip(counts, widths, strict=True)
            if count
        )
        self.widths, self.gap = tuple(widths), max(widths) // 2

    def run(self, x: PackedSequence) -> PackedSequence:
        """See `SequenceNetwork.run`."""
        rows, lengths = by_sequence(x.batch_sizes)
        # The sequences are concatenated with zeros between them, as many as the widest window extends over an end.
        positions = torch.arange(len(rows)) + self.gap * torch.repeat_interleave(torch.arange(len(lengths)), lengths)
        tape = x.data.new_zeros(int(positions[-1]) + 1, self.input_size)
        tape[positions.to(tape.device)] = x.data[rows.to(tape.device)]
        states = torch.cat([self._convolve(filters, tape) for filters in self.filters], dim=1)  # type: ignore[arg-type]
        position_of_row = torch.empty_like(rows)
        position_of_row[rows] = positions
        return x._replace(data=states[position_of_row.to(tape.device)])

    def _convolve(self, filters: nn.Conv1d, tape: Tensor) -> Tensor:
        width = filters.kernel_size[0]
        padded = F.pad(tape.t(), ((width - 1) // 2, width // 2))
        return torch.relu(filters(padded)).t()
