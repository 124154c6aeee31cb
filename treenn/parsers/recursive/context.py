"""`Context`: word vectors that know of the sentence around them."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Context(nn.Module):
    """LSTMs that read the words of a sentence from both sides, layer upon layer.

    Backward, each sentence is turned around for itself, so its padding stands behind it both ways: what a word gets
    does not depend on the other sentences, and torch's fast kernel for tables can be used.

    Args:
        input_size: width of a word vector.
        size: width of the result, half of it from either side.
        layers: how many are stacked.
        dropout: what goes over the result of each layer.
    """

    def __init__(self, input_size: int, size: int, layers: int, dropout: float) -> None:
        super().__init__()
        widths = [input_size, *[size] * (layers - 1)]
        self.forward_layers = nn.ModuleList(nn.LSTM(width, size // 2, batch_first=True) for width in widths)
        self.backward_layers = nn.ModuleList(nn.LSTM(width, size // 2, batch_first=True) for width in widths)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        """Shape: `(W, x)`, the words of all sentences one after the other, and `(S,)`, to `(W, size)`."""
        starts, place = lengths.cumsum(0) - lengths, torch.arange(int(lengths.max()))
        there = place < lengths[:, None]
        forward = (starts[:, None] + place).where(there, starts[:, None])
        backward = (starts[:, None] + lengths[:, None] - 1 - place).where(there, starts[:, None])
        # The row of the padded table in which each word stands.
        slots = torch.arange(there.numel()).view_as(there)
        ahead, behind = slots[there], x.new_empty(len(x), dtype=torch.int64)
        behind[backward[there]] = ahead
        for rightward, leftward in zip(self.forward_layers, self.backward_layers, strict=True):
            from_left, from_right = rightward(x[forward])[0], leftward(x[backward])[0]
            x = torch.cat([from_left.flatten(0, 1)[ahead], from_right.flatten(0, 1)[behind]], dim=1)
            x = self.dropout(x)
        return x
