"""`PackedDependencies`: a batch of dependency trees as flat tensors, as `PackedForest` of constituency trees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from treenn.encoders.forest import PackedTrees
from treenn.encoders.tree_table import class_numbers
from treenn.runtime.arrays import IntArray
from treenn.trees import DependencyTree, InputError
from treenn.trees.arguments import check_items
from treenn.trees.errors import argument


@dataclass(frozen=True, repr=False)
class PackedDependencies(PackedTrees):
    """Dependency trees as rows of one table, one word per row, sorted by height; the edges are sorted by head.

    The level of a word is the length of its longest path down, and the edges of a level are those to its heads. Level 0
    consists of the words without dependents and has no edges.

    Shape: `T` trees, `N` words, `E = N - T` edges; `I` rows have dependents, the last ones.

    Args:
        words: the `N` words in the order of the rows.
        level_sizes: the number of rows of each level; they sum to `N`.
        edge_sizes: the number of edges of each level; they sum to `E`.
        dependents: `(E,)` int64, the row of each edge's dependent.
        heads: `(E,)` int64, the row of each edge's head.
        offsets: `(I,)` int64, the first edge of each row with dependents, relative to the first of its level.
        edges: `(N,)` int64, the edge from each row to its head; for a root, `E`, which is out of range.
        labels: `(N,)` int64, -100 for a word without label.
        roots: `(T,)` int64, the row of each tree's root.
        unsorted_indices: `(N,)` int64, the row of each word in the order of the trees and of their sentences.
        sizes: the number of words of each tree.
    """

    dependents: Tensor
    heads: Tensor
    edges: Tensor

    def __repr__(self) -> str:
        return f"PackedDependencies({len(self.sizes)} trees, {len(self.words)} words, {len(self.level_sizes)} levels)"

    @property
    def sentences(self) -> tuple[tuple[str, ...], ...]:
        """Raises an `InputError`: contextual encoders read the sentences of constituency trees only."""
        raise InputError(f"dependency trees have no contextual word vectors; omit {argument('contextual')}")


def pack_dependencies(trees: Sequence[DependencyTree]) -> PackedDependencies:
    """Pack dependency trees for a `DependencyEncoder`, by NumPy over the whole batch.

    Raises:
        InputError: if there is no tree, an item is not a `DependencyTree`, or a label is not a class number.

    >>> forest = pack_dependencies([DependencyTree(("dogs", "like", "old", "bones"), (1, -1, 3, 1))])
    >>> forest.words, forest.level_sizes, forest.roots.tolist()
    (('dogs', 'old', 'bones', 'like'), (2, 1, 1), [3])
    """
    trees = check_items("trees", trees, DependencyTree)
    if not trees:
        raise InputError("the list of trees is empty; must have at least one tree")
    heights, heads, labels = np.concatenate([_columns(tree) for tree in trees], axis=1)
    sizes = np.array([len(tree) for tree in trees])
    order = np.argsort(heights, kind="stable")
    rows = np.empty(len(order), dtype=np.int64)
    rows[order] = np.arange(len(order))
    is_root = heads < 0
    first_word = np.repeat(np.cumsum(sizes) - sizes, sizes)
    upper, lower = rows[(heads + first_word)[~is_root]], rows[~is_root]
    by_head = np.argsort(upper, kind="stable")
    upper, lower = upper[by_head], lower[by_head]
    edges = np.full(len(order), len(lower))
    edges[lower] = np.arange(len(lower))
    level_sizes = np.bincount(heights)
    offsets, edge_sizes = _offsets(upper, level_sizes)
    words = [word for tree in trees for word in tree.words]
    return PackedDependencies(
        words=tuple(words[word] for word in order),
        level_sizes=tuple(level_sizes.tolist()),
        edge_sizes=tuple(edge_sizes.tolist()),
        dependents=torch.from_numpy(lower),
        heads=torch.from_numpy(upper),
        offsets=torch.from_numpy(offsets),
        edges=torch.from_numpy(edges),
        labels=torch.from_numpy(labels[order]),
        roots=torch.from_numpy(rows[is_root]),
        unsorted_indices=torch.from_numpy(rows),
        sizes=tuple(sizes.tolist()),
    )


def _offsets(upper: IntArray, level_sizes: IntArray) -> tuple[IntArray, IntArray]:
    """Returns `offsets` and `edge_sizes` of the edges to the heads `upper`."""
    n_lowest, n_rows = level_sizes[0], level_sizes.sum()
    level_ends = np.searchsorted(upper, np.cumsum(level_sizes))
    edge_sizes = np.diff(level_ends, prepend=0)
    starts = np.searchsorted(upper, np.arange(n_lowest, n_rows))
    return starts - np.repeat(level_ends[:-1], level_sizes[1:]), edge_sizes


def _columns(tree: DependencyTree) -> IntArray:
    """Returns height, head and label of every word; cached with the tree."""
    columns: IntArray | None = tree.__dict__.get("_columns")
    if columns is None:
        columns = np.array([tree.heights, tree.heads, class_numbers(tree)], dtype=np.int64)
        tree.__dict__["_columns"] = columns
    return columns
