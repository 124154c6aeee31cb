"""Derivations: the actions that build a tree with its sentence, and the stack that each action leaves."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from treenn.runtime.arrays import IntArray
from treenn.trees import NaryTree, Tree
from treenn.trees.errors import InputError
from treenn.trees.nary import inner_children

if TYPE_CHECKING:
    from treenn.lm.grammar.transitions import Transitions


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


def cached_derivation(transitions: Transitions, tree: Any, *, top_down: bool) -> Derivation:
    """The derivation of a tree, cached with the tree.

    Args:
        transitions: the transition system.
        tree: a tree of its class.
        top_down: whether nodes are opened before their children.

    Raises:
        InputError: as `Transitions.derivation`.
    """
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
