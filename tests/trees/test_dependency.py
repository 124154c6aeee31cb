import pickle
import re

import networkx as nx
import pytest
from dependencies import chain, dependency_trees, star
from hypothesis import given
from hypothesis import strategies as st

from treenn.trees import DependencyTree, InputError


@given(dependency_trees())
def test_attributes_equal_those_of_the_graph(tree: DependencyTree) -> None:
    n = len(tree)
    graph = nx.DiGraph([(head, word) for word, head in enumerate(tree.heads) if head >= 0])
    graph.add_nodes_from(range(n))
    assert nx.is_arborescence(graph)
    assert tree.heads[tree.root] == -1
    for word in range(n):
        assert list(tree.children[word]) == sorted(graph.successors(word))
        below = nx.single_source_shortest_path_length(graph, word)
        assert tree.heights[word] == max(below.values())


@given(st.lists(st.integers(-2, 6), min_size=1, max_size=6))
def test_only_heads_of_trees_are_accepted(heads: list[int]) -> None:
    n = len(heads)
    inside = all(-1 <= head < n for head in heads)
    is_tree = inside and heads.count(-1) == 1 and all(_leads_to_the_root(heads, word) for word in range(n))
    try:
        DependencyTree(("w",) * n, tuple(heads))
    except InputError:
        assert not is_tree
    else:
        assert is_tree


def _leads_to_the_root(heads: list[int], word: int) -> bool:
    for _ in heads:
        word = heads[word]
        if word == -1:
            return True
    return False


@pytest.mark.parametrize(
    ("heads", "message"),
    [
        ((1, -1, 3), "the head of word 2 is 3; it must be a word of the sentence, 0 to 2, or -1 for the root"),
        ((1, -1, -2), "the head of word 2 is -2; it must be a word of the sentence, 0 to 2, or -1 for the root"),
        ((-1, 0, -1), "words 0 and 2 are both roots, their head is -1; a sentence has one root"),
        ((1, 2, 0), "no word is the root; the head of one word must be -1"),
        ((-1, 1, 0), "word 1 is on a cycle, 1 → 1; heads must lead to the root"),
        ((3, -1, 0, 2), "word 0 is on a cycle, 0 → 3 → 2 → 0; heads must lead to the root"),
        ((1, -1), "a dependency tree over 3 words has 3 heads, not 2"),
    ],
)
def test_heads_that_are_no_tree_are_refused(heads: tuple[int, ...], message: str) -> None:
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        DependencyTree(("a", "b", "c", "d")[: max(3, len(heads))], heads)


def test_a_long_cycle_is_told_in_short() -> None:
    n = 3_000
    with pytest.raises(InputError, match="word 1 is on a cycle, 1 → 2 → 3 → 4 → … → 2998 → 2999 → 1;"):
        DependencyTree(("word",) * n, (-1, *range(2, n), 1))


def test_words_relations_and_labels_are_checked() -> None:
    with pytest.raises(InputError, match="a tree must have at least one word"):
        DependencyTree((), ())
    with pytest.raises(InputError, match="word 1 is empty"):
        DependencyTree(("a", ""), (1, -1))
    with pytest.raises(InputError, match="over 2 words has 2 relations, not 1"):
        DependencyTree(("a", "b"), (1, -1), ("det",))
    with pytest.raises(InputError, match="over 2 words has 2 labels, not 3"):
        DependencyTree(("a", "b"), (1, -1), labels=(1, 2, 3))


def test_relations_and_labels_left_out_are_none() -> None:
    tree = DependencyTree(("a", "b"), (1, -1))
    assert tree.relations == tree.labels == (None, None)
    assert tree.map_labels(lambda _: 3) == DependencyTree(("a", "b"), (1, -1), labels=(3, 3))


@pytest.mark.parametrize("make", [chain, star])
def test_depth_has_no_limit(make: type) -> None:
    tree: DependencyTree = pickle.loads(pickle.dumps(make(3_000)))
    assert tree.heights[tree.root] == (2_999 if make is chain else 1)
    assert sum(map(len, tree.children)) == 2_999
