from itertools import pairwise
from xml.etree import ElementTree

import pytest

from treenn.sequences.attention_drawing import draw_weights_svg, draw_weights_text
from treenn.trees import InputError


def test_bar_lengths_resolve_an_eighth_of_a_column() -> None:
    lines = draw_weights_text(["a", "long", "漢字"], [0.8, 0.05, 0.0], width=10).splitlines()
    assert lines[0] == "a    ██████████ 0.800"
    assert lines[1] == "long ▋          0.050"
    assert lines[2] == "漢字            0.000"


def test_weights_of_nothing_draw_nothing() -> None:
    assert draw_weights_text(["a"], [0.0], width=4) == "a      0.000"
    assert "NaN" not in draw_weights_svg(["a"], [0.0])


def test_svg_shades_every_word_by_its_weight() -> None:
    words = ["<not>", "bad", "&"] * 20
    picture = ElementTree.fromstring(draw_weights_svg(words, [0.1, 0.2, 0.0] * 20, title="A & B"))
    texts = [element for element in picture.iter() if element.tag.endswith("text")]
    assert [element.text for element in texts[::2]] == words
    assert [element.text for element in texts[1::2]] == ["0.10", "0.20", "0.00"] * 20
    patches = [element for element in picture.iter() if element.tag.endswith("rect")][1:]
    assert [patch.get("fill") for patch in patches[1:3]] == ["#1f5fa8", "#ffffff"]
    width, height = float(picture.get("width")), float(picture.get("height"))
    places = [(float(p.get("x")), float(p.get("y")), float(p.get("width"))) for p in patches]
    assert max(x + w for x, _, w in places) <= width <= 800
    assert 0 < max(y for _, y, _ in places) < height - 26
    for (x, y, w), (next_x, next_y, _) in pairwise(places):
        assert next_y > y or next_x >= x + w


@pytest.mark.parametrize(
    ("words", "weights", "message"),
    [
        (["a"], [0.1, 0.2], "1 words and 2 weights"),
        ([], [], "0 words and 0 weights"),
        (["a", "b"], [0.1, -0.2], "weight -0.2: must be finite, 0 or more"),
        (["a", "b"], [0.1, float("nan")], "weight nan: must be"),
    ],
)
def test_weights_that_fit_no_sentence_are_refused(words: list[str], weights: list[float], message: str) -> None:
    for draw in (draw_weights_text, draw_weights_svg):
        with pytest.raises(InputError, match=message):
            draw(words, weights)
