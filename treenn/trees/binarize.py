"""From trees with any number of children to binary trees, and back without loss."""

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
    """The neighbouring children `start` to `end` of one node, which a factored node of this label holds together."""

    label: Label
    children: tuple[int, ...]
    start: int
    end: int


class _Link(NamedTuple):
    """Place `at` in the chain of labels that a node of a binary tree stands for."""

    chain: Sequence[Label]
    at: int
    node: int


@checked
def binarize(tree: NaryTree, factor: Factor = "right", *, lossless: bool = True) -> Tree:
    """A binary tree over the same words.

    A node with more than two children is factored as nltk's `Tree.chomsky_normal_form` does: to the right,
    `a b c` becomes `a (b c)`; to the left, `(a b) c`. A unary chain becomes one node, as with nltk's `collapse_unary`.

    Args:
        tree: the tree to binarize.
        factor: which side the new nodes stand on.
        lossless: name the nodes so that `unbinarize` gives the tree back: a chain's labels are joined with `+` (`None`
            is written as nothing), a factored node is called `@` and the label of the node it belongs to. Without it,
            a chain keeps the topmost label that is not `None`, and factored nodes have none: what a treebank with a
            class at every node wants.

    Raises:
        InputError: where a lossless result is asked for and a label is empty, begins with `@` or holds `+`, or is a
            number within a unary chain; the message names the label and the node.

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
    """The tree that a lossless `binarize` started from, its nodes numbered in the order their brackets close.

    Raises:
        InputError: where the root or a word is labelled as a factored node.

    >>> from treenn.trees import parse_tree
    >>> print(unbinarize(parse_tree("(S (NP+NN dogs) (@S (VBP bark) (. .)))")))
    (S (NP (NN dogs)) (VBP bark) (. .))
    """
    n = len(tree.words)
    for node in (*range(n), tree.root):
        if _is_marked(tree.labels[node]):
            what = "the root" if node == tree.root else "a word"
            raise InputError(
                f"node {node}, {what}, is labelled {tree.labels[node]!r}; {_MARK} marks nodes that binarize put in"
            )

    def opened(link: _Link) -> Opened[_Link]:
        if link.at < len(link.chain) - 1:
            return link.chain[link.at], (link._replace(at=link.at + 1),)
        if link.node < n:
            return link.chain[-1], tree.words[link.node]
        return link.chain[-1], [_link(tree, child) for child in _unfactored(tree, link.node)]

    return NaryTree(*expand(_link(tree, tree.root), opened))


def _chain(tree: NaryTree, node: int) -> list[int]:
    """A node, its only child, that one's only child, and so on."""
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
    """The children of a node, factored nodes replaced by theirs."""
    n, found = len(tree.words), []
    todo = [*reversed(tree.merges[node - n])]
    while todo:
        child = todo.pop()
        if _is_marked(tree.labels[child]):
            todo += reversed(tree.merges[child - n])
        else:
            found.append(child)
    return found


def _is_marked(label: Label) -> bool:
    return isinstance(label, str) and label.startswith(_MARK)


def _refuse_ambiguous(tree: NaryTree) -> None:
    for node, label in enumerate(tree.labels):
        if isinstance(label, str) and (not label or _JOIN in label or _is_marked(label)):
            raise InputError(
                f"label {label!r} of node {node} is empty, begins with {_MARK} or holds {_JOIN}, which binarize needs "
                "for itself; rename it, or give up the way back with lossless=False"
            )
    for node, children in enumerate(tree.children, start=len(tree.words)):
        for end in (node, *children) if len(children) == 1 else ():
            if isinstance(tree.labels[end], int):
                raise InputError(
                    f"label {tree.labels[end]} of node {end} is a number within a unary chain, and would come back "
                    "as text; give up the way back with lossless=False"
                )
