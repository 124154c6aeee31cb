"""A forest's levels as slices of its tables."""

from __future__ import annotations

from itertools import accumulate, pairwise
from typing import NamedTuple

import torch
from torch import Tensor

from treenn.encoders.forest import PackedForest


class Level(NamedTuple):
    """One level of a forest.

    Shape: `n` rows in the level.

    Args:
        rows: the slice of computed rows.
        inner: the slice of rows of `PackedForest.children`; empty for words.
        children: `(n, 2)`, the rows of the children.
        parent_edges: the edges from the level's rows to their parents, row by row.
        offsets: `(n,)`, the index of each row's first edge in `parent_edges`.
    """

    rows: slice
    inner: slice
    children: Tensor
    parent_edges: Tensor
    offsets: Tensor


def levels(forest: PackedForest) -> list[Level]:
    """Returns the levels from the words up."""
    sizes, n_words = list(forest.level_sizes), forest.level_sizes[0]
    rows = [slice(*bounds) for bounds in pairwise(accumulate(sizes, initial=0))]
    inner = [slice(0, 0), *(slice(row.start - n_words, row.stop - n_words) for row in rows[1:])]
    children = torch.split(forest.children, [0, *sizes[1:]])
    parent_edges = torch.split(forest.parent_edges, list(forest.edge_sizes))
    offsets = torch.split(forest.offsets, sizes)
    return [Level(*level) for level in zip(rows, inner, children, parent_edges, offsets, strict=True)]
