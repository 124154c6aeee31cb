"""`Context`: contextual word vectors by bidirectional LSTMs."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Context(nn.Module):
    """Stacked bidirectional LSTMs over the words of each sentence.

    The backward direction reverses each sentence separately, so that padding follows the words in both directions. A
    word's vector therefore does not depend on other sentences of the batch, and padded tensors, for which torch has a
    fast kernel, can be used.

    Args:
        input_size: the width of a word vector.
        size: the width of the result, half of it per direction.
        layers: the number of layers.
        dropout: the dropout probability after each layer.
    """

    def __init__(self, input_size: int, size: int, layers: int, dropout: float) -> None:
        super().__init__()
        widths = [input_size, *[size] * (layers - 1)]
        self.forward_layers = nn.ModuleList(nn.LSTM(width, size // 2, batch_first=True) for width in widths)
        self.backward_layers = nn.ModuleList(nn.LSTM(width, size // 2, batch_first=True) for width in widths)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        """Read the concatenated words of all sentences. Shape: `(W, x)` and lengths `(S,)` to `(W, size)`."""
        starts, position = lengths.cumsum(0) - lengths, torch.arange(int(lengths.max()))
        mask = position < lengths[:, None]  # (S, N)
        forward = (starts[:, None] + position).where(mask, starts[:, None])  # (S, N) rows of x
        backward = (starts[:, None] + lengths[:, None] - 1 - position).where(mask, starts[:, None])
        # The row of each word in the flattened padded tensor.
        slots = torch.arange(mask.numel()).view_as(mask)
        forward_rows, backward_rows = slots[mask], x.new_empty(len(x), dtype=torch.int64)
        backward_rows[backward[mask]] = forward_rows
        for forward_net, backward_net in zip(self.forward_layers, self.backward_layers, strict=True):
            left, right = forward_net(x[forward])[0], backward_net(x[backward])[0]  # (S, N, size / 2)
            x = torch.cat([left.flatten(0, 1)[forward_rows], right.flatten(0, 1)[backward_rows]], dim=1)
            x = self.dropout(x)
        return x
