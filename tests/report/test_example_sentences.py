"""Trees of sentences on which models disagree, drawn only if the treebank is present."""

import json
import re

import pytest
from defusedxml import ElementTree
from made_up_results import disagreement, make_results, plan_of, task_results
from reading import Page
from web.browser import FOUND, Browser

import treebanks
from treenn.report.build import build
from treenn.report.disagreement_trees import disagreement_example
from treenn.report.html import as_html
from treenn.report.markdown import as_markdown
from treenn.trees import InputError, Tree, draw_svg, parse_trees
from treenn.trees.palette import palette

[TREE] = parse_trees("(3 (2 It) (3 (2 is) (4 <good>)))", classes=5)
MODELS = ("tree-lstm", "lstm")
SVG = "{http://www.w3.org/2000/svg}"


class Sentiment:
    default_task = "nodes"

    def __init__(self, tree=TREE):
        self.splits = {"train": (), "test": (tree,)}


@pytest.fixture
def task():
    found = make_results({"tree-lstm": 0.6, "lstm": 0.5}, seeds=1, sentences=20)
    return found | {"disagreements": [disagreement(MODELS, nodes="22433")]}


def page_of(task, monkeypatch, load):
    monkeypatch.setattr(treebanks, "load", lambda name, **_: load(name))
    return as_html(build(plan_of(task)))


def example_of(task, tree=TREE):
    results = task_results(task)
    return disagreement_example(results, results.disagreements[0], tree)


def test_trees_are_drawn_where_the_treebank_is(task, monkeypatch):
    page = page_of(task, monkeypatch, lambda name: Sentiment())
    assert page.count('class="tree"') == 3
    assert Page(page).attributes("script") == [{}, {"type": "module"}]  # one without trees, see test_html.py
    assert page.count("class TreeView") == 1
    frames = [json.loads(frame["data-tree"]) for frame in Page(page).attributes("div") if "data-tree" in frame]
    assert [frame["label"] for frame in frames][:1] == ["Gold labels"] and len(frames) == 3
    assert Page(page).texts("h4")[-1] == "It is <good>"
    assert "0 very negative, 1 negative, 2 neutral, 3 positive, 4 very positive" in page
    assert "test, line 1. Gold: positive. tree-lstm: positive (60%); lstm: very negative (60%)." in page


def test_long_sentences_are_shortened_in_the_heading(task, monkeypatch):
    words = ("extraordinary",) * 20
    tree = Tree(words, tuple((n - 1 + 20 if n else 0, n + 1) for n in range(19)), labels=(2,) * 38 + (3,))
    task["disagreements"] = [disagreement(MODELS, nodes="2" * 39)]
    page = Page(page_of(task, monkeypatch, lambda name: Sentiment(tree)))
    assert page.texts("h4")[-1] == "extraordinary " * 5 + "…"
    assert page.attributes("h4")[-1]["title"] == " ".join(words)
    assert " ".join(words) in page.texts("p")


def test_a_note_stands_where_it_is_missing(task, monkeypatch):
    def missing(name):
        raise InputError("not fetched")

    page = page_of(task, monkeypatch, missing)
    assert 'class="tree"' not in page
    assert "The trees need the treebank sst" in page


@pytest.mark.parametrize("other", [{"line": 2}, {"gold": 2}, {"nodes": "2243"}])
def test_tree_that_disagrees_with_results_is_not_drawn(task, monkeypatch, other):
    task["disagreements"] = [disagreement(MODELS, **{"nodes": "22433", **other})]
    assert 'class="tree"' not in page_of(task, monkeypatch, lambda name: Sentiment())


def test_nothing_is_loaded_for_markdown(task, monkeypatch):
    monkeypatch.setattr(treebanks, "load", None)
    assert "good" not in as_markdown(build(plan_of(task)))


def unstyled(svg):
    return re.sub(r' style="[^"]*"| width="\d+" height="\d+"(?=>\n<title)', "", svg)


def test_trees_are_the_drawings_of_the_package(task):
    task["disagreements"][0]["models"]["lstm"]["nodes"] = "22420"
    gold, first, second = example_of(task).pictures
    wrong = Tree(TREE.words, TREE.merges, labels=(2, 2, 4, 2, 0))
    assert unstyled(gold.svg) == unstyled(draw_svg(TREE))
    assert unstyled(first.svg) == unstyled(draw_svg(TREE))
    assert unstyled(second.svg) == unstyled(draw_svg(wrong, marked={3, 4}))
    assert [picture.title for picture in (first, second)] == [
        "tree-lstm: 5 of 5 labelled nodes correct",
        "lstm: 3 of 5 labelled nodes correct",
    ]
    assert ElementTree.fromstring(gold.svg).find(f"{SVG}desc").text == "It is <good>"


def test_pictures_have_the_data_of_the_interactive_ones(task):
    task["disagreements"][0]["models"]["lstm"]["nodes"] = "22420"
    gold, _, second = (json.loads(picture.interactive) for picture in example_of(task).pictures)
    assert gold["tree"]["models"] == [{"labels": list(TREE.labels), "probabilities": [None] * 5}]
    assert (second["tree"]["words"], second["tree"]["merges"]) == (["It", "is", "<good>"], [[1, 2], [0, 3]])
    assert [model["labels"] for model in second["tree"]["models"]] == [[2, 2, 4, 2, 0], list(TREE.labels)]
    assert len(second["tree"]["models"][0]["probabilities"][-1]) == 5
    names, glyphs = second["scales"][0]["classes"], second["scales"][0]["glyphs"]
    assert (names[0], glyphs, second["scales"][1]["name"]) == ("very negative", list("01234"), "gold")
    assert second["scales"][0]["colours"] == list(palette(5))


@pytest.mark.slow
@pytest.mark.skipif(FOUND is None, reason="there is no Chromium here")
@pytest.mark.parametrize(("width", "dark"), [(1200, False), (400, True)])
def test_trees_are_interactive_in_a_browser(task, monkeypatch, tmp_path, width, dark):
    task["disagreements"][0]["models"]["lstm"]["nodes"] = "22420"
    page = tmp_path / "report.html"
    page.write_text(page_of(task, monkeypatch, lambda name: Sentiment()), encoding="utf-8")
    browser = Browser(tmp_path / "profile")
    try:
        browser.open(page.as_uri(), width, dark=dark)
        browser.evaluate("document.querySelectorAll('.tree')[2].scrollIntoView()")
        last = "document.querySelectorAll('.tree')[2].querySelector('.tree-live')"
        browser.until(last)
        assert browser.evaluate(f"{last}.querySelectorAll('.tn-differs').length") == 2
        browser.evaluate(f"{last}.querySelector('.tn-node').focus()")
        text = browser.evaluate(f"{last}.querySelector('.tn-card').innerText")
        assert "lstm: very negative · gold: positive" in text and "60\u00a0%" in text
        browser.press("Enter")
        assert browser.evaluate(f"{last}.querySelectorAll('.tn-node').length") == 1
        assert browser.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert browser.console == [] and {url[:5] for url in browser.requests} <= {"file:", "data:"}
    finally:
        browser.close()


def test_a_tree_of_any_depth_is_drawn(task):
    n = 400
    tree = Tree(tuple("a" * n), tuple((n - 2 - i, n - 1 + i if i else n - 1) for i in range(n - 1)))
    task["disagreements"] = [disagreement(MODELS, nodes="2" * len(tree))]
    assert len(example_of(task, tree).pictures) == 3
