"""`PackedDerivations`: a batch of trees as the tables that a recurrent neural network grammar reads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any, Self

import numpy as np
import torch
from torch import Tensor

from treenn.encoders.forest import slices
from treenn.lm.grammar.derivation import BOTTOM, OPEN, SHIFT, Derivation
from treenn.lm.grammar.transitions import Transitions
from treenn.runtime.arrays import IntArray
from treenn.runtime.tensor_batch import TensorBatch


@dataclass(frozen=True)
class Nodes(TensorBatch):
    """The nodes of one height, those with more children first.

    Shape: `n` nodes with `m` children in all.

    Args:
        categories: `(n,)` int64.
        children: `(m,)` the rows of their children in the table of words and nodes, node by node.
        counts: the number of children of each node, in descending order.
    """

    categories: Tensor
    children: Tensor
    counts: tuple[int, ...]


@dataclass(frozen=True, repr=False)
class PackedDerivations(TensorBatch):
    """The derivations of several trees, as three tables.

    - Words and nodes: the words of all trees, tree by tree, then the inner nodes by height. A node's vector depends on
      the vectors of its children only.
    - Elements of the stacks by depth, after row 0, the bottom of every stack. An element's state depends on its vector
      and the state of the element below it only, so that the elements of one depth are computed at once.
    - Actions, tree by tree. An action is chosen by the state of the element on top.

    Shape: `T` trees, `W` words, `I` inner nodes, `K` categories, `E` elements, `A` actions.

    Args:
        words: the `W` words, then the `K` categories.
        n_words: `W`.
        heights: the inner nodes of each height.
        sources: `(E,)` the row of each element's vector: a word or inner node below `W + I`, then open nodes by
            category.
        below: `(E,)` the row of the element below each.
        depth_sizes: the number of elements of each depth; they sum to `E`.
        tops: `(A,)` the row of the element on top when each action is chosen.
        actions: `(A,)` int64.
        permitted: `(A,)` int64, the bits of the permitted actions.
        shifts: `(W,)` the indices of the actions that generate the words.
        sizes: the number of actions of each tree.
        lengths: the number of words of each tree.
    """

    words: tuple[str, ...]
    n_words: int
    heights: tuple[Nodes, ...]
    sources: Tensor
    below: Tensor
    depth_sizes: tuple[int, ...]
    tops: Tensor
    actions: Tensor
    permitted: Tensor
    shifts: Tensor
    sizes: tuple[int, ...]
    lengths: tuple[int, ...]

    def __repr__(self) -> str:
        return f"PackedDerivations({len(self.sizes)} trees, {self.n_words} words, {len(self.actions)} actions)"

    def map_tensors(self, function: Callable[[Tensor], Tensor]) -> Self:
        """See `TensorBatch.map_tensors`."""
        heights = tuple(nodes.map_tensors(function) for nodes in self.heights)
        return replace(super().map_tensors(function), heights=heights)


def pack_derivations(trees: Sequence[Any], transitions: Transitions) -> PackedDerivations:
    """Pack trees for a grammar.

    Args:
        trees: one tree or more.
        transitions: the transition system.

    Raises:
        InputError: as `Transitions.derivation`.

    >>> from treenn.lm.grammar.transitions import BottomUp
    >>> from treenn.trees import Tree
    >>> batch = pack_derivations([Tree(("so", "it", "goes"), ((1, 2), (0, 3)))], BottomUp())
    >>> batch.actions.tolist(), batch.below.tolist(), batch.depth_sizes
    ([0, 0, 0, 1, 1, 2], [0, 0, 1, 1, 3], (2, 2, 1))
    """
    derivations = [transitions.derivation(tree) for tree in trees]
    lengths = np.array([len(tree.words) for tree in trees])
    heights, rows = _nodes(derivations, lengths)
    sources, below, depth_sizes, tops = _elements(derivations, rows, int(sum(map(len, rows))))
    actions = np.concatenate([each.actions for each in derivations])
    return PackedDerivations(
        words=(*chain.from_iterable(tree.words for tree in trees), *transitions.categories),
        n_words=int(lengths.sum()),
        heights=heights,
        sources=sources,
        below=below,
        depth_sizes=depth_sizes,
        tops=tops,
        actions=torch.from_numpy(actions),
        permitted=torch.from_numpy(np.concatenate([each.permitted for each in derivations])),
        shifts=torch.from_numpy(np.flatnonzero(actions == SHIFT)),
        sizes=tuple(len(each.actions) for each in derivations),
        lengths=tuple(lengths.tolist()),
    )


def _nodes(derivations: Sequence[Derivation], lengths: IntArray) -> tuple[tuple[Nodes, ...], list[IntArray]]:
    """Returns the inner nodes by height, and for each tree the rows of its words and nodes."""
    heights = np.concatenate([each.heights for each in derivations])
    counts = np.concatenate([each.counts for each in derivations])
    order = np.lexsort((-counts, heights))
    row_of_inner = np.empty(len(order), dtype=np.int64)
    row_of_inner[order] = np.arange(len(order)) + lengths.sum()
    inner = np.split(row_of_inner, np.cumsum([len(each.heights) for each in derivations])[:-1])
    words = np.split(np.arange(lengths.sum()), np.cumsum(lengths)[:-1])
    rows = [np.concatenate(both) for both in zip(words, inner, strict=True)]
    children = np.concatenate([each[of.children] for each, of in zip(rows, derivations, strict=True)])
    parts = np.split(children, np.cumsum(counts)[:-1])
    categories = np.concatenate([each.categories for each in derivations])
    ends = np.cumsum(np.bincount(heights)[1:])
    levels = np.split(order, ends[:-1]) if len(order) else []
    return tuple(_level(level, categories, parts, counts) for level in levels), rows


def _level(nodes: IntArray, categories: IntArray, parts: Sequence[IntArray], counts: IntArray) -> Nodes:
    children = np.concatenate([parts[node] for node in nodes])
    return Nodes(torch.from_numpy(categories[nodes]), torch.from_numpy(children), tuple(counts[nodes].tolist()))


def _elements(
    derivations: Sequence[Derivation], rows: Sequence[IntArray], n_vectors: int
) -> tuple[Tensor, Tensor, tuple[int, ...], Tensor]:
    """Returns the sources of the elements by depth, the rows below them, the sizes of depths, and the tops."""
    depths = np.concatenate([each.depths for each in derivations])
    order = np.argsort(depths, kind="stable")
    row_of = np.empty(len(order), dtype=np.int64)
    row_of[order] = np.arange(1, len(order) + 1)
    sources, below, tops, first = list[IntArray](), list[IntArray](), list[IntArray](), 0
    for each, own in zip(derivations, rows, strict=True):
        actions = each.actions[: len(each.nodes)]
        sources.append(np.where(actions >= OPEN, n_vectors + actions - OPEN, own[each.nodes]))
        row = row_of[first : first + len(each.nodes)]
        below.append(np.where(each.below == BOTTOM, 0, row[each.below]))
        tops.append(np.concatenate([[0], row])[: len(each.actions)])
        first += len(each.nodes)
    sizes = tuple(np.bincount(depths)[1:].tolist())
    arrays = np.concatenate(sources)[order], np.concatenate(below)[order], np.concatenate(tops)
    by_depth, rows_below, on_top = map(torch.from_numpy, arrays)
    return by_depth, rows_below, sizes, on_top


def depth_slices(batch: PackedDerivations) -> list[slice]:
    """The rows of the elements of each depth, from 1 on; row 0 is the bottom."""
    return slices((1, *batch.depth_sizes))[1:]
