"""Binary trees of dependency trees, compared with the sets of words below each word."""

from __future__ import annotations

import pytest
from dependencies import chain, dependency_trees, star
from hypothesis import given, settings

from treenn.trees import DependencyTree, binarize_dependencies
from treenn.trees.binarize_dependencies import projective_heads


def below(heads: tuple[int, ...], word: int) -> set[int]:
    """The word and all words below it."""
    found = {word}
    for _ in heads:
        found |= {each for each, head in enumerate(heads) if head in found}
    return found


def ancestors(heads: tuple[int, ...], word: int) -> list[int]:
    found = []
    while word >= 0:
        word = heads[word]
        found.append(word)
    return found


def is_projective(heads: tuple[int, ...]) -> bool:
    return all(
        each in below(heads, head)
        for word, head in enumerate(heads)
        if head >= 0
        for each in range(min(word, head) + 1, max(word, head))
    )


@settings(deadline=None, max_examples=200)
@given(dependency_trees())
def test_node_of_a_word_covers_the_words_below(tree: DependencyTree) -> None:
    heads = projective_heads(tree.heads)
    binary, nodes = binarize_dependencies(tree)
    for word, node in enumerate(nodes):
        assert set(range(*binary.spans[node])) == below(heads, word)
        assert binary.labels[node] == tree.labels[word]
    assert nodes[tree.root] == binary.root
    assert len(set(nodes)) == len(tree)
    assert all(binary.labels[node] is None for node in set(range(len(binary))) - set(nodes))


@settings(deadline=None, max_examples=200)
@given(dependency_trees())
def test_lifting_makes_trees_projective(tree: DependencyTree) -> None:
    heads = projective_heads(tree.heads)
    assert is_projective(heads)
    assert all(new in ancestors(tree.heads, word) for word, new in enumerate(heads))
    if is_projective(tree.heads):
        assert heads == tree.heads


@settings(deadline=None, max_examples=200)
@given(dependency_trees())
def test_lifting_equals_its_definition(tree: DependencyTree) -> None:
    heads = tree.heads
    while not is_projective(heads):
        crossing = [
            (abs(word - head), min(word, head), word)
            for word, head in enumerate(heads)
            if head >= 0 and not set(range(min(word, head) + 1, max(word, head))) <= below(heads, head)
        ]
        _, _, word = min(crossing)
        heads = (*heads[:word], heads[heads[word]], *heads[word + 1 :])
    assert projective_heads(tree.heads) == heads


def test_the_shortest_arc_is_lifted_first() -> None:
    # "A hearing is scheduled on the issue today": the arc from hearing to on crosses that from scheduled to the root.
    heads = (1, 2, -1, 2, 1, 6, 4, 3)
    assert projective_heads(heads) == (1, 2, -1, 2, 2, 6, 4, 2)


def test_right_dependents_are_merged_before_left_ones() -> None:
    tree = DependencyTree(("a", "b", "head", "c", "d"), (2, 2, -1, 2, 2))
    assert str(binarize_dependencies(tree).tree) == "(X (X a) (X (X b) (X (X (X head) (X c)) (X d))))"
    assert binarize_dependencies(tree) is binarize_dependencies(tree)


@pytest.mark.parametrize("tree", [chain(20_000), star(20_000)])
def test_deep_and_wide_trees_are_binarized(tree: DependencyTree) -> None:
    assert binarize_dependencies(tree).tree.spans[-1] == (0, 20_000)
