"""Edits of structures against the enumeration of all binary trees, and rotations against brackets."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treenn.labelling.edits import move_left, move_right, rotate_left, rotate_right
from treenn.trees import InputError, Tree, parse_tree

EDITS = (rotate_left, rotate_right, move_left, move_right)
CATALAN = (1, 1, 2, 5, 14)


@cache
def brackets(start: int, end: int) -> list[str]:
    """All binary trees over the words from `start` to `end`, each span with a label of its own."""
    label = f"s{start}-{end}"
    if end - start == 1:
        return [f"({label} w{start})"]
    return [
        f"({label} {left} {right})"
        for middle in range(start + 1, end)
        for left in brackets(start, middle)
        for right in brackets(middle, end)
    ]


def neighbours(tree: Tree, edits: tuple[Callable[[Tree, int], Tree], ...] = EDITS) -> list[Tree]:
    found = []
    for edit in edits:
        for node in range(len(tree)):
            try:
                found.append(edit(tree, node))
            except InputError:
                continue
    return found


def shape(tree: Tree) -> frozenset[tuple[int, int]]:
    return frozenset(tree.spans)


@pytest.mark.parametrize("words", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("edits", [(rotate_left, rotate_right), (move_left, move_right)])
def test_every_tree_is_reached(words: int, edits: tuple[Callable[[Tree, int], Tree], ...]) -> None:
    trees = [parse_tree(text) for text in brackets(0, words)]
    assert len(trees) == CATALAN[words - 1]
    for start in trees:
        reached, todo = {shape(start)}, [start]
        while todo:
            new = [tree for tree in neighbours(todo.pop(), edits) if shape(tree) not in reached]
            todo += new
            reached |= set(map(shape, new))
        assert reached == set(map(shape, trees))


@pytest.mark.parametrize("words", [2, 3, 4, 5, 6])
def test_words_and_labels_of_remaining_spans_stay(words: int) -> None:
    for tree in map(parse_tree, brackets(0, words)):
        for edited in neighbours(tree):
            assert edited.words == tree.words
            assert shape(edited) != shape(tree)
            old = dict(zip(tree.spans, tree.labels, strict=True))
            assert dict(zip(edited.spans, edited.labels, strict=True)) == {span: old.get(span) for span in edited.spans}
            assert parse_tree(str(edited)) == edited  # post-order, as trees from files


def test_rotations_undo_each_other() -> None:
    for tree in map(parse_tree, brackets(0, 5)):
        for node in range(5, len(tree)):
            try:
                rotated = rotate_right(tree, node)
            except InputError:
                continue
            assert shape(rotate_left(rotated, rotated.spans.index(tree.spans[node]))) == shape(tree)


@pytest.mark.parametrize(
    ("edit", "phrase", "wanted"),
    [
        (rotate_right, "a b c", "(X (1 a) (X (2 b) (3 c)))"),
        (move_right, "b", "(X (1 a) (X (2 b) (3 c)))"),
        (move_left, "c", "(X (1 a) (X (2 b) (3 c)))"),
    ],
)
def test_edits_of_a_left_branching_tree(edit: Callable[[Tree, int], Tree], phrase: str, wanted: str) -> None:
    tree = parse_tree("(X (9 (1 a) (2 b)) (3 c))")
    node = next(i for i, span in enumerate(tree.spans) if " ".join(tree.words[slice(*span)]) == phrase)
    assert str(edit(tree, node)) == wanted


def test_a_move_over_several_brackets() -> None:
    tree = parse_tree("(0 (1 (2 a) (3 (4 b) (5 (6 c) (7 d)))) (8 (9 e) (10 f)))")
    moved = move_right(tree, 3)
    assert str(moved) == "(0 (X (2 a) (X (4 b) (6 c))) (X (7 d) (8 (9 e) (10 f))))"
    tree = parse_tree("(0 (8 (9 e) (10 f)) (1 (5 (6 c) (7 d)) (4 b)))")
    assert str(move_left(tree, 2)) == "(0 (X (8 (9 e) (10 f)) (6 c)) (X (7 d) (4 b)))"


@pytest.mark.parametrize(
    ("edit", "node", "message"),
    [
        (rotate_right, 0, "“a” is one word; must be a bracket of two or more"),
        (rotate_right, 4, "“a” is one word; must be a phrase of two or more"),
        (rotate_left, 3, "“c” is one word; must be a phrase"),
        (move_right, 2, "“c” ends the sentence; must have a right neighbour"),
        (move_right, 4, "“a b\\x1b c” ends the sentence"),
        (move_left, 0, "“a” begins the sentence; must have a left neighbour"),
        (move_left, 2, "“b\\x1b” is one word; must be a phrase"),
    ],
)
def test_impossible_edits_are_explained(edit: Callable[[Tree, int], Tree], node: int, message: str) -> None:
    tree = Tree(("a", "b\x1b", "c"), ((1, 2), (0, 3)))
    with pytest.raises(InputError) as error:
        edit(tree, node)
    assert str(error.value).startswith(message)


@given(st.lists(st.tuples(st.sampled_from(EDITS), st.integers(0, 40)), max_size=30))
def test_any_sequence_of_edits_gives_trees(steps: list[tuple[Callable[[Tree, int], Tree], int]]) -> None:
    words = ("the", "very", "good", "film", "is", "not", "at", "all", "bad")
    tree = Tree(words, _left(len(words)))
    for edit, node in steps:
        try:
            tree = edit(tree, node % len(tree))
        except InputError:
            continue
    assert tree.words == words
    assert tree.spans[tree.root] == (0, len(words))


def _left(n: int) -> tuple[tuple[int, int], ...]:
    return ((0, 1), *((n + i, i + 2) for i in range(n - 2)))


def test_edits_of_a_deep_tree() -> None:
    n = 3000
    tree = Tree(("w",) * n, _left(n))
    assert move_right(tree, 1).spans[-1] == (0, n)
    assert move_left(tree, n - 1).spans[-1] == (0, n)
