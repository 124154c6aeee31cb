import re
from typing import Literal

import nltk
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import CATEGORIES, CLASSES, nary_trees, trees

from treenn.trees import InputError, Label, NaryTree, Tree, binarize, parse_nary, parse_tree, to_nltk, unbinarize

Factor = Literal["left", "right"]
FACTORS = st.sampled_from(["left", "right"])


def spans_and_labels(tree: nltk.Tree) -> list[tuple[int, int, str]]:
    """Node contents by recursion over nltk's type."""
    found: list[tuple[int, int, str]] = []

    def walk(node: nltk.Tree, start: int) -> int:
        end = start
        for child in node:
            end = end + 1 if isinstance(child, str) else walk(child, end)
        found.append((start, end, node.label()))
        return end

    walk(tree, 0)
    return sorted(found)


@given(nary_trees(), FACTORS)
def test_there_and_back(tree: NaryTree, factor: Factor) -> None:
    assert unbinarize(binarize(tree, factor)) == tree


@given(nary_trees(labels=CLASSES | CATEGORIES, max_chain=0), FACTORS)
def test_number_labels_without_chains_come_back(tree: NaryTree, factor: Factor) -> None:
    back = unbinarize(binarize(tree, factor))
    assert back == tree
    assert list(map(type, back.labels)) == list(map(type, tree.labels))


@given(nary_trees(labels=CATEGORIES.map(lambda label: label or "NP")), FACTORS)
def test_equal_to_nltk(tree: NaryTree, factor: Factor) -> None:
    theirs = to_nltk(tree)
    theirs.collapse_unary(collapsePOS=True, collapseRoot=True)
    theirs.chomsky_normal_form(factor=factor)
    ours = to_nltk(binarize(tree, factor))
    marked = [(start, end, re.sub(r"^@(.*)", r"\1|", label)) for start, end, label in spans_and_labels(ours)]
    assert sorted(marked) == sorted(
        (start, end, re.sub(r"\|<.*", "|", label)) for start, end, label in spans_and_labels(theirs)
    )


@given(trees(labels=CLASSES), FACTORS)
def test_a_binary_tree_stays_as_it_is(tree: Tree, factor: Factor) -> None:
    nary = NaryTree(tree.words, tree.merges, tree.labels)
    assert binarize(nary, factor) == tree
    assert binarize(nary, factor, lossless=False) == tree
    assert unbinarize(tree) == nary


@given(nary_trees(labels=CLASSES), FACTORS)
def test_classes_stay_where_they_were(tree: NaryTree, factor: Factor) -> None:
    n = len(tree.words)
    spans = [(i, i + 1) for i in range(n)]
    spans += [(0, 0)] * len(tree.children)
    topmost: dict[tuple[int, int], Label] = {}
    for node, label in enumerate(tree.labels):
        if node >= n:
            children = tree.children[node - n]
            spans[node] = (spans[children[0]][0], spans[children[-1]][1])
        topmost[spans[node]] = topmost.get(spans[node]) if label is None else label
    binary = binarize(tree, factor, lossless=False)
    assert binary.words == tree.words
    assert list(binary.labels) == [topmost.get(span) for span in binary.spans]


def test_the_two_sides() -> None:
    [tree] = parse_nary("(S (A a) (B b) (C c) (D d))")
    assert str(binarize(tree, "right")) == "(S (A a) (@S (B b) (@S (C c) (D d))))"
    assert str(binarize(tree, "left")) == "(S (@S (@S (A a) (B b)) (C c)) (D d))"
    assert binarize(tree) == binarize(tree, "right")


def test_chains_and_missing_labels() -> None:
    [tree] = parse_nary("(S (X (NP (X (NN dogs)))) (X (A a) (B b) (C c)))")
    binary = binarize(tree)
    assert binary.labels == ("+NP++NN", "A", "B", "C", "@", None, "S")
    assert unbinarize(binary) == tree


@pytest.mark.parametrize("label", ["", "@", "@NP", "A+B", "+"])
def test_labels_that_would_not_come_back_are_refused(label: str) -> None:
    tree = NaryTree(("a", "b"), ((0, 1),), ("A", label, "S"))
    with pytest.raises(
        InputError, match=re.escape(f"label {label!r} of node 1: must not be empty, begin with @ or contain +")
    ):
        binarize(tree)
    assert binarize(tree, lossless=False).labels == tree.labels


@pytest.mark.parametrize(("labels", "node"), [((2, "S"), 0), (("NN", 3), 1)])
def test_numbers_in_a_chain_are_refused(labels: tuple[Label, ...], node: int) -> None:
    tree = NaryTree(("a",), ((0,),), labels)
    with pytest.raises(InputError, match=f"label {labels[node]} of node {node}: must be text in a unary chain"):
        binarize(tree)
    assert binarize(tree, lossless=False) == Tree(("a",), (), labels[1:])


def test_an_unknown_side_is_refused() -> None:
    with pytest.raises(InputError, match="factor up: must be left or right"):
        binarize(NaryTree(("a",), (), ("A",)), "up")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "(@S (A a) (B b))",
            "label '@S' of node 2, the root: must not begin with @, which marks nodes that binarize inserted",
        ),
        (
            "(S (A a) (@B b))",
            "label '@B' of node 1, a word: must not begin with @, which marks nodes that binarize inserted",
        ),
    ],
)
def test_misplaced_marks_are_refused(text: str, message: str) -> None:
    with pytest.raises(InputError) as error:
        unbinarize(parse_tree(text))
    assert str(error.value) == message


@pytest.mark.parametrize("factor", ["left", "right"])
def test_nodes_with_many_children(factor: Factor) -> None:
    n = 3_000
    tree = NaryTree(("w",) * n, (tuple(range(n)),), ("W",) * n + ("S",))
    binary = binarize(tree, factor)
    assert binary.heights[binary.root] == n - 1
    assert unbinarize(binary) == tree


def test_deep_unary_chains() -> None:
    n = 3_000
    tree = NaryTree(("w",), tuple((k,) for k in range(n)), ("NN",) + ("NP",) * n)
    binary = binarize(tree)
    assert binary.labels == ("NP+" * n + "NN",)
    assert unbinarize(binary) == tree
