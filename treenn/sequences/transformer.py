"""A small Transformer encoder (Vaswani et al. 2017)."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from treenn.runtime.parameters import DeviceLike
from treenn.sequences.packed import by_sequence, within
from treenn.sequences.sequence_network import SequenceNetwork
from treenn.trees import InputError
from treenn.trees.arguments import Layers, Share, Width, checked

_LONGEST = 10_000  # their pairs take about 2 GB per layer


class Transformer(SequenceNetwork):
    r"""The encoder of Vaswani et al. (NeurIPS 2017), "Attention is all you need", by `torch.nn.TransformerEncoder`.

    Every step attends to all steps of its sequence. The input is √d (W x_t + b) + p_t with the paper's sinusoids p
    (section 3.5):

        p_t[2i] = sin(t / 10000^(2i / d)),  p_t[2i + 1] = cos(t / 10000^(2i / d))

    Layers are pre-norm: layer normalization is applied before each part of a layer and after the last layer, so that
    training needs no warm-up (Xiong et al. 2020, "On layer normalization in the Transformer architecture").

    Args:
        input_size: width of a step's vector.
        hidden_size: d, width of a state (paper: 512).
        layers: the number of layers (default: 2; paper: 6).
        heads: the maximum number of attention heads; the largest divisor of d up to it is used (default: 4; paper: 8).
        dropout: dropout within the layers (default: 0.0; paper: 0.1).
        device: device of the parameters (default: None).
        dtype: dtype of the parameters (default: None).

    Shape: data `(R, x)` to `(R, d)`, `x` = input_size, `d` = hidden_size.
    """

    options = ("layers", "heads", "dropout")

    @checked
    def __init__(
        self,
        input_size: Width,
        hidden_size: Width,
        *,
        layers: Layers = 2,
        heads: Width = 4,
        dropout: Share = 0.0,
        device: DeviceLike = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__(input_size, hidden_size, causal=False)
        self.layers, self.dropout = layers, dropout
        self.heads = next(count for count in range(heads, 0, -1) if hidden_size % count == 0)
        self.words = nn.Linear(input_size, hidden_size, device=device, dtype=dtype)
        self.encoder = self._new_encoder(device, dtype)

    def _new_encoder(self, device: DeviceLike, dtype: torch.dtype | None) -> nn.TransformerEncoder:
        d = self.output_size
        layer = nn.TransformerEncoderLayer(
            d, self.heads, 4 * d, self.dropout, batch_first=True, norm_first=True, device=device, dtype=dtype
        )
        norm = nn.LayerNorm(d, device=device, dtype=dtype)
        return nn.TransformerEncoder(layer, self.layers, norm=norm, enable_nested_tensor=False)

    def reset_parameters(self) -> None:
        """See `SequenceNetwork.reset_parameters`: all layers get the same initial weights, as in the constructor."""
        self.words.reset_parameters()
        weight = self.words.weight
        self.encoder.load_state_dict(self._new_encoder(weight.device, weight.dtype).state_dict())

    def run(self, x: PackedSequence) -> PackedSequence:
        """See `SequenceNetwork.run`.

        Raises:
            InputError: if a sequence is longer than 10,000 steps, as attention takes memory for every pair of steps.
        """
        if len(x.batch_sizes) > _LONGEST:
            raise InputError(
                f"a sequence has {len(x.batch_sizes):,} steps: a Transformer needs memory for every pair of steps, "
                f"at most {_LONGEST:,} steps are permitted"
            )
        rows, lengths = (t.to(x.data.device) for t in by_sequence(x.batch_sizes))
        inputs = self.words(x.data)[rows] * self.output_size**0.5
        positions = sinusoids(len(x.batch_sizes), self.output_size).to(inputs)
        inputs = inputs + positions[within(lengths.cpu()).to(rows.device)]
        position_of_row = torch.empty_like(rows)
        position_of_row[rows] = torch.arange(len(rows), device=rows.device)
        states = [self._encode(*part) for part in _by_length(inputs, lengths)]
        return x._replace(data=torch.cat(states)[position_of_row])

    def _encode(self, inputs: Tensor, lengths: Tensor) -> Tensor:
        """Returns the states of sequences, padded to the longest with the padding masked out."""
        position = torch.arange(int(lengths.max()), device=lengths.device)
        is_word = position < lengths[:, None]  # (sequences, longest)
        table = inputs[((lengths.cumsum(0) - lengths)[:, None] + position).where(is_word, 0)]
        states: Tensor = self.encoder(table, src_key_padding_mask=~is_word)
        return states[is_word]


def sinusoids(steps: int, size: int) -> Tensor:
    """Returns the position encodings of `Transformer`. Shape: `(steps, size)`, in float64."""
    angles = torch.arange(steps, dtype=torch.float64)[:, None] / 10000 ** (torch.arange(0, size, 2).double() / size)
    return torch.stack([angles.sin(), angles.cos()], dim=2).flatten(1)[:, :size]


def _by_length(inputs: Tensor, lengths: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
    """Split sequences, sorted from the longest to the shortest, so that padding at most doubles a part."""
    start = 0
    while start < len(lengths):
        stop = int((2 * lengths >= lengths[start]).sum())
        part = lengths[start:stop]
        first = int(lengths[:start].sum())
        yield inputs[first : first + int(part.sum())], part
        start = stop
