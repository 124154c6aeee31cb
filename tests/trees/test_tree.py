import copy
import pickle

import pytest
from hypothesis import given
from strategies import left_chain, right_chain, trees, trees_in_any_order

from treenn.trees import InputError, Label, Tree

DEEP = 3_000


def nested_spans(tree: Tree, node: int) -> dict[int, tuple[int, int]]:
    """Spans by recursion, bottom-up."""
    if node < len(tree.words):
        return {node: (node, node + 1)}
    left, right = tree.merges[node - len(tree.words)]
    spans = nested_spans(tree, left) | nested_spans(tree, right)
    return spans | {node: (spans[left][0], spans[right][1])}


def nested_height(tree: Tree, node: int) -> int:
    children = tree.children(node)
    return 0 if children is None else 1 + max(nested_height(tree, child) for child in children)


@given(trees_in_any_order())
def test_spans_heights_and_parents_equal_plain_recursion(tree: Tree) -> None:
    nodes = range(len(tree))
    assert dict(enumerate(tree.spans)) == nested_spans(tree, tree.root)
    assert tree.heights == tuple(nested_height(tree, node) for node in nodes)
    assert tree.parents[tree.root] == -1
    for node in nodes:
        for child in tree.children(node) or ():
            assert tree.parents[child] == node


def brackets(tree: Tree, node: int) -> str:
    below = tree.children(node)
    inside = tree.words[node] if below is None else " ".join(brackets(tree, child) for child in below)
    return f"({tree.labels[node]} {inside})"


@given(trees_in_any_order())
def test_a_subtree_is_what_stands_below_its_node(tree: Tree) -> None:
    for node in range(len(tree)):
        part = tree.subtree(node)
        assert brackets(part, part.root) == brackets(tree, node)


def test_a_small_tree() -> None:
    tree = Tree(("not", "very", "good"), ((1, 2), (0, 3)), (2, 2, 3, 4, 1))
    assert (len(tree), tree.root, tree.label) == (5, 4, 1)
    assert [tree.children(node) for node in range(5)] == [None, None, None, (1, 2), (0, 3)]
    assert str(tree) == "(1 (2 not) (4 (2 very) (3 good)))"


def test_single_word_is_the_root() -> None:
    tree = Tree(("yes",), ())
    assert (tree.root, tree.labels, tree.spans, tree.heights, tree.parents) == (0, (None,), ((0, 1),), (0,), (-1,))


def test_trees_are_values() -> None:
    one, same = (Tree(("a", "b"), ((0, 1),), (0, 1, 2)) for _ in range(2))
    assert one == same
    assert len({one, same}) == 1
    assert one != one.with_labels([0, 1, 3])
    with pytest.raises(AttributeError):
        one.words = ("c",)  # type: ignore[misc]


@given(trees())
def test_copies_and_pickles_are_equal(tree: Tree) -> None:
    assert tree.spans  # cached values must not get in the way
    assert copy.deepcopy(tree) == tree
    assert pickle.loads(pickle.dumps(tree)) == tree


def test_changing_labels_keeps_the_shape() -> None:
    tree = Tree(("a", "b"), ((0, 1),), (0, None, 4))
    changed = tree.map_labels(lambda label: None if label is None else int(label) // 2)
    assert changed == Tree(("a", "b"), ((0, 1),), (0, None, 2))
    assert tree.with_labels(list("xyz")).labels == ("x", "y", "z")


@pytest.mark.parametrize(
    ("words", "merges", "labels", "message"),
    [
        ((), (), (), "words is empty; a tree must have at least one word"),
        (("a", ""), ((0, 1),), (), "word 1 is empty; every word needs at least one character"),
        (("a", "b"), (), (), "a binary tree over 2 words has 1 merges, not 0"),
        (("a", "b"), ((0, 1), (0, 1)), (), "a binary tree over 2 words has 1 merges, not 2"),
        (("a", "b"), ((0, 1),), (1, 2), "a binary tree over 2 words has 3 labels, not 2"),
        (("a", "b"), ((0, 2),), (), "merge 0 is (0, 2): children of node 2 must be 0 to 1"),
        (("a", "b"), ((-1, 1),), (), "merge 0 is (-1, 1): children of node 2 must be 0 to 1"),
        (("a", "b", "c"), ((0, 1), (0, 3)), (), "merge 1 is (0, 3): node 0 has a parent"),
        (("a", "b", "c"), ((0, 1), (2, 1)), (), "merge 1 is (2, 1): node 1 has a parent"),
        (
            ("a", "b"),
            ((1, 0),),
            (),
            "merge 0 is (1, 0): the left child ends at word 2, the right child starts at word 0; they must be adjacent",
        ),
        (
            ("a", "b", "c"),
            ((0, 2), (3, 1)),
            (),
            "merge 0 is (0, 2): the left child ends at word 1, the right child starts at word 2; they must be adjacent",
        ),
        (
            ("a", "b"),
            ((0, 0),),
            (),
            "merge 0 is (0, 0): the left child ends at word 1, the right child starts at word 0; they must be adjacent",
        ),
    ],
)
def test_what_is_no_tree_is_refused(
    words: tuple[str, ...], merges: tuple[tuple[int, int], ...], labels: tuple[Label, ...], message: str
) -> None:
    with pytest.raises(InputError) as error:
        Tree(words, merges, labels)
    assert str(error.value) == message


@pytest.mark.parametrize("chain", [left_chain, right_chain])
def test_depth_has_no_limit(chain) -> None:
    tree = chain(DEEP)
    assert tree.heights[tree.root] == DEEP - 1
    assert tree.spans[tree.root] == (0, DEEP)
    assert sorted(tree.parents) == sorted([-1, *range(DEEP, 2 * DEEP - 1), *range(DEEP, 2 * DEEP - 1)])
    assert tree == chain(DEEP)
    assert hash(tree) == hash(chain(DEEP))
