"""A small Transformer encoder (Vaswani et al. 2017)."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from treenn.sequences.packed import by_sequence, within
from treenn.sequences.sequence_network import SequenceNetwork
from treenn.trees import InputError
from treenn.trees.arguments import Layers, Share, Width, checked

_LONGEST = 10_000  # whose pairs take some 2 GB a layer


class Transformer(SequenceNetwork):
    r"""The encoder of Vaswani et al. (NeurIPS 2017), "Attention is all you need", by `torch.nn.TransformerEncoder`.

    Every step looks at all steps of its sequence. It reads √d (W x_t + b) + p_t, where p is the paper's sinusoids
    (section 3.5):

        p_t[2i] = sin(t / 10000^(2i / d)),  p_t[2i + 1] = cos(t / 10000^(2i / d))

    Layer normalisation comes before each part of a layer and behind the last layer, not behind each part: so training
    needs no warm-up (Xiong et al. 2020, "On layer normalization in the Transformer architecture").

    Args:
        input_size: width of a step's vector.
        size: d, width of a state; the paper's 512, here whatever it is to be.
        layers: how many; the paper has 6.
        heads: at most so many, and as many as divide d evenly; the paper has 8.
        dropout: the paper has 0.1.

    Shape: data `(R, x)` to `(R, d)`, `x` = input_size, `d` = size.
    """

    @checked
    def __init__(
        self, input_size: Width, size: Width, *, layers: Layers = 2, heads: Width = 4, dropout: Share = 0.0
    ) -> None:
        super().__init__(input_size, size, causal=False)
        self.dropout = dropout
        self.words = nn.Linear(input_size, size)
        layer = nn.TransformerEncoderLayer(
            size,
            next(count for count in range(heads, 0, -1) if size % count == 0),
            dim_feedforward=4 * size,
            dropout=dropout,
            batch_first=True,
            norm_first=True,
        )
        self.encoder = nn.TransformerEncoder(layer, layers, norm=nn.LayerNorm(size), enable_nested_tensor=False)

    @property
    def random(self) -> bool:
        """True while training with dropout."""
        return self.training and self.dropout > 0

    def run(self, x: PackedSequence) -> PackedSequence:
        """See `SequenceNetwork.run`.

        Raises:
            InputError: where a sequence is too long to look at every pair of its steps.
        """
        if len(x.batch_sizes) > _LONGEST:
            raise InputError(
                f"a sequence of {len(x.batch_sizes):,} steps: a Transformer looks at every pair of steps, "
                f"{_LONGEST:,} steps are the limit"
            )
        rows, lengths = (t.to(x.data.device) for t in by_sequence(x.batch_sizes))
        inputs = self.words(x.data)[rows] * self.output_size**0.5
        positions = sinusoids(len(x.batch_sizes), self.output_size).to(inputs)
        inputs = inputs + positions[within(lengths.cpu()).to(rows.device)]
        back = torch.empty_like(rows)
        back[rows] = torch.arange(len(rows), device=rows.device)
        states = [self._encode(*part) for part in _of_like_length(inputs, lengths)]
        return x._replace(data=torch.cat(states)[back])

    def _encode(self, inputs: Tensor, lengths: Tensor) -> Tensor:
        """The states of sequences that are padded to the longest; what is padded is masked out."""
        place = torch.arange(int(lengths.max()), device=lengths.device)
        there = place < lengths[:, None]
        table = inputs[((lengths.cumsum(0) - lengths)[:, None] + place).where(there, 0)]
        states: Tensor = self.encoder(table, src_key_padding_mask=~there)
        return states[there]


def sinusoids(steps: int, size: int) -> Tensor:
    """The positions of `Transformer`. Shape: `(steps, size)`, in float64."""
    angles = torch.arange(steps, dtype=torch.float64)[:, None] / 10000 ** (torch.arange(0, size, 2).double() / size)
    return torch.stack([angles.sin(), angles.cos()], dim=2).flatten(1)[:, :size]


def _of_like_length(inputs: Tensor, lengths: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
    """Cut sequences, which come from the longest to the shortest, so that padding at most doubles a part."""
    start = 0
    while start < len(lengths):
        stop = int((2 * lengths >= lengths[start]).sum())
        part = lengths[start:stop]
        first = int(lengths[:start].sum())
        yield inputs[first : first + int(part.sum())], part
        start = stop
