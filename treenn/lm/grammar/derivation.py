"""Derivations: the actions that build a tree with its sentence, and the stack that each action leaves."""

from __future__ import annotations

from abc import ABC, abstractmethod
from array import array
from collections.abc import Sequence
from typing import Any, ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt

from treebanks.grammar_treebank import category_name
from treenn.trees import NaryTree, Tree
from treenn.trees.errors import InputError
from treenn.trees.expand import Opened, expand
from treenn.trees.nary import inner_children

IntArray = npt.NDArray[np.int64]

SHIFT, REDUCE, END, OPEN = 0, 1, 2, 3
"""The actions: generate a word, complete a node, end the sentence, and open a node of category `action - OPEN`."""

MAY_SHIFT, MAY_REDUCE, MAY_END, MAY_OPEN = 1, 2, 4, 8
"""The bits of the permitted actions."""

BOTTOM = -1
"""The element below the first one of a stack."""

MOST_OPEN = 100
"""The maximum number of open nodes, as in Dyer et al. 2016, section 3.1."""


class Derivation(NamedTuple):
    """The derivation of one tree of `n` words and `m` inner nodes.

    Every action but END pushes one element on the stack: a word, an open node, or a complete node in place of its
    parts. Therefore element `t` is that of action `t`, and is on top when action `t + 1` is chosen.

    Shape: `A` actions, `E` elements.

    Args:
        actions: `(A,)` the actions.
        permitted: `(A,)` the bits of the actions that are permitted instead of each.
        nodes: `(E,)` the word or node of each element.
        below: `(E,)` the element below, `BOTTOM` for the first of the stack.
        depths: `(E,)` the size of the stack up to the element.
        categories: `(m,)` the category of each inner node.
        heights: `(m,)` the height of each inner node.
        children: the children of all inner nodes, one after the other.
        counts: `(m,)` the number of children of each inner node.
    """

    actions: IntArray
    permitted: IntArray
    nodes: IntArray
    below: IntArray
    depths: IntArray
    categories: IntArray
    heights: IntArray
    children: IntArray
    counts: IntArray


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
        return _cached(self, tree, top_down=True)

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
        return _cached(self, tree, top_down=False)

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


def _cached(transitions: Transitions, tree: Any, *, top_down: bool) -> Derivation:
    key, cache = "_derivation", tree.__dict__
    if key not in cache or cache[key][0] != transitions.categories:
        cache[key] = transitions.categories, _derive(transitions, tree, top_down=top_down)
    derivation: Derivation = cache[key][1]
    return derivation


def _derive(transitions: Transitions, tree: Tree | NaryTree, *, top_down: bool) -> Derivation:
    n, children, steps = len(tree.words), inner_children(tree), _Steps()
    todo = [len(tree.labels) - 1]
    while todo:
        node = todo.pop()  # ~node completes a node
        if node < 0:
            steps.reduce(~node, len(children[~node - n]), top_down=top_down)
        elif node < n:
            steps.push(SHIFT, node)
        else:
            if top_down:
                steps.push(OPEN + transitions.category(tree, node), node)
            todo.append(~node)
            todo += reversed(children[node - n])
    if transitions.has_end:
        steps.end()
    return steps.derivation(transitions, tree)


class _Steps:
    """The stack of a derivation, and its history."""

    def __init__(self) -> None:
        self._stack, self._open, self._actions = list[int](), 0, list[int]()
        self._rows, self._stacks = array("q"), array("q")

    def push(self, action: int, node: int) -> None:
        """Record an action that pushes a word or an open node."""
        self._act(action)
        self._push(node)
        self._open += action >= OPEN
        if self._open > MOST_OPEN:
            raise InputError(f"a tree has more than {MOST_OPEN} open nodes; must have at most that many")

    def reduce(self, node: int, arity: int, *, top_down: bool) -> None:
        """Record the completion of a node."""
        self._act(REDUCE)
        del self._stack[len(self._stack) - arity - top_down :]
        self._open -= top_down
        self._push(node)

    def end(self) -> None:
        """Record the end of the sentence."""
        self._act(END)

    def _act(self, action: int) -> None:
        """Record an action, with the size of the stack, the number of open nodes, and whether the top is open."""
        is_open = bool(self._stack) and self._actions[self._stack[-1]] >= OPEN
        self._stacks.extend((len(self._stack), self._open, is_open))
        self._actions.append(action)

    def _push(self, node: int) -> None:
        below = self._stack[-1] if self._stack else BOTTOM
        self._stack.append(len(self._actions) - 1)
        self._rows.extend((node, below, len(self._stack)))

    def derivation(self, transitions: Transitions, tree: Tree | NaryTree) -> Derivation:
        """The history as arrays."""
        nodes, below, depths = np.array(self._rows, dtype=np.int64).reshape(-1, 3).T
        size, n_open, is_open = np.array(self._stacks, dtype=np.int64).reshape(-1, 3).T
        n, children = len(tree.words), inner_children(tree)
        return Derivation(
            np.array(self._actions, dtype=np.int64),
            transitions.permitted(size, n_open, is_open.astype(bool)),
            nodes,
            below,
            depths,
            transitions.node_categories(tree),
            np.array(tree.heights[n:], dtype=np.int64),
            np.array([child for of_node in children for child in of_node], dtype=np.int64),
            np.array([len(of_node) for of_node in children], dtype=np.int64),
        )
