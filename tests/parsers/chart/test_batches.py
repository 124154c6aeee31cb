"""The trees and probabilities of sentences do not depend on their batch."""

from __future__ import annotations

import pytest

from treenn.parsers.chart import chart_parser
from treenn.parsers.loading import load_parser
from treenn.sentiment.model import load_sentiment

WORDS = [
    "the",
    "film",
    "is",
    "not",
    "very",
    "good",
    ",",
    "but",
    "its",
    "cast",
    "of",
    "great",
    "actors",
    "never",
    "fails",
    "to",
    "please",
    "me",
    ".",
]
SENTENCES = [WORDS[start:end] for end in (5, 9, 19) for start in range(0, end - 1, 3)]


def test_parts_of_a_batch_give_the_same_trees(monkeypatch: pytest.MonkeyPatch) -> None:
    parser = load_parser("chart")
    whole = parser.parse_batch(SENTENCES)
    assert whole == [parser.parse(sentence) for sentence in SENTENCES]
    monkeypatch.setattr(chart_parser, "_PARTS", 1 << 12)
    assert parser.parse_batch(SENTENCES) == whole


def test_probabilities_do_not_depend_on_the_batch() -> None:
    model = load_sentiment()
    texts = [" ".join(sentence) for sentence in SENTENCES]
    for text, document in zip(texts[::3], model.predict_batch(texts)[::3], strict=True):
        alone = model.predict(text)
        assert [each.tree for each in alone.sentences] == [each.tree for each in document.sentences]
        for one, other in zip(alone.sentences, document.sentences, strict=True):
            for p, q in zip(one.node_probabilities, other.node_probabilities, strict=True):
                assert p == pytest.approx(q, abs=1e-6)
