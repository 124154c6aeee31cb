"""Binary trees of dependency trees, for networks that read constituency trees."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from treenn.trees.dependency import DependencyTree, upwards
from treenn.trees.tree import Label, Tree


class BinarizedDependencies(NamedTuple):
    """The binary tree of a dependency tree.

    Args:
        tree: the binary tree. The node of each word has its label; the others are unlabelled.
        nodes: the node of each word: its maximal projection, the phrase of the word and of all words below it.
    """

    tree: Tree
    nodes: tuple[int, ...]


def binarize_dependencies(tree: DependencyTree) -> BinarizedDependencies:
    """Binarize a dependency tree head-outward.

    Each word is merged with the phrases of its right dependents, from the nearest to the farthest, then with those of
    its left dependents, likewise: `dogs like old bones` becomes `(dogs (like (old bones)))`. The result depends on
    nothing but the heads. A tree that is not projective is projectivized first (`projective_heads`); a phrase is then
    that of the projective tree. The result is cached with the tree.

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

    While an arc is not projective, the shortest such arc, of several the leftmost, is lifted: its dependent becomes
    one of its head's head (Nivre and Nilsson 2005, "Pseudo-projective dependency parsing").

    Args:
        heads: the heads of a tree, -1 for the root, as in `DependencyTree`.

    >>> projective_heads((2, -1, 1, 0))
    (1, -1, 1, 1)
    """
    heads = list(heads)
    while (arc := _shortest_crossing(heads)) is not None:
        heads[arc] = heads[heads[arc]]
    return tuple(heads)


def _shortest_crossing(heads: Sequence[int]) -> int | None:
    """The dependent of the shortest arc that is not projective: a word between its ends is not below its head."""
    if _is_projective(heads):
        return None
    first, last = _intervals(heads)
    arcs = sorted((abs(word - head), min(word, head), word) for word, head in enumerate(heads) if head >= 0)
    for _, _, word in arcs:
        head = heads[word]
        between = range(min(word, head) + 1, max(word, head))
        if not all(first[head] <= first[each] <= last[head] for each in between):
            return word
    return None


def _is_projective(heads: Sequence[int]) -> bool:
    lowest, highest, sizes = list(range(len(heads))), list(range(len(heads))), [1] * len(heads)
    for word in upwards(heads):
        head = heads[word]
        if head >= 0:
            lowest[head], highest[head] = min(lowest[head], lowest[word]), max(highest[head], highest[word])
            sizes[head] += sizes[word]
    return all(high - low + 1 == size for low, high, size in zip(lowest, highest, sizes, strict=True))


def _intervals(heads: Sequence[int]) -> tuple[list[int], list[int]]:
    """The number of each word in preorder, and that of the last word below it."""
    sizes, order = [1] * len(heads), upwards(heads)
    for word in order:
        if heads[word] >= 0:
            sizes[heads[word]] += sizes[word]
    first, free = [0] * len(heads), [1] * len(heads)
    for word in reversed(order):
        head = heads[word]
        if head >= 0:
            first[word] = free[head]
            free[head] += sizes[word]
        free[word] = first[word] + 1
    return first, [start + size - 1 for start, size in zip(first, sizes, strict=True)]
