"""`TreeTable`: the trees of a data set as flat columns, from which batches are packed without Python code per tree."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from itertools import chain
from typing import Any, NamedTuple, Self, overload
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from treenn.encoders.item_table import ItemBatch, ItemTable
from treenn.runtime.arrays import IntArray
from treenn.runtime.kernel_choice import uses_numba
from treenn.trees import DependencyTree, InputError, Tree
from treenn.trees.arguments import check_items

Indices = npt.NDArray[np.integer[Any]]

NO_LABEL = -100
"""The label of an unlabelled node: the index that `cross_entropy` ignores by default."""


class DistinctWords:
    """The distinct words of a table, with their indices in vocabularies.

    Args:
        words: the words, each once.
    """

    def __init__(self, words: Sequence[str]) -> None:
        self.words = np.empty(len(words), dtype=object)
        self.words[:] = words
        self._indices: WeakKeyDictionary[Any, IntArray] = WeakKeyDictionary()

    def __reduce__(self) -> tuple[type[Self], tuple[list[str]]]:
        return type(self), (self.words.tolist(),)

    def indices(self, vocabulary: Any, encode: Callable[[list[str]], Sequence[int]]) -> IntArray:
        """The index of each word in a vocabulary, looked up once."""
        if (found := self._indices.get(vocabulary)) is None:
            found = self._indices[vocabulary] = np.array(encode(self.words.tolist()), dtype=np.int64)
        return found


class Words(Sequence[str]):
    """Words as numbers of distinct words, decoded when they are read.

    Args:
        distinct: the distinct words.
        numbers: `(W,)` the number of each word.
    """

    def __init__(self, distinct: DistinctWords, numbers: Indices) -> None:
        self.distinct, self.numbers = distinct, numbers

    def unique(self) -> tuple[Words, IntArray]:
        """The distinct words in the order of their first occurrence, and the position of each word among them."""
        n, numbers = len(self), self.numbers
        first = np.empty(len(self.distinct.words), dtype=np.int64)  # read only where it is written
        first[numbers[::-1]] = np.arange(n - 1, -1, -1)
        first_of_word = first.take(numbers)
        is_first = first_of_word == np.arange(n)
        positions = np.cumsum(is_first) - 1
        return Words(self.distinct, numbers[is_first]), positions.take(first_of_word)

    def __len__(self) -> int:
        return len(self.numbers)

    def __iter__(self) -> Iterator[str]:
        return iter(self.distinct.words[self.numbers].tolist())

    def __eq__(self, other: object) -> bool:
        return tuple(self) == tuple(other) if isinstance(other, (tuple, Words)) else NotImplemented

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return repr(tuple(self))

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[str, ...]: ...
    def __getitem__(self, index: int | slice) -> str | tuple[str, ...]:
        chosen: Any = self.distinct.words[self.numbers[index]]
        return tuple(chosen.tolist()) if isinstance(index, slice) else str(chosen)


class Columns(NamedTuple):
    """The nodes of several trees, tree by tree in the order of their numbers. Numbers are relative to the tree.

    Shape: `N` nodes of all trees.

    Args:
        heights: `(N,)` the height of each node.
        children: `(N, 2)` the left and the right child; for a word of a table its number among the
            distinct words, and 0.
        labels: `(N,)` the class number, -100 for a node without label.
        starts: `(N,)` the first word below a node.
        ends: `(N,)` one more than the last word below it.
    """

    heights: Indices
    children: Indices
    labels: Indices
    starts: Indices
    ends: Indices

    @classmethod
    def of(cls, trees: Sequence[Tree]) -> Columns:
        """The columns of trees, with heights in 16 bits if they fit: NumPy sorts these by radix."""
        if uses_numba(training=False):
            return _compiled_columns(trees)
        heights, left, right, *rest = np.concatenate([node_columns(tree) for tree in trees], axis=1)
        short = heights.astype(np.uint16) if heights.max() < 2**16 else heights
        return cls(short, np.stack([left, right], axis=1), *rest)


class TreeTable(ItemTable[Tree]):
    """The trees of a data set, with their nodes as flat columns and their words as numbers.

    A batch of it, `table.batch(indices)`, is a sequence of trees, too; `pack` packs it without Python code per tree.

    Args:
        trees: the trees.

    Raises:
        InputError: if an item is not a `Tree`, or a label is not a class number.

    >>> from treenn.encoders import pack
    >>> from treenn.trees import parse_trees
    >>> table = TreeTable(parse_trees("(3 (2 not) (1 bad))  (4 (4 good) (2 (2 old) (2 fun)))", classes=5))
    >>> pack(table.batch([1])).words
    ('good', 'old', 'fun')
    """

    def __init__(self, trees: Sequence[Tree]) -> None:
        super().__init__(check_items("trees", trees, Tree))
        self.sizes = np.array([len(tree) for tree in self.items], dtype=np.int64)
        self.first_nodes = np.cumsum(self.sizes) - self.sizes

    def batch(self, indices: Sequence[int]) -> TreeBatch:
        """The trees with these indices, in this order."""
        return TreeBatch(self, np.asarray(indices, dtype=np.int64))

    @cached_property
    def columns(self) -> Columns:
        """The nodes of all trees, in 32 bits, with the numbers of the words."""
        columns = Columns.of(self.items)
        columns.children[columns.heights == 0, 0] = self._words[1]
        return Columns(columns.heights, *(column.astype(np.int32) for column in columns[1:]))

    @property
    def distinct_words(self) -> DistinctWords:
        """The distinct words of all trees."""
        return self._words[0]

    @cached_property
    def _words(self) -> tuple[DistinctWords, IntArray]:
        """The distinct words, and the number of each word."""
        numbers: dict[str, int] = {}
        words = chain.from_iterable(tree.words for tree in self.items)
        found = array("q", [numbers.setdefault(word, len(numbers)) for word in words])
        return DistinctWords(list(numbers)), np.frombuffer(found, dtype=np.int64)


class TreeBatch(ItemBatch[Tree]):
    """Trees of a table, by their indices."""

    table: TreeTable


def _compiled_columns(trees: Sequence[Tree]) -> Columns:
    """Returns the columns of trees by one kernel."""
    from treenn.kernels.tree_columns import fill_columns  # Numba is optional

    n_words = np.array([len(tree.words) for tree in trees])
    # array converts Python integers faster than NumPy.
    merges = np.asarray(array("q", chain.from_iterable(chain.from_iterable(tree.merges for tree in trees))))
    n = 2 * int(n_words.sum()) - len(trees)
    dtype: Any = np.uint16 if n_words.max() <= 2**16 else np.int64
    heights = np.empty(n, dtype=dtype)
    children, starts, ends = (np.empty(shape, dtype=np.int64) for shape in ((n, 2), n, n))
    fill_columns(n_words, merges.reshape(-1, 2), heights, children, starts, ends)
    return Columns(heights, children, _class_numbers(trees), starts, ends)


def _class_numbers(trees: Sequence[Tree]) -> IntArray:
    """Returns the labels of trees, as `class_numbers`."""
    flat: Any = chain.from_iterable(tree.labels for tree in trees)
    try:
        labels = np.asarray(array("q", flat))
    except TypeError:  # some are None
        labels = np.array([NO_LABEL])
    if labels.min() < 0:
        labels = np.concatenate([class_numbers(tree) for tree in trees])
    return labels


def node_columns(tree: Tree) -> IntArray:
    """Returns height, left, right, label, start and end of every node; cached with the tree."""
    columns: IntArray | None = tree.__dict__.get("_columns")
    if columns is None:
        n = len(tree.words)
        heights, starts, ends, no_child = [0] * n, list(range(n)), list(range(1, n + 1)), [0] * n
        for left, right in tree.merges:
            a, b = heights[left], heights[right]
            heights.append(a + 1 if a > b else b + 1)
            starts.append(starts[left])
            ends.append(ends[right])
        lefts, rights = zip(*tree.merges, strict=True) if n > 1 else ((), ())
        # array converts Python integers faster than NumPy.
        flat = [*heights, *no_child, *lefts, *no_child, *rights, *class_numbers(tree), *starts, *ends]
        columns = np.frombuffer(array("q", flat), dtype=np.int64).reshape(6, -1)
        tree.__dict__["_columns"] = columns
    return columns


def class_numbers(tree: Tree | DependencyTree) -> list[int]:
    """Returns a tree's labels, -100 for a node without label.

    Raises:
        InputError: if a label is not a class number.
    """
    for label in set(tree.labels):
        if isinstance(label, str) or (label is not None and label < 0):
            raise InputError(
                f"label {label!r} of node {tree.labels.index(label)} is not a class number; read the trees with "
                "classes=..., or make numbers of the labels with tree.map_labels(...)"
            )
    # The distinct labels are checked rather than every node: packing is a hot path.
    return [NO_LABEL if label is None else int(label) for label in tree.labels]
