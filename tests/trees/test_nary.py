import pytest
from hypothesis import given
from strategies import nary_trees

from treenn.trees import InputError, NaryTree, Tree
from treenn.trees.nary import inner_children


@given(nary_trees())
def test_drawn_trees_are_accepted_and_are_values(tree: NaryTree) -> None:
    same = NaryTree(tree.words, tree.children, tree.labels)
    assert tree == same
    assert hash(tree) == hash(same)


def test_as_text() -> None:
    tree = NaryTree(("dogs", "bark", "."), ((0,), (3, 1, 2)), ("NN", "VBP", ".", "NP", "S"))
    assert str(tree) == "(S (NP (NN dogs)) (VBP bark) (. .))"


def test_children_of_either_kind_of_tree() -> None:
    assert inner_children(Tree(("a", "b"), ((0, 1),))) == ((0, 1),)
    assert inner_children(NaryTree(("a",), ((0,), (1,)), (None, None, None))) == ((0,), (1,))


@pytest.mark.parametrize(
    ("words", "children", "message"),
    [
        ((), (), "words is empty; a tree must have at least one word"),
        (("a", ""), ((0, 1),), "word 1 is empty; every word needs at least one character"),
        (("a",), ((),), "children of node 1 are (); must be one or more of 0 to 0"),
        (("a",), ((1,),), "children of node 1 are (1,); must be one or more of 0 to 0"),
        (("a", "b"), ((-1, 1),), "children of node 2 are (-1, 1); must be one or more of 0 to 1"),
        (("a", "b", "c"), ((0, 2),), "children 0 and 2 of node 3 must be adjacent"),
        (("a", "b"), ((1, 0),), "children 1 and 0 of node 2 must be adjacent"),
        (("a", "b", "c"), ((0, 1),), "node 2 has 0 parents; every node except the last must have one"),
        (("a", "b"), ((0,), (0, 1)), "node 0 has 2 parents; every node except the last must have one"),
    ],
)
def test_what_is_no_tree_is_refused(
    words: tuple[str, ...], children: tuple[tuple[int, ...], ...], message: str
) -> None:
    with pytest.raises(InputError) as error:
        NaryTree(words, children, (None,) * (len(words) + len(children)))
    assert str(error.value) == message


def test_labels_are_counted() -> None:
    with pytest.raises(InputError, match="this tree has 3 nodes, so it needs 3 labels, not 1"):
        NaryTree(("a", "b"), ((0, 1),), ("S",))
