from __future__ import annotations

import re
from typing import NamedTuple
from xml.etree import ElementTree

import numpy as np
import pytest
import torch
from made_up_predictions import Page
from torch import Tensor
from translation.table_decoders import START, Prefixes, TableDecoder

from treenn.translation.attention_page import render_attention
from treenn.translation.attention_weights import AttentionWeights, output_attention
from treenn.translation.heat_map import draw_attended_tree, draw_heat_map
from treenn.trees import InputError, Tree

WORDS = ("<a>", "dog", "&", "barks")
TREE = Tree(WORDS, ((0, 1), (4, 2), (5, 3)))
PIECES = ("ein", "Hund\u202e", "bellt", ".", "</s>")


def weights(count: int) -> np.ndarray:
    return np.random.default_rng(0).dirichlet(np.full(count, 0.3), len(PIECES))


OF_WORDS = AttentionWeights(WORDS, PIECES, weights(4))
OF_TREE = AttentionWeights(WORDS, PIECES, weights(7), TREE)


def elements(svg: str, name: str) -> list[ElementTree.Element]:
    return [element for element in ElementTree.fromstring(svg).iter() if element.tag.endswith(f"}}{name}")]


@pytest.mark.parametrize("attention", [OF_WORDS, OF_TREE])
def test_every_weight_has_a_cell(attention):
    svg = draw_heat_map(attention, title="A & B")
    cells = [rect for rect in elements(svg, "rect") if rect.get("class") == "hm-cell"][:-5]
    opacities = np.array([float(cell.get("fill-opacity")) for cell in cells]).reshape(attention.weights.shape)
    assert opacities == pytest.approx(attention.weights / attention.weights.max(), abs=6e-4)
    titles = [title.text for title in elements(svg, "title")]
    assert titles[:2] == ["A & B", f"ein ← <a>: {attention.weights[0, 0]:.3f}"]
    assert len(titles) == 1 + attention.weights.size
    assert "\u202e" not in svg


@pytest.mark.parametrize("attention", [OF_WORDS, OF_TREE])
def test_cells_are_apart_and_inside_the_picture(attention):
    root = ElementTree.fromstring(draw_heat_map(attention))
    width, height = float(root.get("width")), float(root.get("height"))
    cells = [rect for rect in root.iter() if rect.get("class") == "hm-cell"]
    corners = [(float(cell.get("x")), float(cell.get("y")), float(cell.get("width"))) for cell in cells]
    assert all(x + size <= width and y + 14 <= height for x, y, size in corners)
    assert len({(x, y) for x, y, _ in corners}) == len(cells)
    assert sorted({y for _, y, _ in corners[:-5]}) == [y for _, y, _ in corners[: -5 : attention.weights.shape[1]]]


def test_phrases_follow_the_words():
    assert OF_TREE.labels == (*WORDS, "<a> dog", "<a> dog &", "<a> dog & barks")
    row = OF_TREE.weights[2]
    assert OF_TREE.top(2, 2) == [(OF_TREE.labels[node], row[node]) for node in np.argsort(-row)[:2]]


def test_large_pictures_are_refused():
    large = AttentionWeights(("a",) * 300, ("b",) * 200, np.full((200, 300), 1 / 300))
    with pytest.raises(InputError, match=r"200 × 300 weights; must be at most 40,000"):
        draw_heat_map(large)


def test_nodes_of_the_tree_have_the_weights():
    svg = draw_attended_tree(OF_TREE, 1)
    texts = [element.text for element in elements(svg, "text")]
    assert texts[:7] == [f"{round(weight, 2):.3g}" for weight in OF_TREE.weights[1].tolist()]
    assert texts[7:] == list(WORDS)


def test_page_selects_a_tree_for_each_unit():
    html = render_attention(OF_TREE, "<a> dog & barks", "ein Hund bellt.", "tree-lstm")
    page = Page(re.sub(r"<(input|link|meta)[^>]*>", "", html))
    assert page.loads == []
    assert page.texts["label"] == ["ein", "Hund\\u202e", "bellt", ".", "</s>"]
    assert html.count("<svg") == 1 + len(PIECES)
    assert html.count(" checked>") == 1
    assert "<script" not in html
    assert "&lt;a&gt; dog &amp; barks · tree-lstm" in html


def test_page_of_words_has_no_trees():
    html = render_attention(OF_WORDS, "a dog", "ein Hund", "bilstm")
    assert html.count("<svg") == 1
    assert "fieldset>" not in html


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: AttentionWeights(WORDS, PIECES, weights(7)), r"weights.*: shape \(5, 7\); must be \(5, 4\)"),
        (lambda: AttentionWeights((), (), np.zeros((0, 0))), "without 0"),
        (lambda: AttentionWeights(WORDS, PIECES, weights(4) - 0.5), "must be between 0 and 1"),
        (lambda: AttentionWeights(WORDS, PIECES, weights(4) * np.nan), "must be between 0 and 1"),
        (lambda: AttentionWeights(tuple("abcd"), PIECES, weights(7), TREE), "tree.*: must be over the 4 words"),
    ],
)
def test_weights_that_do_not_fit_are_refused(make, message):
    with pytest.raises(InputError, match=message):
        make()


class Attended(NamedTuple):
    """The state of a decoder with the weights of the last token."""

    sentences: list[int]
    tokens: list[tuple[int, ...]]
    weights: Tensor


class Attending(TableDecoder):
    """A decoder that attends to the number of the last token."""

    def step(self, tokens, state):
        log_p, state = super().step(tokens, Prefixes(*state[:2]))
        return log_p, Attended(*state, torch.tensor([[token / 10, 1.0] for token in tokens.tolist()]))


def test_attention_has_a_row_for_each_token():
    found = output_attention(Attending(6), [3], (4, 2), start=START)
    assert found == pytest.approx(np.array([[START / 10, 1], [0.4, 1], [0.2, 1]]))
