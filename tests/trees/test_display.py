"""Reprs stay short, and displays for notebooks are well-formed and escape their text."""

from __future__ import annotations

import re
from collections.abc import Callable
from xml.etree import ElementTree

import dependencies
import pytest
from dependencies import dependency_trees
from hypothesis import given
from hypothesis import strategies as st
from strategies import CATEGORIES, CLASSES, left_chain, nary_trees, right_chain, trees

from treenn.trees import DependencyTree, Label, NaryTree, Tree, parse_nary, parse_tree
from treenn.trees.display import Heading, quoted, table_html

AnyTree = Tree | NaryTree | DependencyTree
HOSTILE = ["<script>alert(1)</script>", "</svg></div>", '"onload="x', "&lt;", "\x1b[31m", "\u202e", "]]>", "\ud800"]
SVG = "{http://www.w3.org/2000/svg}"


def one_word(word: str, label: Label) -> list[AnyTree]:
    """A tree of each class over one word."""
    return [Tree((word,), (), (label,)), NaryTree((word,), (), (label,)), DependencyTree((word,), (-1,), (), (label,))]


def unary_chain(n: int) -> NaryTree:
    return NaryTree(("w",), tuple((k,) for k in range(n)), ("NN",) + ("NP",) * n)


def test_reprs_of_short_trees_are_complete() -> None:
    assert repr(parse_tree("(3 (2 not) (1 bad))", classes=5)) == "Tree('(3 (2 not) (1 bad))')"
    assert repr(parse_nary("(NP (DT the) (NN dog))")[0]) == "NaryTree('(NP (DT the) (NN dog))')"
    assert repr(Tree(("a b",), (), (1,))) == "Tree('a b', words=1, height=0, label=1)"
    tree = DependencyTree(("dogs", "bark"), (1, -1), ("nsubj", "root"))
    assert repr(tree) == "DependencyTree(words=('dogs', 'bark'), heads=(1, -1), relations=('nsubj', 'root'))"
    assert eval(repr(tree)) == tree


def test_reprs_of_large_trees_are_summaries() -> None:
    start = "w0 w1 w2 w3 w4 w5 w6 w7 w8 w9 w10 w11 w12 w13 w14 w15 w16 …"
    assert repr(right_chain(400)) == f"Tree('{start}', words=400, height=399, label=3)"
    assert repr(unary_chain(3_000)) == "NaryTree('w', words=1, height=3000, label='NP')"
    assert repr(dependencies.chain(400)).endswith("word wor…', words=400, height=399)")


@pytest.mark.parametrize("make", [left_chain, right_chain, unary_chain, dependencies.chain, dependencies.star])
def test_displays_stay_small_at_3_000_levels(make: Callable[[int], AnyTree]) -> None:
    tree = make(3_000)
    assert len(repr(tree)) <= 200
    assert tree._repr_svg_() is None
    assert len(tree._repr_html_()) < 500
    assert "draw_svg(tree)" in tree._repr_html_()


@pytest.mark.parametrize("word", ["x" * 10_000, "\U000e0001" * 1000, "'\"" * 500])
def test_reprs_of_long_words_stay_short(word: str) -> None:
    for tree in (*one_word(word, word), DependencyTree((word,), (-1,), (word,))):
        assert len(repr(tree)) <= 200
        assert repr(tree).isprintable()


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_words_are_escaped(text: str) -> None:
    word, elements = text.replace(" ", ""), {"svg", "title", "desc", "rect", "g", "text"}
    for tree in (*one_word(word, word), DependencyTree((word,), (-1,), (word,))):
        [picture] = ElementTree.fromstring(tree._repr_html_())
        assert {element.tag.removeprefix(SVG) for element in picture.iter()} <= elements
        assert repr(tree).isprintable()


@given(trees(labels=CLASSES | CATEGORIES) | nary_trees(labels=CLASSES | CATEGORIES) | dependency_trees())
def test_every_word_is_in_the_display(tree: AnyTree) -> None:
    picture = ElementTree.fromstring(tree._repr_svg_() or "")
    shown = [text.text for text in picture.iter(f"{SVG}text")]
    assert {word.replace("\u00a0", r"\xa0") for word in tree.words} <= set(shown)


@pytest.mark.parametrize("label", [-1, 5, 99, 10_000])
def test_labels_outside_the_scale_are_displayed(label: Label) -> None:
    for tree in (
        Tree(("a",), (), (label,)),
        NaryTree(("a",), (), (label,)),
        DependencyTree(("a",), (-1,), (), (label,)),
    ):
        assert tree._repr_svg_() is not None
        assert "too large" not in tree._repr_html_()


@given(st.text(), st.integers(3, 80))
def test_quoted_texts_have_a_limit(text: str, longest: int) -> None:
    literal = quoted(text, longest)
    assert len(literal) <= longest + 2
    assert literal.isprintable()
    assert eval(literal) == text if "…" not in literal else True


def test_tables_escape_their_cells() -> None:
    table = table_html(["<i>", Heading("a & b", "#1f5fa8")], [["<b>", 12_000], ["x\x1b", 0.5]], "<caption>")
    root = ElementTree.fromstring(table)
    assert [cell.text for cell in root.iter("td")] == ["<b>", "12,000", r"x\x1b", "0.5"]
    assert [cell.text for cell in root.iter("th")] == ["<i>", "a & b"]
    assert [cell.text for cell in root.iter("caption")] == ["<caption>"]
    assert re.findall(r"background:(#\w+);color:(#\w+)", table) == [("#1f5fa8", "#ffffff")]
