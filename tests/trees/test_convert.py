from typing import Any

import networkx
import nltk
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import CATEGORIES, CLASSES, DEPTHS, left_chain, nary_trees, right_chain, trees

from treenn.trees import (
    InputError,
    NaryTree,
    Tree,
    format_tree,
    from_networkx,
    from_nltk,
    nary_from_networkx,
    nary_from_nltk,
    parse_nary,
    parse_tree,
    to_networkx,
    to_nltk,
)

LABELS = CLASSES | CATEGORIES


@given(trees(labels=LABELS))
def test_binary_trees_come_back(tree: Tree) -> None:
    assert from_nltk(to_nltk(tree)) == tree
    assert from_networkx(to_networkx(tree)) == tree


@given(nary_trees(labels=LABELS))
def test_nary_trees_come_back(tree: NaryTree) -> None:
    assert nary_from_nltk(to_nltk(tree)) == tree
    assert nary_from_networkx(to_networkx(tree)) == tree


@given(nary_trees(labels=st.sampled_from(["S", "NP", "PP-LOC", "``"]), words=st.text("abc-'é", min_size=1)))
def test_equal_to_what_nltk_reads(tree: NaryTree) -> None:
    theirs = nltk.Tree.fromstring(format_tree(tree))
    assert to_nltk(tree) == theirs
    assert nary_from_nltk(theirs) == tree


@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("chain", [left_chain, right_chain])
def test_deep_trees_come_back(chain, depth: int) -> None:
    tree = chain(depth)
    assert from_nltk(to_nltk(tree)) == tree
    assert from_networkx(to_networkx(tree)) == tree


def test_an_nltk_tree() -> None:
    [tree] = parse_nary("(S (NP (NN dogs)) (VBP bark) (X !))")
    theirs = to_nltk(tree)
    assert [node.label() for node in theirs.subtrees()] == ["S", "NP", "NN", "VBP", "X"]
    assert theirs.pos() == [("dogs", "NN"), ("bark", "VBP"), ("!", "X")]
    theirs[2].set_label("")
    assert nary_from_nltk(theirs) == tree


def test_nltk_trees_have_the_escapes_of_brackets() -> None:
    theirs = nltk.Tree.fromstring(r"(S (A -LRB-) (B either\/or))")
    assert from_nltk(theirs).words == ("(", "either/or")
    assert to_nltk(from_nltk(theirs)) == theirs


@given(
    nary_trees(
        labels=st.none() | st.sampled_from(["S", "X", r"\X", "-NONE-", "``"]), words=st.text("-LRB()a/*\\", min_size=1)
    )
)
def test_nltk_reads_what_is_written(tree: NaryTree) -> None:
    theirs = to_nltk(tree)
    again = nltk.Tree.fromstring(str(theirs))
    assert again == theirs
    assert nary_from_nltk(again) == tree
    assert parse_nary(str(theirs)) == [tree]


def test_a_graph() -> None:
    graph = to_networkx(parse_tree("(1 (2 not) (3 (2 very) (X good)))", classes=5))
    assert dict(graph.nodes(data=True)) == {
        0: {"label": 2, "start": 0, "end": 1, "word": "not"},
        1: {"label": 2, "start": 1, "end": 2, "word": "very"},
        2: {"label": None, "start": 2, "end": 3, "word": "good"},
        3: {"label": 3, "start": 1, "end": 3},
        4: {"label": 1, "start": 0, "end": 3},
    }
    assert set(graph.edges(data="order")) == {(3, 1, 0), (3, 2, 1), (4, 0, 0), (4, 3, 1)}


@pytest.mark.parametrize(("read", "write"), [(from_nltk, to_nltk), (from_networkx, to_networkx)])
def test_binarizing_on_the_way(read: Any, write: Any) -> None:
    theirs = write(parse_nary("(S (NP (NN dogs)) (VBP bark) (. .))")[0])
    assert str(read(theirs, factor="left")) == "(S (X (NP dogs) (VBP bark)) (. .))"
    with pytest.raises(InputError) as error:
        read(theirs)
    assert str(error.value) == (
        "a node labelled 'NP' has 1 child, a binary tree needs 2; pass factor='right' to binarize"
    )


@pytest.mark.parametrize(
    ("tree", "message"),
    [
        (nltk.Tree("NP", ["the", "dog"]), "'the': must be an nltk.Tree; a word is the only child of its node"),
        (nltk.Tree("NP", [nltk.Tree("DT", ["the"]), "dog"]), "'dog': must be an nltk.Tree"),
        (nltk.Tree("NP", [("dogs", "NNS")]), r"\('dogs', 'NNS'\): must be an nltk.Tree"),
        ("(NP dogs)", r"'\(NP dogs\)': must be an nltk.Tree"),
        (nltk.Tree("S", [nltk.Tree("NP", [])]), "the node labelled 'NP' has neither a word nor children"),
        (nltk.Tree(("S", 1), ["a"]), r"label \('S', 1\) of a node: must be a whole number, a string or None"),
        (nltk.Tree("S", [""]), "word 0 is empty"),
    ],
)
def test_nltk_trees_that_are_refused(tree: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        nary_from_nltk(tree)


def test_insertion_order_does_not_matter() -> None:
    graph = networkx.DiGraph()
    graph.add_edge("root", "right", order=7)
    graph.add_edge("root", "left", order=-1)
    graph.add_node("right", word="bad")
    graph.add_node("left", word="not", label=2)
    assert from_networkx(graph) == Tree(("not", "bad"), ((0, 1),), (2, None, None))


def a_graph(*edges: tuple[int, int, int | None]) -> networkx.DiGraph:
    """A directed graph from edges (parent, child, order); leaves get words."""
    graph = networkx.DiGraph()
    graph.add_edges_from((parent, child, {} if order is None else {"order": order}) for parent, child, order in edges)
    for node in graph:
        if not graph.adj[node]:
            graph.nodes[node]["word"] = f"w{node}"
    return graph


def with_node(graph: networkx.DiGraph, node: int, **attributes: object) -> networkx.DiGraph:
    graph.add_node(node, **attributes)
    return graph


PAIR = ((0, 1, 0), (0, 2, 1))


@pytest.mark.parametrize(
    ("graph", "message"),
    [
        (networkx.DiGraph(), "this graph has 0 nodes without a parent, []; a tree has exactly one"),
        (networkx.Graph([(0, 1)]), "graph of type Graph: must be a networkx.DiGraph"),
        (networkx.MultiDiGraph([(0, 1)]), "graph of type MultiDiGraph: must be a networkx.DiGraph"),
        (a_graph(*PAIR, (3, 4, 0)), "this graph has 2 nodes without a parent, [0, 3]; a tree has exactly one"),
        (
            a_graph((0, 1, 0), (1, 2, 0), (2, 0, 0)),
            "this graph has 0 nodes without a parent, []; a tree has exactly one",
        ),
        (a_graph(*PAIR, (1, 3, 0), (2, 3, 0)), "node 3 has 2 parents, [1, 2]; it must have one"),
        (a_graph(*PAIR, (3, 4, 0), (4, 3, 0)), "the nodes [3, 4] are on a cycle; a tree has none"),
        (
            a_graph((0, 1, 0), (0, 2, None)),
            "the edges from node 0 have the orders [0, None]; "
            "the attribute order must be whole numbers that increase from left to right",
        ),
        (
            a_graph((0, 1, 3), (0, 2, 3)),
            "the edges from node 0 have the orders [3, 3]; "
            "the attribute order must be whole numbers that increase from left to right",
        ),
        (
            with_node(a_graph(*PAIR), 2, word=None),
            "node 2 has no children, so it needs a word; its attribute word is None",
        ),
        (
            with_node(a_graph(*PAIR), 0, word="w"),
            "node 0 has children and the word 'w'; only nodes without children are words",
        ),
        (with_node(a_graph(*PAIR), 0, label=0.5), "label 0.5 of node 0: must be a whole number, a string or None"),
    ],
)
def test_graphs_that_are_refused(graph: networkx.Graph, message: str) -> None:
    with pytest.raises(InputError) as error:
        from_networkx(graph)
    assert str(error.value) == message


@pytest.mark.parametrize("value", [np.zeros((2, 3)), "(NP\ndogs)", ["a\n"] * 100])
def test_invalid_nltk_tree_is_named_on_one_line(value: Any) -> None:
    with pytest.raises(InputError, match="must be an nltk") as error:
        from_nltk(value)
    assert "\n" not in str(error.value) and len(str(error.value)) < 200
