"""Flat trees out of anything that can be walked from its root downwards: the one walk that all conversions share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeAlias, TypeVar

from treenn.trees.tree import Label

Node = TypeVar("Node")
Opened: TypeAlias = "tuple[Label, str | Sequence[Node]]"


class Flat(NamedTuple):
    """The arguments of `NaryTree`, and of `Tree` where every inner node has two children."""

    words: tuple[str, ...]
    children: tuple[Any, ...]
    labels: tuple[Label, ...]


class _Close(NamedTuple):
    label: Label
    arity: int


def expand(root: Node, opened: Callable[[Node], Opened[Node]]) -> Flat:
    """Walk a tree with a stack and number its nodes as the bracket reader does: inner nodes in the order they close.

    Args:
        root: where the walk starts.
        opened: gives a node's label and, for a leaf, its word, for any other node its children from left to right.
    """
    words: list[str] = []
    tags: list[Label] = []
    labels: list[Label] = []
    children: list[list[int]] = []
    finished: list[int] = []  # nodes that wait for their parent; inner node k is ~k until the words are counted
    todo: list[Any] = [root]
    while todo:
        node = todo.pop()
        if isinstance(node, _Close):
            children.append(finished[-node.arity :])
            labels.append(node.label)
            finished[-node.arity :] = [~(len(children) - 1)]
            continue
        label, below = opened(node)
        if isinstance(below, str):
            finished.append(len(words))
            words.append(below)
            tags.append(label)
        else:
            todo.append(_Close(label, len(below)))
            todo.extend(reversed(below))
    n = len(words)
    numbered = tuple(tuple(child if child >= 0 else n + ~child for child in below) for below in children)
    return Flat(tuple(words), numbered, (*tags, *labels))
