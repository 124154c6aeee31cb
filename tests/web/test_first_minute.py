"""The walk of the guide's first minute: its pictures are made again, and its figures are the model's."""

from __future__ import annotations

from pathlib import Path

import pytest

from treenn.labelling.edits import rotate_right
from treenn.parsers.chart import ChartParser
from treenn.parsers.chart.tree_probability import bracket_probabilities
from treenn.sentiment.document import Sentiment
from treenn.sentiment.model import SentimentModel, load_sentiment
from treenn.trees import Tree, draw_svg

GUIDE = Path(__file__).parents[2] / "treenn/guide"
PAGE = (GUIDE / "play.md").read_text(encoding="utf-8")
SENTENCE = "Nobody who likes films would say that this was not good."


@pytest.fixture(scope="module")
def model() -> SentimentModel:
    return load_sentiment()


@pytest.fixture(scope="module")
def sentence(model: SentimentModel) -> Sentiment:
    [found] = model.predict(SENTENCE).sentences
    return found


def rotated(tree: Tree) -> Tree:
    return rotate_right(tree, len(tree) - 1)


def recomputed(tree: Tree) -> frozenset[int]:
    """The phrases of the rotated tree that the tree lacks, and the root."""
    after = rotated(tree)
    return frozenset(node for node, span in enumerate(after.spans) if span not in tree.spans) | {len(after) - 1}


def test_pictures_are_those_of_the_package(model: SentimentModel, sentence: Sentiment) -> None:
    after = model.predict_tree(rotated(sentence.tree.unlabelled)).tree
    drawn = {
        "first-minute.svg": draw_svg(sentence.tree),
        "first-minute-rotated.svg": draw_svg(after, marked=recomputed(sentence.tree)),
    }
    for name, svg in drawn.items():
        assert f"]({name})" in PAGE
        assert (GUIDE / name).read_text(encoding="utf-8") == svg, name


def test_figures_are_those_of_the_model(model: SentimentModel, sentence: Sentiment) -> None:
    assert f"“{SENTENCE}”" in PAGE
    tree = sentence.tree
    [node] = [node for node, (start, end) in enumerate(tree.spans) if tree.words[start:end] == ("was", "not", "good")]
    negative = sentence.node_probabilities[node][1]
    assert tree.labels[node] == tree.labels[-1] == 1
    assert f"negative {100 * negative:.0f} %" in PAGE
    assert len(recomputed(tree)) == 2
    assert "two\n   phrases that were recomputed" in PAGE
    assert isinstance(model.parser, ChartParser)
    probabilities = bracket_probabilities(model.parser.distribution(tree.words), rotated(tree.unlabelled))
    [new] = recomputed(tree) - {len(tree) - 1}
    assert probabilities[new] < 0.5, "the line is dotted"
