"""Binarization of trees and its inverse."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from treenn.trees.arguments import checked
from treenn.trees.errors import InputError
from treenn.trees.expand import Opened, expand
from treenn.trees.nary import NaryTree
from treenn.trees.tree import Label, Tree

Factor = Literal["left", "right"]

_JOIN, _MARK = "+", "@"


class _Run(NamedTuple):
    """The children `start` to `end` of a node, which become one factored node with this label."""

    label: Label
    children: tuple[int, ...]
    start: int
    end: int


class _Link(NamedTuple):
    """Position `at` in the chain of labels of a node of the binary tree."""

    chain: Sequence[Label]
    at: int
    node: int


@checked
def binarize(tree: NaryTree, factor: Factor = "right", *, lossless: bool = True) -> Tree:
    """Binarize a tree.

    Nodes with more than two children are factored as by nltk's `Tree.chomsky_normal_form`: to the right, `a b c`
    becomes `a (b c)`; to the left, `(a b) c`. A unary chain becomes one node, as by nltk's `collapse_unary`.

    Args:
        tree: the tree.
        factor: the side of the new nodes (default: `"right"`).
        lossless: whether `unbinarize` is the inverse (default: True). If True, the labels of a chain are joined with
            `+` (None is empty), and the label of a factored node is `@` and the label of its origin. If False, a chain
            is labelled with its topmost label other than None, and factored nodes are unlabelled, as required by
            treebanks with a class at every node.

    Raises:
        InputError: if `lossless` and a label is empty, begins with `@`, contains a `+`, or is a number in a unary
            chain. The message names the label and the node.

    >>> from treenn.trees import parse_nary
    >>> print(binarize(parse_nary("(S (NP (NN dogs)) (VBP bark) (. .))")[0]))
    (S (NP+NN dogs) (@S (VBP bark) (. .)))
    """
    if lossless:
        _refuse_ambiguous(tree)
    n = len(tree.words)

    def opened(part: int | _Run) -> Opened[int | _Run]:
        if isinstance(part, _Run):
            return part.label, _halves(part, factor)
        chain = _chain(tree, part)
        label, bottom = _merged([tree.labels[node] for node in chain], lossless), chain[-1]
        if bottom < n:
            return label, tree.words[bottom]
        children = tree.children[bottom - n]
        mark = f"{_MARK}{'' if label is None else label}" if lossless else None
        return label, _halves(_Run(mark, children, 0, len(children)), factor)

    root: int | _Run = len(tree.labels) - 1
    return Tree(*expand(root, opened))


@checked
def unbinarize(tree: Tree) -> NaryTree:
    """The inverse of a lossless `binarize`, with inner nodes numbered in postorder.

    Raises:
        InputError: if the root or a word has the label of a factored node.

    >>> from treenn.trees import parse_tree
    >>> print(unbinarize(parse_tree("(S (NP+NN dogs) (@S (VBP bark) (. .)))")))
    (S (NP (NN dogs)) (VBP bark) (. .))
    """
    n = len(tree.words)
    for node in (*range(n), tree.root):
        if _is_marked(tree.labels[node]):
            kind = "the root" if node == tree.root else "a word"
            raise InputError(
                f"label {tree.labels[node]!r} of node {node}, {kind}: must not begin with {_MARK}, which marks nodes "
                "that binarize inserted"
            )

    def opened(link: _Link) -> Opened[_Link]:
        if link.at < len(link.chain) - 1:
            return link.chain[link.at], (link._replace(at=link.at + 1),)
        if link.node < n:
            return link.chain[-1], tree.words[link.node]
        return link.chain[-1], [_link(tree, child) for child in _unfactored(tree, link.node)]

    return NaryTree(*expand(_link(tree, tree.root), opened))


def _chain(tree: NaryTree, node: int) -> list[int]:
    """The nodes of the unary chain that begins at a node."""
    n, chain = len(tree.words), [node]
    while chain[-1] >= n and len(tree.children[chain[-1] - n]) == 1:
        chain += tree.children[chain[-1] - n]
    return chain


def _merged(labels: list[Label], lossless: bool) -> Label:
    if len(labels) == 1:
        return labels[0]
    if lossless:
        return _JOIN.join("" if label is None else str(label) for label in labels)
    return next((label for label in labels if label is not None), None)


def _halves(run: _Run, factor: Factor) -> tuple[int | _Run, int | _Run]:
    cut = run.end - 1 if factor == "left" else run.start + 1
    left, right = run._replace(end=cut), run._replace(start=cut)
    return _child_or_run(left), _child_or_run(right)


def _child_or_run(run: _Run) -> int | _Run:
    return run.children[run.start] if run.end - run.start == 1 else run


def _link(tree: Tree, node: int) -> _Link:
    label = tree.labels[node]
    if isinstance(label, str) and _JOIN in label:
        return _Link([name or None for name in label.split(_JOIN)], 0, node)
    return _Link([label], 0, node)


def _unfactored(tree: Tree, node: int) -> list[int]:
    """The children of a node before factoring."""
    n, children = len(tree.words), []
    todo = [*reversed(tree.merges[node - n])]
    while todo:
        child = todo.pop()
        if _is_marked(tree.labels[child]):
            todo += reversed(tree.merges[child - n])
        else:
            children.append(child)
    return children


def _is_marked(label: Label) -> bool:
    return isinstance(label, str) and label.startswith(_MARK)


def _refuse_ambiguous(tree: NaryTree) -> None:
    for node, label in enumerate(tree.labels):
        if isinstance(label, str) and (not label or _JOIN in label or _is_marked(label)):
            raise InputError(
                f"label {label!r} of node {node}: must not be empty, begin with {_MARK} or contain {_JOIN}; rename it, "
                "or pass lossless=False"
            )
    for node, children in enumerate(tree.children, start=len(tree.words)):
        for end in (node, *children) if len(children) == 1 else ():
            if isinstance(tree.labels[end], int):
                raise InputError(
                    f"label {tree.labels[end]} of node {end}: must be text in a unary chain, as unbinarize cannot "
                    "restore numbers; pass lossless=False"
                )
