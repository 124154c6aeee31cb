"""Drawings in terminal and page show every word, class and probability."""

from __future__ import annotations

import re

import pytest
from made_up_predictions import Page

from treenn.sentiment.alignment import AlignedSentence
from treenn.sentiment.document import Document, Sentiment
from treenn.sentiment.json_objects import document_object
from treenn.sentiment.models_picture import draw_aligned
from treenn.sentiment.page import render
from treenn.sentiment.phrase_drawing import draw_sentiment
from treenn.sentiment.table_columns import PredictionColumns
from treenn.trees import InputError, draw_text, palette, parse_tree

CLASSES = ("bad", "so-so", "good")
TREE = parse_tree("(0 (1 not) (2 (2 very) (2 <b>good&)))", classes=3)
SHARES = ((0.1, 0.8, 0.1), (0.0, 0.1, 0.9), (0.0, 0.0, 1.0), (0.0, 0.2, 0.8), (0.625, 0.25, 0.125))
DULL = Sentiment("dull", parse_tree("(0 dull)", classes=3), ((0.75, 0.25, 0.0),), CLASSES)
FOUND = Sentiment("not very <b>good&", TREE, SHARES, CLASSES)


@pytest.mark.parametrize("count", [20, 60])
def test_of_many_classes_the_most_probable_are_shown(count: int) -> None:
    shares = tuple(2 * (number + 1) / (count * (count + 1)) for number in range(count))
    names = tuple(f"class {number}" for number in range(count))
    found = Sentiment("dull", parse_tree("(0 dull)", classes=count), (shares,), names)
    lines = draw_sentiment(found).split("\n\n")[1].splitlines()
    if count == 20:
        assert len(lines) == 20 and lines[0].startswith("class 0 ")
    else:
        assert [line.split(" %")[0] for line in lines[:2]] == ["class 59   3", "class 58   3"]
        assert lines[10:] == [f"50 others: {100 * sum(shares[:50]):.0f} %"]


def test_plain_text_has_the_tree_and_the_shares() -> None:
    tree, shares = draw_sentiment(FOUND).split("\n\n")
    assert tree == draw_text(TREE, classes=CLASSES)
    assert shares.splitlines() == ["bad    62 % ████████████", "so-so  25 % █████", "good   12 % ██"]


def test_long_ordinal_names_have_numbers() -> None:
    long = Sentiment(FOUND.text, TREE, SHARES, ("bad", "neither nor", "good"))
    tree, shares = draw_sentiment(long).split("\n\n")
    assert tree == draw_text(TREE)
    assert shares.splitlines()[1] == "1 neither nor  25 % █████"
    page = Page(render([long]))
    assert page.texts["b"] == list("01222")
    assert page.texts["span"] == list("012") * 2
    nominal = Sentiment(FOUND.text, TREE, SHARES, long.classes, (), "nominal")
    assert "neither…" in draw_sentiment(nominal)
    assert Page(render([nominal])).texts["b"][1] == "neither…"


def test_nominal_classes_have_their_own_colours() -> None:
    nominal = Sentiment(FOUND.text, TREE, SHARES, CLASSES, (), "nominal")
    for colour in palette(3, "nominal"):
        assert colour in render([nominal])
        assert colour in nominal._repr_html_()
    assert draw_sentiment(nominal, color=True) != draw_sentiment(FOUND, color=True)
    text = Document.of("dull dull", [nominal, nominal], CLASSES, "nominal")
    assert Page(render([text])).texts["p"] == ["2 sentences; the text's probabilities are the mean of theirs."]


def test_colour_only_adds_colour() -> None:
    coloured = draw_sentiment(FOUND, color=True)
    assert coloured != draw_sentiment(FOUND)
    assert re.sub("\x1b\\[[0-9;]+m", "", coloured) == draw_sentiment(FOUND)
    assert len(set(re.findall("48;5;([0-9]+)", coloured))) == 3


def test_text_drawing_ends_with_document_classes() -> None:
    text = Document.of("dull not very <b>good&", [DULL, FOUND], CLASSES)
    dull, tree, verdict = draw_sentiment(text).split("\n\n")
    assert (dull, tree) == (draw_text(DULL.tree, classes=CLASSES), draw_text(TREE, classes=CLASSES))
    assert verdict.splitlines()[0] == "the whole text, 2 sentences:"
    assert [line.split()[1] for line in verdict.splitlines()[1:]] == ["69", "25", "6"]
    one = Document.of("dull", [DULL], CLASSES)
    assert draw_sentiment(one) == draw_sentiment(DULL)


def test_a_blank_text_has_a_verdict_alone() -> None:
    assert "so-so 100 % ████████████████████" in draw_sentiment(Document.of(" ", [], CLASSES))


def test_unknown_words_are_named_safely() -> None:
    words = ("\x1b[31m", "<i>", "x" * 50, "y", "y")
    found = Sentiment("z", parse_tree("(0 (1 a) (1 b))", classes=3), SHARES[-3:], CLASSES, words)
    line, warning = draw_sentiment(found, color=True).splitlines()[-2:]
    assert line == "unknown words: 5 of 2 (\\x1b[31m, <i>, xxxxxxxxxxxxxxx…, …)"
    assert "<i>" not in (html := render([found]))
    assert Page(html).texts["p"] == [f"{line}. {warning}"]


def test_sentence_not_judged_has_no_colours() -> None:
    found = FOUND.unjudged("not English")
    drawn = draw_sentiment(found, color=True)
    assert "\x1b[48" not in drawn
    assert drawn.splitlines()[-1] == "not judged: not English"
    assert "%" not in drawn
    page = Page(render([found]))
    assert page.texts["p"][-1] == "not judged: not English"
    assert "td" not in page.texts
    assert set(page.texts["b"]) == {"·"}


def test_records_of_a_text_not_judged() -> None:
    found = Document.of(FOUND.text, [FOUND.unjudged("not English")], CLASSES)
    record = document_object(found)
    for each in (record, record["sentences"][0]):
        assert {each[key] for key in ("label", "class", "probabilities")} == {None}
        assert each["warning"] == "not English"
    columns = PredictionColumns(("text",), {"x": CLASSES})
    cells = dict(zip(columns.header[1:], columns.cells({"x": found}), strict=True))
    assert cells.pop("warning") == "not English"
    assert set(cells.values()) == {"", "0"}


def test_models_that_do_not_judge_are_not_compared() -> None:
    bare = FOUND.unjudged("not English")
    assert AlignedSentence({"a": FOUND, "b": FOUND}).is_compared
    sentence = AlignedSentence({"a": FOUND, "b": bare})
    assert not sentence.is_compared
    assert not sentence.differing("a") | sentence.differing("b")
    assert "b: not judged: not English" in draw_aligned(sentence)
    assert "<svg" in draw_aligned(AlignedSentence({"b": bare}))


def test_the_page_is_whole_and_loads_nothing() -> None:
    page = Page(render([FOUND, FOUND]))
    assert page.loads == []
    assert page.texts["h1"] == ["Predictions for 2 texts"]
    assert page.texts["h2"] == [FOUND.text] * 2
    assert [text for text in page.texts["td"] if "%" in text] == ["62 %", "25 %", "12 %"] * 2
    assert page.texts["b"] == ["bad", "so-so", "good", "good", "good"] * 2
    assert "".join(page.texts["pre"]).count("<b>good&") == 2


def test_one_text_is_one() -> None:
    assert Page(render([FOUND])).texts["title"][0] == "Predictions for 1 text"


def test_the_page_knows_dark_and_narrow_screens() -> None:
    html = render([FOUND])
    assert "prefers-color-scheme: dark" in html
    assert "max-width: 700px" in html
    assert 'name="viewport"' in html


def test_the_page_has_each_sentence_below_the_verdict() -> None:
    several = Document.of("dull not very <b>good&", [DULL, FOUND], CLASSES)
    page = Page(render([several, Document.of("dull", [DULL], CLASSES)]))
    assert page.texts["h2"] == [several.text, "dull"]
    assert [text for text in page.texts["td"] if "%" in text] == ["69 %", "25 %", "6 %", "75 %", "25 %", "0 %"]
    assert [text.strip() for text in page.texts["summary"] if text.strip()] == ["dull", "not very <b>good&"]
    assert "".join(page.texts["pre"]).count("dull") == 2
    assert page.texts["p"] == [
        "2 sentences; the text's probabilities are the mean of theirs, weighted by 1 − P(so-so)."
    ]


def test_the_trees_of_long_texts_are_folded() -> None:
    assert render([Document.of("dull", [DULL] * 3, CLASSES)]).count("<details open>") == 3
    assert render([Document.of("dull", [DULL] * 4, CLASSES)]).count("<details>") == 4


def test_page_of_blank_text_and_of_none() -> None:
    page = Page(render([Document.of("\u200b", [], CLASSES)]))
    assert page.texts["p"] == ["This text has no words."]
    with pytest.raises(InputError, match="predictions is empty; a page needs at least one text"):
        render([])


def test_without_a_middle_class_no_weights_are_named() -> None:
    found = Sentiment("dull", parse_tree("(0 dull)", classes=2), ((0.75, 0.25),), ("bad", "good"))
    page = Page(render([Document.of("dull dull", [found, found], found.classes)]))
    assert page.texts["p"] == ["2 sentences; the text's probabilities are the mean of theirs."]
