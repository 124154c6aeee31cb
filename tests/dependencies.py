"""Random dependency trees for hypothesis; import as `from dependencies import …`."""

from __future__ import annotations

from hypothesis import strategies as st
from strategies import CLASSES, WORDS

from treenn.trees import DependencyTree


@st.composite
def dependency_trees(draw: st.DrawFn, max_words: int = 10) -> DependencyTree:
    """Any tree over the words, projective or not: the head of each word but the first was drawn before it."""
    words = draw(st.lists(WORDS, min_size=1, max_size=max_words))
    order = draw(st.permutations(range(len(words))))
    heads = [-1] * len(words)
    for k, word in enumerate(order[1:], start=1):
        heads[word] = order[draw(st.integers(0, k - 1))]
    relations = [draw(st.none() | st.sampled_from(["nsubj", "acl:relcl", "root"])) for _ in words]
    return DependencyTree(tuple(words), tuple(heads), tuple(relations), tuple(draw(CLASSES) for _ in words))


def chain(n: int) -> DependencyTree:
    """The head of each word is the next word; the last is the root. Its depth is the number of words."""
    return DependencyTree(("word",) * n, (*range(1, n), -1))


def star(n: int) -> DependencyTree:
    """The middle word is the root and the head of all others."""
    heads = [n // 2] * n
    heads[n // 2] = -1
    return DependencyTree(("word",) * n, tuple(heads))
