"""`PackedDependencies`: many dependency trees as flat tensors, as `PackedForest` is for constituency trees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from treenn.encoders.forest import IntArray, moved, unpacked
from treenn.encoders.labels import class_numbers
from treenn.trees import DependencyTree, InputError
from treenn.trees.arguments import check_items


@dataclass(frozen=True)
class PackedDependencies:
    """Dependency trees as rows of one table, a word a row, sorted by height; the edges are sorted by their heads' rows.

    A level holds the words whose longest way down has that many steps, the edges of a level lead to its rows. In
    level 0 are the words without dependents, so it has no edges.

    Shape: `T` trees, `N` words, `E = N - T` edges; `I` rows have dependents, the last ones.

    Args:
        words: the `N` words in the order of the rows.
        level_sizes: how many rows each level has; they sum to `N`.
        edge_sizes: how many edges each level has; they sum to `E`.
        dependents: `(E,)` int64, the row at the lower end of each edge.
        heads: `(E,)` int64, the row at its upper end.
        edge_starts: `(I,)` int64, where the edges of each row with dependents begin, counted from its level's first.
        edges: `(N,)` int64, the edge whose lower end each row is; `E`, which is none, for a root.
        labels: `(N,)` int64, -100 where a word has no label.
        roots: `(T,)` int64, the row of each tree's root.
        rows: `(N,)` int64, the row of each word in the order of the trees and of their sentences.
        sizes: how many words each tree has.
    """

    words: tuple[str, ...]
    level_sizes: tuple[int, ...]
    edge_sizes: tuple[int, ...]
    dependents: Tensor
    heads: Tensor
    edge_starts: Tensor
    edges: Tensor
    labels: Tensor
    roots: Tensor
    rows: Tensor
    sizes: tuple[int, ...]

    def to(self, device: torch.device | str) -> PackedDependencies:
        """The same forest with its tensors on a device."""
        return moved(self, device)

    def unpack(self, values: Tensor) -> tuple[Tensor, ...]:
        """Split a table of rows into one tensor a tree, in the order of its words.

        Shape: `values` is `(N, ...)`, the result one `(n, ...)` a tree of `n` words.
        """
        return unpacked(values, self.rows, self.sizes)


def pack_dependencies(trees: Sequence[DependencyTree]) -> PackedDependencies:
    """Pack dependency trees for a `DependencyEncoder`; all of it is NumPy over the whole batch.

    Raises:
        InputError: if there is no tree, an item is not a `DependencyTree`, or a label is not a class number.

    >>> forest = pack_dependencies([DependencyTree(("dogs", "like", "old", "bones"), (1, -1, 3, 1))])
    >>> forest.words, forest.level_sizes, forest.roots.tolist()
    (('dogs', 'old', 'bones', 'like'), (2, 1, 1), [3])
    """
    trees = check_items("trees", trees, DependencyTree)
    if not trees:
        raise InputError("there is nothing to pack: the list of trees is empty")
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
    edge_starts, edge_sizes = _starts(upper, level_sizes)
    words = [word for tree in trees for word in tree.words]
    return PackedDependencies(
        words=tuple(words[word] for word in order),
        level_sizes=tuple(level_sizes.tolist()),
        edge_sizes=tuple(edge_sizes.tolist()),
        dependents=torch.from_numpy(lower),
        heads=torch.from_numpy(upper),
        edge_starts=torch.from_numpy(edge_starts),
        edges=torch.from_numpy(edges),
        labels=torch.from_numpy(labels[order]),
        roots=torch.from_numpy(rows[is_root]),
        rows=torch.from_numpy(rows),
        sizes=tuple(sizes.tolist()),
    )


def _starts(upper: IntArray, level_sizes: IntArray) -> tuple[IntArray, IntArray]:
    """`edge_starts` and `edge_sizes` of the edges that lead to the rows `upper`."""
    n_lowest, n_rows = level_sizes[0], level_sizes.sum()
    ends_of_levels = np.searchsorted(upper, np.cumsum(level_sizes))
    edge_sizes = np.diff(ends_of_levels, prepend=0)
    starts = np.searchsorted(upper, np.arange(n_lowest, n_rows))
    return starts - np.repeat(ends_of_levels[:-1], level_sizes[1:]), edge_sizes


def _columns(tree: DependencyTree) -> IntArray:
    """Height, head and label of every word; made once a tree and kept with it."""
    kept: IntArray | None = tree.__dict__.get("_columns")
    if kept is None:
        kept = np.array([tree.heights, tree.heads, class_numbers(tree)], dtype=np.int64)
        tree.__dict__["_columns"] = kept
    return kept
