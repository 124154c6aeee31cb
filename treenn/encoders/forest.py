"""`PackedForest`: many trees as flat tensors, what `PackedSequence` is for sequences."""

from __future__ import annotations

import dataclasses
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from treenn.encoders.labels import class_numbers
from treenn.trees import InputError, Tree
from treenn.trees.arguments import check, check_items, refusal
from treenn.trees.errors import argument

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

IntArray = npt.NDArray[np.int64]


Packed = TypeVar("Packed", bound="DataclassInstance")


def moved(packed: Packed, device: torch.device | str) -> Packed:
    """A packed batch with its tensors on a device."""
    tensors: dict[str, Any] = {
        field.name: value.to(device, non_blocking=True)
        for field in dataclasses.fields(packed)
        if isinstance(value := getattr(packed, field.name), Tensor)
    }
    return dataclasses.replace(packed, **tensors)


def unpacked(values: Tensor, rows: Tensor, sizes: Sequence[int]) -> tuple[Tensor, ...]:
    """One tensor a tree of a table that has a row a node.

    Raises:
        InputError: if the table has another number of rows.
    """
    if not isinstance(values, Tensor):
        raise refusal("values", values, f"a tensor of {len(rows)} rows")
    if values.shape[:1] != rows.shape:
        raise InputError(
            f"{argument('values')} has shape {tuple(values.shape)}: must have {len(rows)} rows, one a node"
        )
    return torch.split(values[rows], list(sizes))


@dataclass(frozen=True)
class PackedForest:
    """Trees as rows of one table, sorted by height, so that the nodes of one level are contiguous.

    The rows of level 0 are the words of all trees, tree by tree in order; a level holds the nodes whose longest way
    down to a word has that many steps. Labels, and the states that encoders return, have one row a node in this order.

    A forest may be shared: then each distinct subtree is computed once (a forest as a directed acyclic graph), in a
    table of its own with fewer rows, and `uses` says which of its rows each node has. Without sharing the two tables
    are the same, and every computed row has at most one parent.

    Shape: `T` trees, `W` words, `N = 2W - T` nodes; `D` computed rows, of which `V` are words and `I = D - V` are not
        (without sharing `D = N` and `V = W`).

    Args:
        words: the `V` words to compute; word `i` is computed row `i`.
        level_sizes: how many computed rows each level has, from the words up; they sum to `D`.
        children: `(I, 2)` int64, the computed rows of the left and right child of computed row `V + k`.
        slots: `(2I,)` int64, the places in `children.flatten()` at which each computed row stands, row by row.
        slot_starts: `(D,)` int64, where a row's places begin in `slots`, counted from the first of its level.
        slot_sizes: how many places each level has.
        uses: `(N,)` int64, the computed row of each node; `None` without sharing.
        labels: `(N,)` int64, -100 where a node has no label.
        roots: `(T,)` int64, the row of each tree's root.
        starts: `(N,)` int64, the row of the first word below a node.
        ends: `(N,)` int64, one more than the row of the last word below a node.
        rows: `(N,)` int64, the row of each node in the order of the trees and of their own numbering.
        sizes: how many nodes each tree has.
    """

    words: tuple[str, ...]
    level_sizes: tuple[int, ...]
    children: Tensor
    slots: Tensor
    slot_starts: Tensor
    slot_sizes: tuple[int, ...]
    uses: Tensor | None
    labels: Tensor
    roots: Tensor
    starts: Tensor
    ends: Tensor
    rows: Tensor
    sizes: tuple[int, ...]

    @property
    def n_tokens(self) -> int:
        """`W`, the number of words of all trees; they are the first rows."""
        return (len(self.labels) + len(self.roots)) // 2

    @property
    def sentences(self) -> tuple[tuple[str, ...], ...]:
        """The words of each tree.

        Raises:
            InputError: where subtrees are shared, of which each is there only once.
        """
        if self.uses is not None:
            raise InputError("a shared forest keeps no sentences; pack the trees with share=False")
        words = iter(self.words)
        return tuple(tuple(islice(words, (size + 1) // 2)) for size in self.sizes)

    def to(self, device: torch.device | str) -> PackedForest:
        """The same forest with its tensors on a device."""
        return moved(self, device)

    def unpack(self, values: Tensor) -> tuple[Tensor, ...]:
        """Split a table of rows into one tensor a tree, in the order of the tree's own node numbers.

        Shape: `values` is `(N, ...)`, the result one `(2n - 1, ...)` a tree of `n` words.
        """
        return unpacked(values, self.rows, self.sizes)


def pack(trees: Sequence[Tree], *, share: bool = False) -> PackedForest:
    """Pack trees for an encoder; all of it is NumPy over whole batches.

    Args:
        trees: one tree or more.
        share: compute each distinct subtree once. States and gradients are the same as without; leave it off where a
            cell draws random numbers (dropout inside it), which should differ between the uses of a subtree.

    Raises:
        InputError: if there is no tree, an item is not a `Tree`, or a label is not a class number.

    >>> from treenn.trees import parse_trees
    >>> forest = pack(parse_trees("(3 (2 not) (1 bad))  (4 (4 good) (2 (2 old) (2 fun)))", classes=5))
    >>> forest.level_sizes, forest.labels.tolist(), forest.roots.tolist()
    ((5, 2, 1), [2, 1, 4, 2, 2, 3, 2, 4], [5, 7])
    """
    trees, share = check_items("trees", trees, Tree), check("share", share, bool)
    if not trees:
        raise InputError("there is nothing to pack: the list of trees is empty")
    heights, left, right, labels, starts, ends = np.concatenate([_columns(tree) for tree in trees], axis=1)
    sizes = np.array([len(tree) for tree in trees])
    first_node = np.repeat(np.cumsum(sizes) - sizes, sizes)
    first_word = np.repeat(np.cumsum((sizes + 1) // 2) - (sizes + 1) // 2, sizes)
    order = np.argsort(heights.astype(np.uint16 if heights.max() < 2**16 else np.int64), kind="stable")
    rows = np.empty(len(order), dtype=np.int64)
    rows[order] = np.arange(len(order))
    level_sizes = np.bincount(heights)
    inner = order[level_sizes[0] :]
    children = rows[np.stack([left, right])[:, inner] + first_node[inner]].T
    words: Iterable[str] = chain.from_iterable(tree.words for tree in trees)
    uses = None
    if share:
        words, level_sizes, children, uses = _share(words, level_sizes, children)
    slots, slot_starts, slot_sizes = _slots(children, level_sizes)
    return PackedForest(
        words=tuple(words),
        level_sizes=tuple(level_sizes.tolist()),
        children=torch.from_numpy(np.ascontiguousarray(children)),
        slots=torch.from_numpy(slots),
        slot_starts=torch.from_numpy(slot_starts),
        slot_sizes=tuple(slot_sizes.tolist()),
        uses=None if uses is None else torch.from_numpy(uses),
        labels=torch.from_numpy(labels[order]),
        roots=torch.from_numpy(rows[np.cumsum(sizes) - 1]),
        starts=torch.from_numpy((starts + first_word)[order]),
        ends=torch.from_numpy((ends + first_word)[order]),
        rows=torch.from_numpy(rows),
        sizes=tuple(sizes.tolist()),
    )


def _share(
    words: Iterable[str], level_sizes: IntArray, children: IntArray
) -> tuple[Iterable[str], IntArray, IntArray, IntArray]:
    """The distinct words, the distinct rows of each level and their children, and the distinct row of every row.

    Level by level: two nodes are the same subtree where their children are.
    """
    numbers: dict[str, int] = {}
    word_rows = [numbers.setdefault(word, len(numbers)) for word in words]
    n_words, n = int(level_sizes[0]), int(level_sizes.sum())
    uses = np.empty(n, dtype=np.int64)
    uses[:n_words] = word_rows
    sizes, pairs = [len(numbers)], []
    low, done = n_words, len(numbers)
    for size in level_sizes[1:].tolist():
        if sizes[-1] == level_sizes[len(sizes) - 1]:
            break  # nothing is shared one level below, so nothing can be from here on
        pair = uses[children[low - n_words : low - n_words + size]]
        distinct, inverse = np.unique(pair[:, 0] * n + pair[:, 1], return_inverse=True)
        uses[low : low + size] = done + inverse
        pairs.append(np.stack([distinct // n, distinct % n], axis=1))
        sizes.append(len(distinct))
        low, done = low + size, done + len(distinct)
    uses[low:] = done + np.arange(n - low)
    pairs.append(uses[children[low - n_words :]])
    return numbers, np.array(sizes + level_sizes[len(sizes) :].tolist()), np.concatenate(pairs), uses


def _slots(children: IntArray, level_sizes: IntArray) -> tuple[IntArray, IntArray, IntArray]:
    """See `PackedForest`: `children` turned over, so that the way down can gather as the way up does."""
    flat = children.ravel()
    counts = np.bincount(flat, minlength=level_sizes.sum())
    starts = np.cumsum(counts) - counts
    level_starts = np.cumsum(level_sizes) - level_sizes
    ends_of_levels = np.append(starts[level_starts[1:]], len(flat))
    slot_sizes = np.diff(ends_of_levels, prepend=0)
    return np.argsort(flat, kind="stable"), starts - np.repeat(starts[level_starts], level_sizes), slot_sizes


def _columns(tree: Tree) -> IntArray:
    """Height, left, right, label, start, end of every node; made once a tree and kept with it."""
    kept: IntArray | None = tree.__dict__.get("_columns")
    if kept is None:
        n = len(tree.words)
        heights, starts, ends, no_child = [0] * n, list(range(n)), list(range(1, n + 1)), [0] * n
        for left, right in tree.merges:
            a, b = heights[left], heights[right]
            heights.append(a + 1 if a > b else b + 1)
            starts.append(starts[left])
            ends.append(ends[right])
        lefts, rights = zip(*tree.merges, strict=True) if n > 1 else ((), ())
        # By way of array, which takes Python's integers faster than NumPy does.
        flat = [*heights, *no_child, *lefts, *no_child, *rights, *class_numbers(tree), *starts, *ends]
        kept = np.frombuffer(array("q", flat), dtype=np.int64).reshape(6, -1)
        tree.__dict__["_columns"] = kept
    return kept
