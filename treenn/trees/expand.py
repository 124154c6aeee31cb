"""`expand`: the arrays of a tree that a function defines top-down, for all conversions and parsers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeAlias, TypeVar

from treenn.trees.tree import Label

Node = TypeVar("Node")
Opened: TypeAlias = "tuple[Label, str | Sequence[Node]]"


class Flat(NamedTuple):
    """The arguments of `NaryTree`, or of `Tree` if every inner node has two children."""

    words: tuple[str, ...]
    children: tuple[Any, ...]
    labels: tuple[Label, ...]


class _Close(NamedTuple):
    label: Label
    arity: int


def expand(root: Node, opened: Callable[[Node], Opened[Node]]) -> Flat:
    """Traverse a tree with a stack, and number its inner nodes in postorder.

    Args:
        root: the root.
        opened: a function that returns the label of a node, and its word (a leaf) or its children from left to right.
    """
    words: list[str] = []
    tags: list[Label] = []
    labels: list[Label] = []
    children: list[list[int]] = []
    finished: list[int] = []  # nodes without a parent so far; inner node k is ~k until the number of words is known
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
