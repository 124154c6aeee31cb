"""Random trees for hypothesis, and deep ones; import as `from strategies import trees`.

Trees are drawn with a stack, as a shift-reduce parser builds them, so that their inner nodes are numbered as the
bracket reader numbers them: in the order their brackets close.
"""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

from treenn.trees import Label, NaryTree, Tree

DEPTHS = [3_000, pytest.param(100_000, marks=pytest.mark.slow)]
"""Depths at which readers are tested, far beyond the recursion limit."""

WORDS = st.text("abcdefg-'#&<>\"()[]{}/*\\\u00a0é漢", min_size=1, max_size=5)
CLASSES = st.none() | st.integers(0, 4)
CATEGORIES = st.none() | st.sampled_from(["S", "NP", "VP", "PP-LOC", "-NONE-", "``", "3"])


@st.composite
def trees(
    draw: st.DrawFn,
    labels: st.SearchStrategy[Label] = CLASSES,
    words: st.SearchStrategy[str] = WORDS,
    max_words: int = 12,
) -> Tree:
    sentence = draw(st.lists(words, min_size=1, max_size=max_words))
    n = len(sentence)
    stack: list[int] = []
    merges: list[tuple[int, int]] = []
    for word in range(n):
        stack.append(word)
        most = len(stack) - 1
        for _ in range(most if word == n - 1 else draw(st.integers(0, most))):
            right, left = stack.pop(), stack.pop()
            stack.append(n + len(merges))
            merges.append((left, right))
    return Tree(tuple(sentence), tuple(merges), _drawn(draw, labels, 2 * n - 1))


@st.composite
def trees_in_any_order(draw: st.DrawFn, labels: st.SearchStrategy[Label] = CLASSES, max_words: int = 12) -> Tree:
    """Trees with merges in any order with children before parents."""
    sentence = draw(st.lists(WORDS, min_size=1, max_size=max_words))
    forest = list(range(len(sentence)))
    merges = []
    while len(forest) > 1:
        at = draw(st.integers(0, len(forest) - 2))
        merges.append((forest[at], forest[at + 1]))
        forest[at : at + 2] = [len(sentence) + len(merges) - 1]
    return Tree(tuple(sentence), tuple(merges), _drawn(draw, labels, 2 * len(sentence) - 1))


@st.composite
def nary_trees(
    draw: st.DrawFn,
    labels: st.SearchStrategy[Label] = CATEGORIES,
    words: st.SearchStrategy[str] = WORDS,
    max_words: int = 10,
    max_chain: int = 2,
) -> NaryTree:
    """Trees with any number of children per node and unary chains (none if `max_chain=0`)."""
    sentence = draw(st.lists(words, min_size=1, max_size=max_words))
    n = len(sentence)
    stack: list[int] = []
    children: list[tuple[int, ...]] = []

    def close(count: int) -> None:
        children.append(tuple(stack[-count:]))
        stack[-count:] = [n + len(children) - 1]

    def chain() -> None:
        for _ in range(draw(st.integers(0, max_chain))):
            close(1)

    for word in range(n):
        stack.append(word)
        chain()
        while len(stack) > 1 and (word == n - 1 or draw(st.booleans())):
            close(draw(st.integers(2, len(stack))))
            chain()
    return NaryTree(tuple(sentence), tuple(children), _drawn(draw, labels, n + len(children)))


def left_chain(n: int) -> Tree:
    """The left-branching tree ((a b) c) d …, labelled 0 to 4 in turn."""
    merges = [(n + k - 1 if k else 0, k + 1) for k in range(n - 1)]
    return Tree(_sentence(n), tuple(merges), tuple(i % 5 for i in range(2 * n - 1)))


def right_chain(n: int) -> Tree:
    """The right-branching tree … a (b (c d)), labelled 0 to 4 in turn."""
    merges = [(n - 2 - k, n + k - 1 if k else n - 1) for k in range(n - 1)]
    return Tree(_sentence(n), tuple(merges), tuple(i % 5 for i in range(2 * n - 1)))


def _sentence(n: int) -> tuple[str, ...]:
    return tuple(f"w{i % 97}" for i in range(n))


def _drawn(draw: st.DrawFn, labels: st.SearchStrategy[Label], count: int) -> tuple[Label, ...]:
    return tuple(draw(st.lists(labels, min_size=count, max_size=count)))
