"""Binary trees of dependency trees, for networks that read constituency trees."""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heapify, heappop, heappush
from typing import NamedTuple

from treenn.trees.dependency import DependencyTree, upwards
from treenn.trees.tree import Label, Tree


class BinarizedDependencies(NamedTuple):
    """The binary tree of a dependency tree.

    Args:
        tree: the binary tree. The nodes of words have the labels of the words; other nodes are unlabelled.
        nodes: the node of each word: its maximal projection, the phrase of the word and of all words below it.
    """

    tree: Tree
    nodes: tuple[int, ...]


def binarize_dependencies(tree: DependencyTree) -> BinarizedDependencies:
    """Binarize a dependency tree head-outward.

    Each word is merged with the phrases of its right dependents, from the nearest to the farthest, then with those of
    its left dependents, likewise: `dogs like old bones` becomes `(dogs (like (old bones)))`. The result depends only on
    the heads. A non-projective tree is projectivized first (`projective_heads`), and its phrases are those of the
    projective tree. The result is cached with the tree.

    Args:
        tree: the dependency tree.

    >>> tree = DependencyTree(("dogs", "like", "old", "bones"), (1, -1, 3, 1), labels=(0, 1, 2, 3))
    >>> binary, nodes = binarize_dependencies(tree)
    >>> print(binary, nodes)
    (1 (0 dogs) (X (X like) (3 (2 old) (X bones)))) (0, 6, 2, 4)
    """
    binarized: BinarizedDependencies | None = tree.__dict__.get("_binarized")
    if binarized is None:
        binarized = tree.__dict__["_binarized"] = _binarized(tree)
    return binarized


def _binarized(tree: DependencyTree) -> BinarizedDependencies:
    heads, n = projective_heads(tree.heads), len(tree.words)
    left, right = ([list[int]() for _ in heads] for _ in "lr")
    for word, head in enumerate(heads):
        if head >= 0:
            (left if word < head else right)[head].append(word)
    nodes, merges = list(range(n)), list[tuple[int, int]]()
    for word in upwards(heads):  # dependents before heads, so the root's last merge is the last of all
        for dependent in right[word]:
            merges.append((nodes[word], nodes[dependent]))
            nodes[word] = n + len(merges) - 1
        for dependent in reversed(left[word]):
            merges.append((nodes[dependent], nodes[word]))
            nodes[word] = n + len(merges) - 1
    labels: list[Label] = [None] * (2 * n - 1)
    for word, node in enumerate(nodes):
        labels[node] = tree.labels[word]
    return BinarizedDependencies(Tree(tree.words, tuple(merges), tuple(labels)), tuple(nodes))


def projective_heads(heads: Sequence[int]) -> tuple[int, ...]:
    """The heads of a projective tree, in which the words below every word are adjacent.

    While an arc is non-projective, the shortest such arc (the leftmost of several) is lifted: its dependent is attached
    to the head's head (Nivre and Nilsson 2005, "Pseudo-projective dependency parsing").

    Args:
        heads: the heads of a tree, -1 for the root, as in `DependencyTree`.

    >>> projective_heads((2, -1, 1, 0))
    (1, -1, 1, 1)
    """
    heads = list(heads)
    children = [list[int]() for _ in heads]
    for word, head in enumerate(heads):
        if head >= 0:
            children[head].append(word)
    crossing = {word for head in range(len(heads)) for word in _crossing(heads, head, children[head])}
    arcs = [_arc(heads, word) for word in crossing]
    heapify(arcs)
    while arcs:
        word = heappop(arcs)[-1]
        old, new = heads[word], heads[heads[word]]
        crossing.remove(word)
        children[old].remove(word)
        children[new].append(word)
        heads[word] = new
        # The lifted words are no longer below the old head, so only its arcs can cross now, and the lifted arc.
        for each in (*_crossing(heads, new, [word]), *_crossing(heads, old, children[old])):
            if each not in crossing:
                crossing.add(each)
                heappush(arcs, _arc(heads, each))
    return tuple(heads)


def _arc(heads: Sequence[int], word: int) -> tuple[int, int, int]:
    """The arc to a word as a sort key: its length, its left end and the word."""
    return abs(word - heads[word]), min(word, heads[word]), word


def _crossing(heads: Sequence[int], head: int, dependents: Sequence[int]) -> list[int]:
    """The dependents with a non-projective arc: a word between dependent and head is not below the head."""
    below = {head}
    low, high = min(dependents, default=head), max(dependents, default=head)
    left = next((word for word in range(head - 1, low, -1) if not _is_below(heads, word, below)), low)
    right = next((word for word in range(head + 1, high) if not _is_below(heads, word, below)), high)
    return [word for word in dependents if not left <= word <= right]


def _is_below(heads: Sequence[int], word: int, below: set[int]) -> bool:
    """Return True if a word is below one of the words in `below`, to which the words on the path are added."""
    path = []
    while word >= 0 and word not in below:
        path.append(word)
        word = heads[word]
    if word >= 0:
        below.update(path)
    return word >= 0
