"""Trees of several models are drawn in columns, as one picture and on the page."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from made_up_predictions import CLASSES, Page, document
from rich.cells import cell_len

from treenn.sentiment.alignment import align
from treenn.sentiment.models_drawing import draw_models, in_columns
from treenn.sentiment.models_picture import draw_aligned
from treenn.sentiment.page import render_models
from treenn.trees import draw_svg

SVG = "{http://www.w3.org/2000/svg}"
FOUND = {"tree-lstm": document("(0 (1 not) (2 bad))"), "lstm": document("(1 (1 not) (2 bad))")}
HOSTILE = "\x1b[31m</title><script>alert(1)</script>"


def test_trees_are_side_by_side_if_they_fit() -> None:
    assert draw_models(FOUND).splitlines() == [
        "tree-lstm           lstm",
        "bad* ┬ so-so not    so-so* ┬ so-so not",
        "     └ good bad            └ good bad",
        "",
        "* the models differ at 1 of 3 nodes",
        "",
        "tree-lstm                           lstm",
        "bad   100 % ████████████████████    bad     0 %",
        "so-so   0 %                         so-so 100 % ████████████████████",
        "good    0 %                         good    0 %",
    ]


@pytest.mark.parametrize("width", [10, 37, 38, 80])
def test_narrow_columns_are_below_each_other(width: int) -> None:
    lines = draw_models(FOUND, width=width).splitlines()
    assert ("tree-lstm           lstm" in lines) == (width >= 38)
    assert max(map(cell_len, lines)) <= max(width, 36)


def test_agreement_is_stated() -> None:
    assert "the models agree at all nodes" in draw_models({"a": FOUND["lstm"], "b": FOUND["lstm"]})
    other = {"a": FOUND["lstm"], "b": document("(0 (1 not) (0 bad))", classes=("yes", "no"))}
    assert "the models" not in draw_models(other)


def test_colour_does_not_change_the_columns() -> None:
    coloured = draw_models(FOUND, color=True)
    assert coloured != draw_models(FOUND)
    assert re.sub("\x1b\\[[0-9;]+m", "", coloured) == draw_models(FOUND)


def test_names_cannot_control_the_terminal() -> None:
    drawn = draw_models({HOSTILE: document("(0 bad)", classes=(HOSTILE, "b")), "b": FOUND["lstm"]})
    assert "\x1b" not in drawn
    assert "\\x1b[31m" in drawn


def test_blocks_fill_rows() -> None:
    blocks = [["aaa", "a"], ["bbb"], ["ccc"]]
    assert in_columns(blocks, 10) == "aaa    bbb\na\n\nccc"
    assert in_columns(blocks, 9) == "aaa\na\n\nbbb\n\nccc"
    assert in_columns(blocks, 99) == "aaa    bbb    ccc\na"


def test_picture_has_both_trees_with_titles() -> None:
    root = ElementTree.fromstring(draw_aligned(align(FOUND)[0]))
    texts = [text.text for text in root.iter(SVG + "text")]
    assert [text for text in texts if "lstm" in str(text)] == ["tree-lstm: bad 100 %", "lstm: so-so 100 %"]
    assert [text for text in texts if str(text).endswith("*")] == ["bad*", "so-so*"]
    assert [text for text in texts if str(text).endswith(" %")][1:4] == ["bad 100 %", "so-so 0 %", "good 0 %"]
    assert texts[-1] == "* the models differ at 1 of 3 nodes"
    [title, *_] = root.iter(SVG + "title")
    assert title.text == "Tree over 2 words by tree-lstm and lstm"


def test_picture_of_one_model_is_its_tree() -> None:
    [alone] = align({"lstm": FOUND["lstm"]})
    assert draw_aligned(alone) == draw_svg(FOUND["lstm"].tree, classes=CLASSES)


def test_picture_of_numbered_classes_has_a_legend() -> None:
    long = ("bad", "neither nor", "good")
    [alone] = align({"lstm": document("(1 (1 not) (2 bad))", classes=long)})
    root = ElementTree.fromstring(draw_aligned(alone))
    texts = [text.text for text in root.iter(SVG + "text")]
    assert texts == ["0", "bad 0 %", "1", "neither nor 100 %", "2", "good 0 %", "1", "2", "1", "not", "bad"]
    assert root.find(SVG + "title").text == "Tree over 2 words, neither nor at the root"  # type: ignore[union-attr]


@pytest.mark.parametrize("words", [2, 80])
def test_panels_are_inside_and_apart(words: int) -> None:
    brackets = "(0 (1 word) " * (words - 1) + "(2 word)" + ")" * (words - 1)
    root = ElementTree.fromstring(draw_aligned(align({"a": document(brackets), "b": document(brackets)})[0]))
    width, height = (float(root.attrib[key]) for key in ("width", "height"))
    corners = []
    for panel in root.findall(f"{SVG}g/{SVG}g"):
        x, y = map(float, re.findall(r"[\d.]+", panel.attrib["transform"]))
        [tree] = panel.iter(SVG + "svg")
        corners.append((x, y))
        assert x + float(tree.attrib["width"]) <= width
        assert y + float(tree.attrib["height"]) <= height
    (ax, ay), (bx, by) = corners
    assert (ay == by and bx > ax) if words == 2 else (ax == bx and by > ay)


def test_hostile_names_stay_text() -> None:
    found = {HOSTILE: document("(0 bad)", classes=(HOSTILE, "b")), "b": document("(1 bad)", classes=(HOSTILE, "b"))}
    root = ElementTree.fromstring(draw_aligned(align(found)[0]))
    assert not list(root.iter(SVG + "script"))
    page = render_models([found])
    assert "<script>" not in page
    assert "\x1b" not in page
    assert Page(page).texts["h3"][0] == "\\x1b[31m</title><script>alert(1)</script>"


def test_page_has_a_column_for_each_model() -> None:
    page = Page(render_models([FOUND]))
    assert page.texts["h3"] == ["tree-lstm", "lstm"]
    assert page.texts["b"] == ["bad*", "so-so", "good", "so-so*", "so-so", "good"]
    assert page.texts["p"] == [
        "Models: tree-lstm, lstm. An asterisk and a thick border mark the nodes at which models differ.",
        "* the models differ at 1 of 3 nodes",
    ]
    assert page.loads == []


def test_page_aligns_sentences_and_legends() -> None:
    several = {"a": document("(0 bad)", "(1 odd)"), "b": document("(0 bad)", "(0 odd)", classes=("yes", "no"))}
    html = render_models([several])
    page = Page(html)
    assert page.texts["h3"] == ["a", "b"] * 3
    assert [text for text in page.texts["p"] if "sentences" in text] == [
        "a: 2 sentences; the text's probabilities are the mean of theirs, weighted by 1 − P(so-so).",
        "b: 2 sentences; the text's probabilities are the mean of theirs.",
    ]
    assert '<ul class="legend' not in html  # each model has its own classes
    assert ".p1 .c1" in html and ".p1 .c2" not in html
