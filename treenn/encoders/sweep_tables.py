"""Tables that the sweeps of a Tree-LSTM by kernels read."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from treenn.cells.tree_lstm import TreeLSTMGates
from treenn.encoders.forest import PackedForest


def dropout_masks(gates: TreeLSTMGates, forest: PackedForest, like: Tensor) -> Tensor:
    """Returns the dropout masks of u, drawn level by level as by torch's operations; no rows without dropout.

    Shape: `(I, d)` or `(0, d)`.
    """
    if not gates.dropout:
        return like.new_empty(0, gates.d)
    ones = (like.new_ones(size, gates.d) for size in forest.level_sizes[1:])
    return torch.cat([F.dropout(level, gates.dropout) for level in ones])


def first_edges(forest: PackedForest) -> Tensor:
    """Returns the index in `parent_edges` of each row's first edge, and the number of edges. Shape: `(D + 1,)`."""
    device = forest.offsets.device
    edge_sizes, level_sizes = (torch.tensor(sizes, device=device) for sizes in (forest.edge_sizes, forest.level_sizes))
    total = edge_sizes.sum()
    first = torch.repeat_interleave(edge_sizes.cumsum(0) - edge_sizes, level_sizes)
    return torch.cat([forest.offsets + first, total[None]])
