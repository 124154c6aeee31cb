"""Edits of a tree's structure: rotations, and moves of a phrase to its neighbour.

The words and their order never change. A node is identified by its span: the labels of remaining spans are unchanged,
and new nodes have no label. Any binary tree over the same words can be reached by rotations (Sleator, Tarjan and
Thurston, Journal of the AMS 1988, "Rotation distance, triangulations, and hyperbolic geometry"). A move is a sequence
of rotations.
"""

from __future__ import annotations

from collections.abc import Set

from treenn.trees import InputError, Tree
from treenn.trees.draw import visible

Span = tuple[int, int]
"""The first word of a phrase, and the word after its last."""


def rotate_right(tree: Tree, node: int) -> Tree:
    """Rotate a bracket to the right: `((A B) C)` becomes `(A (B C))`.

    Args:
        tree: the tree.
        node: the bracket.

    Raises:
        InputError: if the node is a word, or its left part is one.

    >>> from treenn.trees import parse_tree
    >>> tree = parse_tree("(3 (2 (2 very) (3 good)) (2 film))")
    >>> print(rotate_right(tree, tree.root))
    (3 (2 very) (X (3 good) (2 film)))
    """
    left, _ = _parts(tree, node)
    _, end = tree.spans[node]
    return _replaced(tree, {tree.spans[left]}, {(_division(tree, left), end)})


def rotate_left(tree: Tree, node: int) -> Tree:
    """Rotate a bracket to the left: `(A (B C))` becomes `((A B) C)`.

    Args:
        tree: the tree.
        node: the bracket.

    Raises:
        InputError: if the node is a word, or its right part is one.
    """
    _, right = _parts(tree, node)
    start, _ = tree.spans[node]
    return _replaced(tree, {tree.spans[right]}, {(start, _division(tree, right))})


def move_right(tree: Tree, node: int) -> Tree:
    """Move a phrase into a bracket with its right neighbour: `((A B) C)` becomes `(A (B C))` for B.

    A phrase that is in one bracket with its right neighbour joins the neighbour's first part: `(A (B C))` becomes
    `((A B) C)` for A.

    Args:
        tree: the tree.
        node: the phrase.

    Raises:
        InputError: if there is no right neighbour, or if it is one word in the same bracket.

    >>> from treenn.trees import parse_tree
    >>> tree = parse_tree("(3 (2 (2 not) (2 (2 a) (2 very))) (3 (3 good) (2 film)))")
    >>> print(move_right(tree, 2))
    (3 (X (2 not) (2 a)) (X (2 very) (3 (3 good) (2 film))))
    """
    start, end = tree.spans[node]
    if end == len(tree.words):
        raise InputError(f"{_quoted(tree, node)} ends the sentence; must have a right neighbour")
    above = _ancestors(tree, node)
    closing = {span for span in above if span[1] == end}
    neighbour = (end, above[len(closing)][1])
    if closing:
        return _replaced(tree, closing, {(first, start) for first, _ in closing} | {(start, neighbour[1])})
    return _replaced(tree, {neighbour}, {(start, _division(tree, _node(tree, neighbour)))})


def move_left(tree: Tree, node: int) -> Tree:
    """Move a phrase into a bracket with its left neighbour: `(A (B C))` becomes `((A B) C)` for B.

    A phrase that is in one bracket with its left neighbour joins the neighbour's last part: `((A B) C)` becomes
    `(A (B C))` for C.

    Args:
        tree: the tree.
        node: the phrase.

    Raises:
        InputError: if there is no left neighbour, or if it is one word in the same bracket.
    """
    start, end = tree.spans[node]
    if start == 0:
        raise InputError(f"{_quoted(tree, node)} begins the sentence; must have a left neighbour")
    above = _ancestors(tree, node)
    opening = {span for span in above if span[0] == start}
    neighbour = (above[len(opening)][0], start)
    if opening:
        return _replaced(tree, opening, {(end, last) for _, last in opening} | {(neighbour[0], end)})
    return _replaced(tree, {neighbour}, {(_division(tree, _node(tree, neighbour)), end)})


def _parts(tree: Tree, node: int) -> tuple[int, int]:
    if (parts := tree.children(node)) is None:
        raise InputError(f"{_quoted(tree, node)} is one word; must be a bracket of two or more")
    return parts


def _division(tree: Tree, node: int) -> int:
    """The first word of a node's right part."""
    if (parts := tree.children(node)) is None:
        raise InputError(f"{_quoted(tree, node)} is one word; must be a phrase of two or more")
    return tree.spans[parts[1]][0]


def _ancestors(tree: Tree, node: int) -> list[Span]:
    """The spans of a node's ancestors, bottom-up."""
    spans: list[Span] = []
    while (node := tree.parents[node]) >= 0:
        spans.append(tree.spans[node])
    return spans


def _node(tree: Tree, span: Span) -> int:
    return tree.spans.index(span)


def _replaced(tree: Tree, removed: Set[Span], added: Set[Span]) -> Tree:
    """Replace inner spans of a tree, in post-order. Spans of one word are ignored."""
    n = len(tree.words)
    inner = {span for span in (set(tree.spans[n:]) - removed) | added if span[1] - span[0] > 1}
    last_from, last_to = [*range(n)], [-1, *range(n)]  # the largest node so far that starts or ends there
    merges: list[tuple[int, int]] = []
    labels, old = list(tree.labels[:n]), dict(zip(tree.spans, tree.labels, strict=True))
    for start, end in sorted(inner, key=lambda span: (span[1], -span[0])):
        merges.append((last_from[start], last_to[end]))
        last_from[start] = last_to[end] = n + len(merges) - 1
        labels.append(old.get((start, end)))
    return Tree(tree.words, tuple(merges), tuple(labels))


def _quoted(tree: Tree, node: int) -> str:
    start, end = tree.spans[node]
    return f"“{visible(' '.join(tree.words[start:end]))}”"
