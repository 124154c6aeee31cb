"""Convolution over the words of a sentence (Kim 2014)."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils.rnn import PackedSequence

from treenn.sequences.packed import by_sequence
from treenn.sequences.sequence_network import SequenceNetwork
from treenn.trees.arguments import Count, Width, checked
from treenn.trees.errors import InputError, argument


class Convolution(SequenceNetwork):
    r"""The convolution of Kim (EMNLP 2014), "Convolutional neural networks for sentence classification".

    A filter w of width k looks at k words side by side (the paper's section 2):

        c_t = ReLU(w · [x_{t-l}; ...; x_{t-l+k-1}] + b),  l = ⌊(k − 1) / 2⌋

    with zeros where a window reaches over an edge. The paper then takes the maximum over time: `MaxPooling`. It has
    as many filters of width 3 as of 4 and 5. Weights and biases start as in `torch.nn.Conv1d`.

    Args:
        input_size: width of a step's vector.
        size: how many filters there are.
        widths: of the filters, which share `size`; the first ones have one filter more where it does not come out even.

    Shape: data `(R, x)` to `(R, d)`, `x` = input_size, `d` = size.
    """

    @checked
    def __init__(self, input_size: Width, size: Width, widths: Sequence[Count] = (3, 4, 5)) -> None:
        super().__init__(input_size, size, causal=False)
        if not widths:
            raise InputError(f"{argument('widths')}: must be one width or more")
        counts = [(size + len(widths) - 1 - i) // len(widths) for i in range(len(widths))]
        self.filters = nn.ModuleList(
            nn.Conv1d(input_size, count, width) for count, width in zip(counts, widths, strict=True) if count
        )
        self.gap = max(widths) // 2

    def run(self, x: PackedSequence) -> PackedSequence:
        """See `SequenceNetwork.run`."""
        rows, lengths = by_sequence(x.batch_sizes)
        # All sequences lie on one tape, with as many zeros between them as the widest window reaches over an edge.
        places = torch.arange(len(rows)) + self.gap * torch.repeat_interleave(torch.arange(len(lengths)), lengths)
        tape = x.data.new_zeros(int(places[-1]) + 1, self.input_size)
        tape[places.to(tape.device)] = x.data[rows.to(tape.device)]
        states = torch.cat([self._slide(one, tape) for one in self.filters], dim=1)  # type: ignore[arg-type]
        back = torch.empty_like(rows)
        back[rows] = places
        return x._replace(data=states[back.to(tape.device)])

    def _slide(self, filters: nn.Conv1d, tape: torch.Tensor) -> torch.Tensor:
        width = filters.kernel_size[0]
        padded = F.pad(tape.t(), ((width - 1) // 2, width // 2))
        return torch.relu(filters(padded)).t()
