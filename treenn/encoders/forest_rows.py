"""The computed rows of a forest: nodes sorted by height, equal subtrees shared, and the edges to parents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from treenn.encoders.tree_table import Columns, Indices, Words
from treenn.runtime.arrays import IntArray


class SortedRows(NamedTuple):
    """Nodes of a batch, sorted by height.

    Shape: `N` nodes, of which `W` are words, in `T` trees.

    Args:
        nodes: `(N,)` the node of each row, as its position in the columns.
        words_before: `(N,)` the number of words of earlier trees.
        of_nodes: `(N,)` the row of each node, tree by tree.
        level_sizes: the number of rows of each height.
        children: `(N - W, 2)` the rows of the children.
        roots: `(T,)` the row of each root.
        word_numbers: `(W,)` the number of each word among the distinct words of a table.
    """

    nodes: IntArray
    words_before: IntArray
    of_nodes: IntArray
    level_sizes: IntArray
    children: IntArray
    roots: IntArray
    word_numbers: Indices


def sort_rows(columns: Columns, sizes: IntArray, first_nodes: IntArray) -> SortedRows:
    """Sort the nodes of trees by height; nodes of one height remain in the order of the trees.

    Args:
        columns: columns that contain the nodes.
        sizes: `(T,)` the number of nodes of each tree.
        first_nodes: `(T,)` the position of each tree's first node in the columns.
    """
    # Before a tree of a batch, nodes are twice the words less the trees; so are they in the table.
    nodes_before = np.cumsum(sizes) - sizes
    before = np.stack([nodes_before, (nodes_before + np.arange(len(sizes))) // 2, first_nodes - nodes_before])
    nodes_before, words_before, shifts = np.repeat(before, sizes, axis=1)
    nodes = np.arange(len(shifts)) + shifts
    heights = columns.heights.take(nodes)
    order = np.argsort(heights, kind="stable")
    rows = np.empty(len(order), dtype=np.int64)
    rows[order] = np.arange(len(order))
    level_sizes, nodes = np.bincount(heights), nodes.take(order)
    below, n_words = columns.children.take(nodes, axis=0), int(level_sizes[0])
    children = rows.take(below[n_words:] + nodes_before.take(order[n_words:])[:, None])
    roots = rows.take(np.cumsum(sizes) - 1)
    return SortedRows(nodes, words_before.take(order), rows, level_sizes, children, roots, below[:n_words, 0])


def share_subtrees(
    words: Sequence[str], level_sizes: IntArray, children: IntArray
) -> tuple[Sequence[str], IntArray, IntArray, IntArray]:
    """Returns the distinct words, the sizes of the distinct levels, their children, and the inverse.

    Level by level: two nodes are the same subtree if their children are.
    """
    distinct_words, word_rows = _distinct_words(words)
    n_words, n = int(level_sizes[0]), int(level_sizes.sum())
    inverse = np.empty(n, dtype=np.int64)
    inverse[:n_words] = word_rows
    sizes, pairs = [len(distinct_words)], []
    low, done = n_words, len(distinct_words)
    for size in level_sizes[1:].tolist():
        if sizes[-1] == level_sizes[len(sizes) - 1]:
            break  # without duplicates one level below, there are none in this level or above
        pair = inverse.take(children[low - n_words : low - n_words + size])
        distinct, inverse_of_level = _unique(pair[:, 0] * n + pair[:, 1])
        inverse[low : low + size] = done + inverse_of_level
        pairs.append(np.stack([distinct // n, distinct % n], axis=1))
        sizes.append(len(distinct))
        low, done = low + size, done + len(distinct)
    inverse[low:] = done + np.arange(n - low)
    pairs.append(inverse.take(children[low - n_words :]))
    return distinct_words, np.array(sizes + level_sizes[len(sizes) :].tolist()), np.concatenate(pairs), inverse


def _unique(keys: IntArray) -> tuple[IntArray, IntArray]:
    """The same as `np.unique(keys, return_inverse=True)`, which takes twice as long on short arrays."""
    order = np.argsort(keys)
    ordered = keys.take(order)
    is_new = np.empty(len(keys), dtype=np.bool_)
    is_new[0] = True
    np.not_equal(ordered[1:], ordered[:-1], out=is_new[1:])
    inverse = np.empty(len(keys), dtype=np.int64)
    inverse[order] = np.cumsum(is_new) - 1
    return ordered[is_new], inverse


def _distinct_words(words: Sequence[str]) -> tuple[Sequence[str], IntArray]:
    """The distinct words in the order of their first occurrence, and the position of each word among them."""
    if isinstance(words, Words):
        return words.unique()
    numbers: dict[str, int] = {}
    positions = np.array([numbers.setdefault(word, len(numbers)) for word in words], dtype=np.int64)
    return tuple(numbers), positions


def parents_of(
    children: IntArray, level_sizes: IntArray, roots: IntArray | None
) -> tuple[IntArray, IntArray, IntArray]:
    """Returns `parent_edges`, `offsets` and `edge_sizes` of `PackedForest`: the transpose of `children` as CSR.

    Args:
        children: the rows of the children.
        level_sizes: the number of rows of each level.
        roots: the rows of the roots, if every other row has one parent; None if rows may have several.
    """
    flat = children.ravel()
    counts, edges = _sorted_edges(flat, int(level_sizes.sum())) if roots is None else _only_edges(flat, roots)
    starts = np.cumsum(counts) - counts
    first = starts.take(np.cumsum(level_sizes) - level_sizes)
    return edges, starts - np.repeat(first, level_sizes), np.diff(first, append=len(flat))


def _sorted_edges(children: IntArray, n_rows: int) -> tuple[IntArray, IntArray]:
    """The number of parents of each row, and the edges to them."""
    short = children.astype(np.uint16) if n_rows <= 2**16 else children  # NumPy sorts 16 bits by radix
    return np.bincount(children, minlength=n_rows), np.argsort(short, kind="stable")


def _only_edges(children: IntArray, roots: IntArray) -> tuple[IntArray, IntArray]:
    """The same without sorting, if every row but the roots has one parent."""
    counts = np.ones(len(children) + len(roots), dtype=np.int64)
    counts[roots] = 0
    edges = np.empty(len(counts), dtype=np.int64)
    edges[children] = np.arange(len(children))
    return counts, edges[counts > 0]
