"""Class names and scores in drawings of trees, on terminals and as pictures."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from treenn.trees import DependencyTree, InputError, Tree, draw_svg, draw_text, palette, parse_tree
from treenn.trees.display import tree_html
from treenn.trees.label_scale import LabelScale
from treenn.trees.palette import colour_at, ink_on, terminal_colour

TOPICS = ("sport", "international politics", "x\x1b")
TREE = parse_tree("(1 (0 old) (2 news))", classes=3)


def texts(svg: str, tag: str = "text") -> list[str | None]:
    return [each.text for each in ElementTree.fromstring(svg).iter(f"{{http://www.w3.org/2000/svg}}{tag}")]


def test_names_replace_numbers_in_text() -> None:
    drawn = draw_text(TREE, classes=TOPICS, scale="nominal")
    assert drawn == "interna… ┬ sport old\n         └ x\\x1b news"
    assert draw_text(TREE, classes=3) == "1 ┬ 0 old\n  └ 2 news"
    painted = draw_text(TREE, classes=TOPICS, scale="nominal", color=True)
    colour = palette(3, "nominal")[0]
    assert f"\x1b[48;5;{terminal_colour(colour)};38;5;{terminal_colour(ink_on(colour))}msport\x1b[0m old" in painted


def test_whole_names_are_in_tooltips_and_legend() -> None:
    svg = draw_svg(TREE, classes=TOPICS, scale="nominal")
    found = texts(svg)
    assert found[:3] == ["sport", "x\\x1b", "interna…"]
    assert found[-3:] == ["sport", "international politics", "x\\x1b"]
    assert texts(svg, "title")[1:] == ["sport", "x\\x1b", "international politics"]
    assert all(f'fill="{colour}"' in svg for colour in palette(3, "nominal"))


def test_short_names_need_no_legend() -> None:
    svg = draw_svg(TREE, classes=("a", "b", "c"))
    assert texts(svg) == ["a", "c", "b", "old", "news"]
    assert draw_svg(TREE, classes=3).count("<title>") == 1


def test_classes_of_dependency_trees_are_below_words() -> None:
    tree = DependencyTree(("old", "news"), (1, -1), ("amod", None), labels=(0, 1))
    expected = ["old", "amod · sport", "news", "interna…", "sport", "international politics"]
    assert texts(draw_svg(tree, classes=TOPICS, scale="nominal")) == expected
    assert texts(draw_svg(tree, classes=3)) == ["old", "amod", "news"]


def test_scores_have_a_sequential_colour() -> None:
    tree = TREE.with_labels((0.5, 2, None))
    svg = draw_svg(tree, scale="score", score_range=(0, 2))
    assert texts(svg) == ["0.5", "2", "old", "news"]
    assert f'fill="{colour_at(0.25)}"' in svg
    assert f'fill="{colour_at(1)}"' in svg
    assert draw_text(tree, scale="score", color=True).count("\x1b[48") == 2
    assert LabelScale.of(scale="score", labels=tree.labels).score_range == (0.5, 2)


def test_drawings_of_twelve_classes() -> None:
    names = tuple(f"class {number}" for number in range(12))
    tree = Tree(("a", "b"), ((0, 1),), (10, 11, 1))
    assert draw_text(tree, classes=names, scale="nominal") == "class 1 ┬ class 10 a\n        └ class 11 b"
    assert draw_text(tree, classes=12) == "1 ┬ 10 a\n  └ 11 b"


def test_wrong_labels_and_names_are_refused() -> None:
    with pytest.raises(InputError, match="label 2 is outside the scale, 0 to 1"):
        draw_text(TREE, classes=("no", "yes"))
    with pytest.raises(InputError, match="classes 'names': must be the number of classes or a list of their names"):
        LabelScale.of("names")


def test_notebook_displays_take_names() -> None:
    html = tree_html(TREE, TOPICS, scale="nominal")
    assert re.search("<title>international politics</title>", html)
    assert "sport" in tree_html(TREE, TOPICS)
