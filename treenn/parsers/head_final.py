"""`binarize_by_head`: a dependency tree as a binary tree, for parsers that find dependencies."""

from __future__ import annotations

from treenn.trees import DependencyTree, Tree

_OF_NOUNS = {"amod", "compound", "det", "nmod", "nummod", "poss", "predet", "quantmod"}
"""Relations of what stands before a noun, of Universal Dependencies and of spaCy's English models."""


def binarize_by_head(tree: DependencyTree) -> Tree:
    """The binary tree that grows when each head takes up what hangs on it, one dependent after the other.

    A head takes up its dependents when these have taken up their own, and on each side the nearest first:

    1. a noun its determiner and modifiers: those on the left, as far as the outermost with such a relation;
    2. what is on the right, so that a verb has its object before its subject, and a noun's phrase goes on;
    3. what is left on the left.

    Where dependencies cross, what a head cannot reach is left to the head's own head, and so on upwards (the lifting of
    Nivre and Nilsson, *Pseudo-Projective Dependency Parsing*, ACL 2005). No node gets a label.

    >>> heads, relations = (2, 2, 5, 5, 3, -1, 5), ("det", "amod", "nsubj", "aux", "neg", "root", "punct")
    >>> tree = DependencyTree(("The", "old", "dogs", "do", "not", "bark", "."), heads, relations)
    >>> print(binarize_by_head(tree))
    (X (X (X The) (X (X old) (X dogs))) (X (X (X do) (X not)) (X (X bark) (X .))))
    """
    n = len(tree.words)
    starts, ends, nodes = list(range(n)), list(range(1, n + 1)), list(range(n))  # of what each word heads so far
    hanging = [list(words) for words in tree.children]
    merges: list[tuple[int, int]] = []
    for head in sorted(range(n), key=tree.heights.__getitem__):
        for word in _order(tree, head, hanging[head]):
            if ends[head] == starts[word]:
                merges.append((nodes[head], nodes[word]))
                ends[head] = ends[word]
            elif ends[word] == starts[head]:
                merges.append((nodes[word], nodes[head]))
                starts[head] = starts[word]
            else:
                hanging[tree.heads[head]].append(word)
                continue
            nodes[head] = n + len(merges) - 1
    return Tree(tree.words, tuple(merges))


def _order(tree: DependencyTree, head: int, hanging: list[int]) -> list[int]:
    """The order in which a head takes up what hangs on it."""
    right = sorted(word for word in hanging if word > head)
    left = sorted((word for word in hanging if word < head), reverse=True)
    of_noun = [(tree.relations[word] or "").partition(":")[0] in _OF_NOUNS for word in left]
    inner = len(left) - of_noun[::-1].index(True) if True in of_noun else 0
    return [*left[:inner], *right, *left[inner:]]
