"""`binarize_by_head`: conversion of dependency trees to binary trees, for dependency parsers."""

from __future__ import annotations

from treenn.trees import DependencyTree, Tree

_OF_NOUNS = {"amod", "compound", "det", "nmod", "nummod", "poss", "predet", "quantmod"}
"""Relations of prenominal dependents, in Universal Dependencies and in spaCy's English models."""


def binarize_by_head(tree: DependencyTree) -> Tree:
    """Binarize a dependency tree: each head is merged with its dependents one by one.

    A dependent is merged after its own subtree is complete. On each side, the nearest dependent is merged first. The
    order is:

    1. the determiner and the modifiers of a noun, up to the outermost left dependent with such a relation;
    2. right dependents, so that a verb has its object before its subject;
    3. the remaining left dependents.

    If dependencies cross, a dependent that is not adjacent to its head is attached to the nearest adjacent ancestor
    (lifting, Nivre and Nilsson, *Pseudo-Projective Dependency Parsing*, ACL 2005). Nodes have no labels.

    >>> heads, relations = (2, 2, 5, 5, 3, -1, 5), ("det", "amod", "nsubj", "aux", "neg", "root", "punct")
    >>> tree = DependencyTree(("The", "old", "dogs", "do", "not", "bark", "."), heads, relations)
    >>> print(binarize_by_head(tree))
    (X (X (X The) (X (X old) (X dogs))) (X (X (X do) (X not)) (X (X bark) (X .))))
    """
    n = len(tree.words)
    starts, ends, nodes = list(range(n)), list(range(1, n + 1)), list(range(n))  # of each head's partial subtree
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
    """Return the order in which a head is merged with its dependents."""
    right = sorted(word for word in hanging if word > head)
    left = sorted((word for word in hanging if word < head), reverse=True)
    of_noun = [(tree.relations[word] or "").partition(":")[0] in _OF_NOUNS for word in left]
    inner = len(left) - of_noun[::-1].index(True) if True in of_noun else 0
    return [*left[:inner], *right, *left[inner:]]
