"""`PackedForest`: a batch of trees as flat tensors, as `PackedSequence` is for sequences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, chain, islice, pairwise
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from treenn.encoders.forest_rows import parents_of, share_subtrees, sort_rows
from treenn.encoders.tree_table import Columns, DistinctWords, TreeBatch, TreeTable, Words
from treenn.runtime.arrays import IntArray
from treenn.runtime.tensor_batch import TensorBatch
from treenn.trees import InputError, Tree
from treenn.trees.arguments import check, check_items, refusal
from treenn.trees.errors import argument


@dataclass(frozen=True, repr=False)
class PackedTrees(TensorBatch):
    """The fields that `PackedForest` and `PackedDependencies` have in common; each documents its own."""

    words: Sequence[str]
    level_sizes: tuple[int, ...]
    edge_sizes: tuple[int, ...]
    offsets: Tensor
    labels: Tensor
    roots: Tensor
    unsorted_indices: Tensor
    sizes: tuple[int, ...]

    def unpack(self, values: Tensor) -> tuple[Tensor, ...]:
        """Split a table of rows into one tensor per tree, in the order of its node numbers or of its words.

        Shape: `values` is `(N, ...)`, the result one `(size, ...)` per tree of `size` nodes.

        Raises:
            InputError: if the table has another number of rows.
        """
        if not isinstance(values, Tensor):
            raise refusal("values", values, f"a tensor of {len(self.labels)} rows")
        if values.shape[:1] != self.labels.shape:
            rows = f"{len(self.labels)} rows, one per node"
            raise InputError(f"{argument('values')} has shape {tuple(values.shape)}: must have {rows}")
        return torch.split(values[self.unsorted_indices], list(self.sizes))


@dataclass(frozen=True, repr=False)
class PackedForest(PackedTrees):
    """Trees as rows of one table, sorted by height, so that the nodes of one level are contiguous.

    The rows of level 0 are the words of all trees, tree by tree in order; the level of a node is the length of its
    longest path down to a word. Labels, and the states that encoders return, have one row per node in this order.

    In a deduplicated forest each distinct subtree is computed once (the forest as a directed acyclic graph), in a
    separate table with fewer rows, and `inverse` maps nodes to its rows. Otherwise both tables are the same, and every
    computed row has at most one parent.

    The parents of each row are stored in CSR format: an edge is an index into `children.flatten()`, edge `e` leads to
    the parent row `V + e // 2`, and the edges of row `r` of a level are those of `parent_edges`, within the level, from
    `offsets[r]` to the offset of the next row.

    Shape: `T` trees, `W` words, `N = 2W - T` nodes; `D` computed rows, of which `V` are words and `I = D - V` are not
        (without deduplication `D = N` and `V = W`).

    Args:
        words: the `V` words to compute; word `i` is computed row `i`.
        level_sizes: the number of computed rows of each level, from the words up; they sum to `D`.
        children: `(I, 2)` int64, the computed rows of the left and right child of computed row `V + k`.
        parent_edges: `(2I,)` int64, the edges to the parents of each computed row, row by row.
        offsets: `(D,)` int64, the index in `parent_edges` of a row's first edge, relative to the first of its level.
        edge_sizes: the number of edges of each level; they sum to `2I`.
        inverse: `(N,)` int64, the computed row of each node; None without deduplication.
        labels: `(N,)` int64, -100 for a node without label.
        roots: `(T,)` int64, the row of each tree's root.
        starts: `(N,)` int64, the row of the first word below a node.
        ends: `(N,)` int64, one more than the row of the last word below a node.
        unsorted_indices: `(N,)` int64, the row of each node in the order of the trees and of their node numbers.
        sizes: the number of nodes of each tree.
    """

    children: Tensor
    parent_edges: Tensor
    inverse: Tensor | None
    starts: Tensor
    ends: Tensor

    def __repr__(self) -> str:
        distinct = "" if self.inverse is None else f", {sum(self.level_sizes)} distinct"
        nodes = f"{len(self.labels)} nodes{distinct}"
        return f"PackedForest({len(self.sizes)} trees, {nodes}, {len(self.level_sizes)} levels)"

    @property
    def n_tokens(self) -> int:
        """`W`, the number of words of all trees; they are the first rows."""
        return (len(self.labels) + len(self.roots)) // 2

    @property
    def sentences(self) -> tuple[tuple[str, ...], ...]:
        """The words of each tree.

        Raises:
            InputError: if the forest is deduplicated.
        """
        if self.inverse is not None:
            raise InputError("a deduplicated forest has no sentences; pack the trees with dedup=False")
        words = iter(self.words)
        return tuple(tuple(islice(words, (size + 1) // 2)) for size in self.sizes)


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

    def from_parents(self, grad_children: Tensor) -> Tensor:
        """Returns the sum of the gradients from the parents of each row. Shape: `(I, 2, s)` to `(n, s)`."""
        edges = grad_children.view(-1, grad_children.shape[2])  # (2I, s)
        return torch.embedding_bag(edges, self.parent_edges, self.offsets)[0]


def slices(sizes: Sequence[int]) -> list[slice]:
    """Returns the slices of consecutive parts of these sizes.

    >>> slices([2, 3])
    [slice(0, 2, None), slice(2, 5, None)]
    """
    return [slice(*bounds) for bounds in pairwise(accumulate(sizes, initial=0))]


def levels(forest: PackedForest) -> list[Level]:
    """Returns the levels from the words up."""
    sizes = list(forest.level_sizes)
    rows, inner = slices(sizes), [slice(0, 0), *slices(sizes[1:])]
    children = torch.split(forest.children, [0, *sizes[1:]])
    parent_edges = torch.split(forest.parent_edges, list(forest.edge_sizes))
    offsets = torch.split(forest.offsets, sizes)
    return [Level(*level) for level in zip(rows, inner, children, parent_edges, offsets, strict=True)]


def pack(trees: Sequence[Tree], *, dedup: bool = False) -> PackedForest:
    """Pack trees for an encoder, by NumPy over whole batches.

    Args:
        trees: one tree or more.
        dedup: if True, compute each distinct subtree once; states and gradients are the same. It must be False if a
            cell is stochastic (dropout), as equal subtrees then have different states (default: False).

    Returns:
        The trees as one forest.

    Raises:
        InputError: if there is no tree, an item is not a `Tree`, or a label is not a class number.

    >>> from treenn.trees import parse_trees
    >>> forest = pack(parse_trees("(3 (2 not) (1 bad))  (4 (4 good) (2 (2 old) (2 fun)))", classes=5))
    >>> forest.level_sizes, forest.labels.tolist(), forest.roots.tolist()
    ((5, 2, 1), [2, 1, 4, 2, 2, 3, 2, 4], [5, 7])
    """
    dedup = check("dedup", dedup, bool)
    if not len(trees := trees if isinstance(trees, (TreeTable, TreeBatch)) else check_items("trees", trees, Tree)):
        raise InputError("the list of trees is empty; must have at least one tree")
    columns, sizes, first_nodes, distinct = _columns(trees)
    rows = sort_rows(columns, sizes, first_nodes)
    level_sizes, children, inverse = rows.level_sizes, rows.children, None
    words: Sequence[str] = (
        Words(distinct, rows.word_numbers) if distinct else tuple(chain.from_iterable(tree.words for tree in trees))
    )
    if dedup:
        words, level_sizes, children, inverse = share_subtrees(words, level_sizes, children)
    parent_edges, offsets, edge_sizes = parents_of(children, level_sizes, None if dedup else rows.roots)
    return PackedForest(
        words=words,
        level_sizes=tuple(level_sizes.tolist()),
        children=torch.from_numpy(children),
        parent_edges=torch.from_numpy(parent_edges),
        offsets=torch.from_numpy(offsets),
        edge_sizes=tuple(edge_sizes.tolist()),
        inverse=None if inverse is None else torch.from_numpy(inverse),
        labels=torch.from_numpy(columns.labels.take(rows.nodes).astype(np.int64, copy=False)),
        roots=torch.from_numpy(rows.roots),
        starts=torch.from_numpy(columns.starts.take(rows.nodes) + rows.words_before),
        ends=torch.from_numpy(columns.ends.take(rows.nodes) + rows.words_before),
        unsorted_indices=torch.from_numpy(rows.of_nodes),
        sizes=tuple(sizes.tolist()),
    )


def _columns(trees: Sequence[Tree]) -> tuple[Columns, IntArray, IntArray, DistinctWords | None]:
    """Columns that contain the nodes of trees, the size and first node of each tree, and the words of a table."""
    if isinstance(trees, TreeTable):
        return trees.columns, trees.sizes, trees.first_nodes, trees.distinct_words
    if isinstance(trees, TreeBatch):
        table, indices = trees.table, trees.indices
        return table.columns, table.sizes.take(indices), table.first_nodes.take(indices), table.distinct_words
    sizes = np.array([len(tree) for tree in trees])
    return Columns.of(trees), sizes, np.cumsum(sizes) - sizes, None
