"""Effects of negation, for models with known predictions."""

from __future__ import annotations

import numpy as np
import pytest
from toy import toy_treebank

from treenn.analysis.minimal_pairs import MinimalPair, minimal_pairs, with_word
from treenn.analysis.negation import negation
from treenn.evaluation.predictions import Predictions
from treenn.models.building import build
from treenn.models.settings import Settings
from treenn.models.vocabulary import Vocabulary
from treenn.training import train
from treenn.trees import Tree, parse_trees

ANSWERS = {  # class probabilities of phrases
    "is good": (0.0, 0.1, 0.1, 0.6, 0.2),
    "is not good": (0.2, 0.6, 0.1, 0.1, 0.0),  # turned over
    "is fun": (0.0, 0.1, 0.1, 0.6, 0.2),
    "is not fun": (0.0, 0.2, 0.2, 0.5, 0.1),  # less positive, not negative
    "is bad": (0.5, 0.4, 0.1, 0.0, 0.0),
    "is not bad": (0.1, 0.5, 0.4, 0.0, 0.0),  # less negative, not positive
    "is dull": (0.1, 0.6, 0.2, 0.1, 0.0),
    "is not dull": (0.3, 0.5, 0.2, 0.0, 0.0),  # more negative
    "is sad": (0.2, 0.5, 0.1, 0.1, 0.1),
    "is not sad": (0.0, 0.1, 0.1, 0.4, 0.4),  # positive
}


@pytest.fixture
def pairs() -> list[MinimalPair]:
    texts = [
        "(3 (2 is) (3 good))",
        "(4 (2 is) (4 fun))",
        *(f"(1 (2 is) (0 {word}))" for word in ("bad", "dull", "sad")),
    ]
    return minimal_pairs(parse_trees("\n".join(texts), classes=5))


def by_heart(model: None, trees: list[Tree]) -> Predictions:
    """A model that predicts the class of the phrase at each of its nodes."""
    sizes = np.array([len(tree) for tree in trees])
    p = np.repeat([ANSWERS[" ".join(tree.words)] for tree in trees], sizes, axis=0).astype(np.float32)
    return Predictions(
        np.full(len(p), -100), p.argmax(axis=1), p[:, 3:].sum(axis=1) > p[:, :2].sum(axis=1), p, sizes, 5
    )


def test_the_measures_are_those_of_the_paper(pairs: list[MinimalPair], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("treenn.analysis.negation.predict", by_heart)
    found = negation(None, pairs)
    assert (found.pairs, found.inserted, found.removed) == (5, 5, 0)
    positive, negative = found.positive, found.negative
    assert (positive.pairs, positive.right, positive.moved, positive.reversed) == (2, 1, 2, 1)
    assert (negative.pairs, negative.right, negative.moved, negative.reversed) == (3, 2, 2, 1)
    assert positive.positive_change == pytest.approx((-0.7 - 0.2) / 2)
    assert positive.expected_change == pytest.approx((1.1 - 2.9 + 2.5 - 2.9) / 2)
    assert negative.not_negative_change == pytest.approx((0.3 - 0.1 + 0.6) / 3)


def test_polarity_without_pairs_has_no_expected_change(
    pairs: list[MinimalPair], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("treenn.analysis.negation.predict", by_heart)
    negative = negation(None, pairs[:2]).negative
    assert (negative.pairs, negative.right, negative.expected_change) == (0, 0, None)


def test_a_trained_model_that_needs_negation_turns_over() -> None:
    """In the toy treebank `not` always flips polarity; an untrained network ignores it."""
    treebank = toy_treebank(train=300)
    settings = Settings(size=12, word_size=12, epochs=12, dropout=0.0, learning_rate=0.1, seed=1)
    model = train(treebank, settings).model
    plain = [Tree(("good",), (), (3,)), Tree(("awful",), (), (1,))]
    pairs = [
        MinimalPair(tree, Tree(("not", *tree.words), ((0, 1),)), side, "inserted")
        for tree, side in zip(plain, ("positive", "negative"), strict=True)
    ]
    found = negation(model, pairs)
    assert found.positive.reversed == found.negative.reversed == 1
    assert found.positive.expected_change < -1 < 1 < found.negative.expected_change


def test_sequence_models_are_asked_the_same() -> None:
    model = build(Settings(model="lstm", size=3, word_size=3), 5, Vocabulary(["is", "good", "not"]))
    plain = parse_trees("(3 (2 is) (3 good))", classes=5)[0]
    found = negation(model, [MinimalPair(plain, with_word(plain, "not"), "positive", "inserted")])
    assert -1 < found.positive.positive_change < 1
