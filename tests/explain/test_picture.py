from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import matplotlib
import pytest
from boxes import crossed, overlapping
from matplotlib import font_manager, image

from treenn.explain.explanation import explain, names
from treenn.explain.picture import _lines, picture
from treenn.parsers.shapes import Balanced, Random, Right
from treenn.trees import Tree

LONG = ["it", "is", "n't", "a", "bad", "film", ",", "only", "one", "that", "is", "extraordinarily-overlong-and-dull"]
SENTENCES = {"1 word": ["superb"], "wide": ["电影", "好看"], "12 words": LONG}


@pytest.mark.parametrize("words", SENTENCES.values(), ids=SENTENCES)
@pytest.mark.parametrize("name", names())
def test_boxes_do_not_overlap_or_cross_arrows(name: str, words: list[str]) -> None:
    graph = explain(name, Balanced().parse(words), input_size=300, size=16).drawing.graph()
    assert not overlapping(graph)
    assert not crossed(graph)


@pytest.mark.parametrize("seed", range(10))
def test_random_trees_have_no_overlaps_or_crossings(seed: int) -> None:
    graph = explain("bidirectional-tree-lstm", Random(seed).parse(LONG), input_size=300, size=150).drawing.graph()
    assert not overlapping(graph)
    assert not crossed(graph)


def test_font_has_every_character_of_all_equations() -> None:
    font = font_manager.get_font(font_manager.findfont("DejaVu Sans Mono"))
    known = font.get_charmap()
    for name in names():
        for line, _ in _lines(explain(name, Right().parse(["a", "b"]), input_size=2, size=2)):
            assert all(ord(letter) in known for letter in line), line


def test_svg_is_reproducible_under_any_matplotlib_settings() -> None:
    explanation = explain("lstm", Right().parse(["not", "bad"]), input_size=8, size=6)
    first = picture(explanation, "svg")
    assert ElementTree.fromstring(first).tag.endswith("svg")
    with matplotlib.rc_context({"font.size": 30, "axes.facecolor": "black"}):
        assert picture(explanation, "svg") == first


def test_png_background_and_position_of_equations(tmp_path: Path) -> None:
    shapes = []
    for number, words in enumerate((["superb"], LONG)):
        path = tmp_path / f"{number}.png"
        path.write_bytes(picture(explain("tree-lstm", Right().parse(words), input_size=8, size=6), "png"))
        shown = image.imread(path)
        shapes.append(shown.shape)
        edge = [shown[0], shown[-1], shown[:, 0], shown[:, -1]]
        assert all((side == 1).all() for side in edge)
    assert shapes[0][1] < shapes[1][1] and shapes[0][0] < shapes[1][0]


def test_characters_missing_from_the_font_raise_no_warning() -> None:
    assert picture(explain("lstm", Tree(("电影",), ()), input_size=8, size=6), "png").startswith(b"\x89PNG")
