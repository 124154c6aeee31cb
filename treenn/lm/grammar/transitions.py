"""Transition systems: the actions of labelled trees, top-down, and of unlabelled binary trees, bottom-up."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt

from treebanks.grammar_treebank import category_name
from treenn.lm.grammar.derivation import (
    MAY_END,
    MAY_OPEN,
    MAY_REDUCE,
    MAY_SHIFT,
    MOST_OPEN,
    OPEN,
    REDUCE,
    SHIFT,
    Derivation,
    cached_derivation,
)
from treenn.runtime.arrays import IntArray
from treenn.trees import NaryTree, Tree
from treenn.trees.errors import InputError
from treenn.trees.expand import Opened, expand
from treenn.trees.nary import inner_children


class Transitions(ABC):
    """A transition system: a one-to-one map between trees with their sentences and sequences of actions.

    Args:
        categories: the categories of nodes; the label None is the category `""`.
    """

    has_end: ClassVar[bool]
    """True if the last action is END; otherwise a sentence ends when the root is complete."""
    tree_type: ClassVar[type[Any]]
    """The class of the trees."""

    def __init__(self, categories: Sequence[str]) -> None:
        self.categories = tuple(categories)
        self._numbers = {category: number for number, category in enumerate(self.categories)}

    @property
    def n_actions(self) -> int:
        """The number of actions."""
        return OPEN + len(self.categories)

    @abstractmethod
    def derivation(self, tree: Any) -> Derivation:
        """The derivation of a tree; cached with the tree.

        Raises:
            InputError: if it is a tree of another class, has an unknown category, or more than `MOST_OPEN` open nodes.
        """

    @abstractmethod
    def permitted(self, size: IntArray, n_open: IntArray, is_open: npt.NDArray[np.bool_]) -> IntArray:
        """The bits of the permitted actions of stacks.

        Args:
            size: the number of elements.
            n_open: the number of open nodes.
            is_open: whether the element on top is an open node.

        Shape: all `(n,)`.
        """

    @abstractmethod
    def tree(self, words: Sequence[str], actions: Sequence[int]) -> Any:
        """The tree of a complete derivation; inverse of `derivation`."""

    def node_categories(self, tree: Any) -> IntArray:
        """The category of each inner node (default: 0). Shape: `(m,)`."""
        return np.zeros(len(inner_children(tree)), dtype=np.int64)

    def category(self, tree: Tree | NaryTree, node: int) -> int:
        """The number of a node's category.

        Raises:
            InputError: if there is no such category.
        """
        name = category_name(tree.labels[node])
        if name not in self._numbers:
            raise InputError(f"label {name!r} of node {node}: the grammar has no such category")
        return self._numbers[name]


class TopDown(Transitions):
    """Labelled trees, top-down (Dyer, Kuncoro, Ballesteros and Smith, NAACL 2016, section 3).

    OPEN(X) opens a node of category X, SHIFT generates a word, REDUCE completes the innermost open node with the
    elements above it. A sentence ends when its root is complete. Every node has one child or more.
    """

    has_end = False
    tree_type = NaryTree

    def derivation(self, tree: Any) -> Derivation:
        """See `Transitions.derivation`."""
        check_tree(tree, NaryTree)
        if not tree.children:
            raise InputError(f"the tree {tree} has no node above its word; must have one")
        return cached_derivation(self, tree, top_down=True)

    def node_categories(self, tree: NaryTree) -> IntArray:
        """See `Transitions.node_categories`."""
        nodes = range(len(tree.words), len(tree.labels))
        return np.array([self.category(tree, node) for node in nodes], dtype=np.int64)

    def permitted(self, size: IntArray, n_open: IntArray, is_open: npt.NDArray[np.bool_]) -> IntArray:
        """See `Transitions.permitted`."""
        may_open = np.where((n_open < MOST_OPEN) & ((n_open > 0) | (size == 0)), MAY_OPEN, 0)
        return may_open + np.where(n_open > 0, MAY_SHIFT, 0) + np.where((n_open > 0) & ~is_open, MAY_REDUCE, 0)

    def tree(self, words: Sequence[str], actions: Sequence[int]) -> NaryTree:
        """See `Transitions.tree`."""
        stack, todo = list[Any](), iter(words)
        for action in actions:
            if action == SHIFT:
                stack.append(_Part(None, next(todo)))
            elif action >= OPEN:
                stack.append(_Part(self.categories[action - OPEN] or None, None))
            elif action == REDUCE:
                start = max(index for index, part in enumerate(stack) if part.content is None)
                stack[start:] = [_Part(stack[start].label, tuple(stack[start + 1 :]))]
        return NaryTree._trusted(*expand(stack[0], _opened))


class BottomUp(Transitions):
    """Unlabelled binary trees, bottom-up (Kim, Rush, Yu, Kuncoro, Dyer and Melis, NAACL 2019, section 2.1).

    SHIFT generates a word, REDUCE joins the two elements on top, END ends the sentence and is permitted if the stack
    has one element. Therefore every sequence of choices up to END has one tree and one sentence, and their
    probabilities sum to 1 over the sentences and trees of every length.
    """

    has_end = True
    tree_type = Tree

    def __init__(self, categories: Sequence[str] = ("",)) -> None:
        super().__init__(categories)

    def derivation(self, tree: Any) -> Derivation:
        """See `Transitions.derivation`; labels are not read."""
        check_tree(tree, Tree)
        return cached_derivation(self, tree, top_down=False)

    def permitted(self, size: IntArray, n_open: IntArray, is_open: npt.NDArray[np.bool_]) -> IntArray:
        """See `Transitions.permitted`."""
        return MAY_SHIFT + np.where(size > 1, MAY_REDUCE, 0) + np.where(size == 1, MAY_END, 0)

    def tree(self, words: Sequence[str], actions: Sequence[int]) -> Tree:
        """See `Transitions.tree`."""
        n, stack, merges, next_word = len(words), list[int](), list[tuple[int, int]](), 0
        for action in actions:
            if action == SHIFT:
                stack.append(next_word)
                next_word += 1
            elif action == REDUCE:
                right, left = stack.pop(), stack.pop()
                merges.append((left, right))
                stack.append(n + len(merges) - 1)
        return Tree._trusted(tuple(words), tuple(merges), (None,) * (2 * n - 1))


class _Part(NamedTuple):
    """An element of a stack: a word, an open node (no content), or a node with its children."""

    label: str | None
    content: Any


def _opened(part: _Part) -> Opened[_Part]:
    return part.label, part.content


def check_tree(tree: Any, kind: type[Any]) -> None:
    """Validate the class of a tree.

    Raises:
        InputError: if it is of another class.
    """
    if not isinstance(tree, kind):
        raise InputError(f"a tree is a {type(tree).__name__}; must be a {kind.__name__} for this grammar")
