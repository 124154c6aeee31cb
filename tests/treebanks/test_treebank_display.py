from __future__ import annotations

from xml.etree import ElementTree

import pytest
from strategies import right_chain

from treebanks import DependencyTreebank, Pair, PairTreebank, Treebank
from treebanks.parsing import ParsingTreebank
from treenn.trees import DependencyTree, Tree, parse_tree

GOOD, BAD = (parse_tree(text, classes=2) for text in ("(1 (X very) (1 good))", "(0 (0 bad) (X .))"))
PAIR = Pair(GOOD, BAD, 1)


def cells(html: str) -> list[list[str | None]]:
    return [[cell.text for cell in row] for row in ElementTree.fromstring(html).iter("tr")]


def test_reprs_have_the_split_sizes() -> None:
    assert repr(Treebank("made", ("no", "yes"), {"train": (GOOD, BAD), "dev": (BAD,)})) == (
        "Treebank('made', classes=2, train=2, dev=1)"
    )
    assert repr(PairTreebank("made", None, {"train": (PAIR,)})) == "PairTreebank('made', classes=None, train=1)"
    assert repr(ParsingTreebank("made", {"train": (GOOD,)})) == "ParsingTreebank('made', train=1)"
    assert repr(PAIR) == "Pair(Tree('(1 (X very) (1 good))'), Tree('(0 (0 bad) (X .))'), target=1)"


def test_reprs_of_many_splits_stay_short() -> None:
    treebank = Treebank("name" * 100, ("no", "yes"), {f"{'split' * 20}{n}": () for n in range(50)})
    assert len(repr(treebank)) < 400
    assert "+42 splits" in repr(treebank)
    assert len(repr(Pair(right_chain(3_000), right_chain(3_000), 0))) < 400


def test_displays_count_roots_per_class() -> None:
    treebank = Treebank("<made>", ("<no>", "yes"), {"train": (GOOD, GOOD, BAD), "test": (BAD,)})
    html = treebank._repr_html_()
    assert cells(html) == [
        ["split", "trees", "words", "<no>", "yes"],
        ["train", "3", "6", "1", "2"],
        ["test", "1", "2", "1", "0"],
    ]
    assert "<made>" not in html


def test_displays_have_range_and_level() -> None:
    scores = Treebank("made", None, {"train": (GOOD,)}, scale="score", score_range=(0, 2.5))
    assert "made, scores from 0 to 2.5" in scores._repr_html_()
    assert repr(scores) == "Treebank('made', scores, train=1)"
    tree = DependencyTree(("old", "news"), (1, -1), labels=(0, 1))
    words = DependencyTreebank("made", ("<no>", "yes"), {"train": (tree,)}, "words")
    assert "made, dependency trees with labels at words, classes: &lt;no&gt;, yes" in words._repr_html_()
    assert cells(words._repr_html_()) == [["split", "trees", "words"], ["train", "1", "2"]]


@pytest.mark.parametrize("classes", [None, ("<no>", "yes")])
def test_displays_count_pairs(classes: tuple[str, ...] | None) -> None:
    treebank = PairTreebank("<made>", classes, {"train": (PAIR, PAIR)})
    assert cells(treebank._repr_html_()) == [["split", "pairs", "words"], ["train", "2", "8"]]
    assert cells(ParsingTreebank("a", {"dev": (GOOD,)})._repr_html_()) == [
        ["split", "trees", "words"],
        ["dev", "1", "2"],
    ]


def test_displays_of_pairs_have_both_trees() -> None:
    html = Pair(Tree(("<script>",), ()), GOOD, 1)._repr_html_()
    assert html.count("<svg ") == 2
    assert "target 1" in html
    assert "<script>" not in html
