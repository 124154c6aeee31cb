"""Trees of sentences on which models disagree, drawn only if the treebank is present."""

import pytest
from defusedxml import ElementTree
from made_up_results import disagreement, make_results, plan_of, task_results

import treebanks
from treenn.report.build import build
from treenn.report.html import as_html
from treenn.report.markdown import as_markdown
from treenn.report.two_trees import two_trees
from treenn.trees import InputError, Tree, parse_trees
from treenn.trees.palette import ink_on, palette

[TREE] = parse_trees("(3 (2 It) (3 (2 is) (4 <good>)))", classes=5)
MODELS = ("tree-lstm", "lstm")


class Sentiment:
    default_task = "nodes"

    def __init__(self):
        self.splits = {"train": (), "test": (TREE,)}


@pytest.fixture
def task():
    found = make_results({"tree-lstm": 0.6, "lstm": 0.5}, seeds=1, sentences=20)
    return found | {"disagreements": [disagreement(MODELS, nodes="22433")]}


def page_of(task, monkeypatch, load):
    monkeypatch.setattr(treebanks, "load", load)
    return as_html(build(plan_of(task)))


def test_both_trees_are_drawn_where_the_treebank_is(task, monkeypatch):
    page = page_of(task, monkeypatch, lambda name: Sentiment())
    assert page.count('class="trees"') == 1
    assert "&lt;good&gt;" in page
    assert "0 very negative, 1 negative, 2 neutral, 3 positive, 4 very positive" in page


def test_a_note_stands_where_it_is_missing(task, monkeypatch):
    def missing(name):
        raise InputError("not fetched")

    page = page_of(task, monkeypatch, missing)
    assert 'class="trees"' not in page
    assert "The trees need the treebank sst" in page


@pytest.mark.parametrize("other", [{"line": 2}, {"gold": 2}, {"nodes": "2243"}])
def test_tree_that_disagrees_with_results_is_not_drawn(task, monkeypatch, other):
    task["disagreements"] = [disagreement(MODELS, **{"nodes": "22433", **other})]
    assert 'class="trees"' not in page_of(task, monkeypatch, lambda name: Sentiment())


def test_nothing_is_loaded_for_markdown(task, monkeypatch):
    monkeypatch.setattr(treebanks, "load", None)
    assert "good" not in as_markdown(build(plan_of(task)))


def test_nodes_have_predicted_fill_and_gold_rim(task):
    [each] = task["disagreements"]
    each["models"]["lstm"]["nodes"] = "22420"
    results = task_results(task)
    chart = two_trees(results, results.disagreements[0], TREE)
    svg = ElementTree.fromstring(chart.svg)
    assert len(list(svg.iter("circle"))) == 8
    wrong = [shape.get("style") for shape in svg.iter("rect")]
    very_negative, _, neutral, positive, _ = palette(5)
    assert wrong == [f"fill:{neutral};stroke:{positive}", f"fill:{very_negative};stroke:{positive}"]
    numbers = {text.text: text.get("style") for text in svg.iter("text") if text.get("class") == "class"}
    assert numbers["0"] == f"fill:{ink_on(very_negative)}"
    assert chart.caption == "Gold: positive. tree-lstm: positive; lstm: very negative."
    assert "“It is <good>”" in chart.alternative
    assert "Correct nodes of 5: tree-lstm 5, lstm 3" in chart.alternative


def test_the_two_trees_mirror_each_other(task):
    results = task_results(task)
    svg = ElementTree.fromstring(two_trees(results, results.disagreements[0], TREE).svg)
    width = float(svg.get("width"))
    places = [(float(node.get("cx")), float(node.get("cy"))) for node in svg.iter("circle")]
    assert len(places) == 10
    assert all(0 < x < width for x, _ in places)
    for (x, y), (mirrored, same) in zip(places[:5], places[5:], strict=True):
        assert (round(x + mirrored), y) == (round(width), same)


def test_a_tree_of_any_depth_is_drawn(task):
    n = 400
    tree = Tree(tuple("a" * n), tuple((n - 2 - i, n - 1 + i if i else n - 1) for i in range(n - 1)))
    results = task_results(task | {"disagreements": [disagreement(MODELS, nodes="2" * len(tree))]})
    assert two_trees(results, results.disagreements[0], tree).svg.count("<circle") == 2 * len(tree)
