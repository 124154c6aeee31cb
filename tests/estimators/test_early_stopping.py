"""Early stopping on a held-out fraction of the training examples."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from treenn.estimators import TreeClassifier, TreeRegressor
from treenn.estimators.validation_split import hold_out
from treenn.trees import InputError

TEXTS, Y = ["a good film", "a lovely film", "a bad film", "an awful film"] * 10, ["pos", "pos", "neg", "neg"] * 10


def small(kind: Any = TreeClassifier, **changed: Any) -> Any:
    wanted = {"size": 6, "word_size": 6, "epochs": 60, "learning_rate": 0.1, "batch_size": 8, "min_steps": 0}
    wanted |= {"vectors": None, "parser": "right", "random_state": 0, "early_stopping": True, "dropout": 0}
    return kind(**(wanted | changed))


def test_training_stops_after_patience() -> None:
    fitted = small(patience=3).fit(TEXTS, Y)
    assert 4 <= fitted.n_iter_ < 60
    assert fitted.score(TEXTS, Y) == 1
    assert (fitted.model_.settings.patience, fitted.model_.settings.checkpoint) == (3, "best")
    assert small().fit(TEXTS, Y).model_.settings.patience == 10
    full = small(early_stopping=False, epochs=2).fit(TEXTS, Y)
    assert (full.n_iter_, full.model_.settings.checkpoint) == (2, "last")


def test_validation_examples_are_not_trained_on() -> None:
    texts = [f"{text} w{index} w{index}" for index, text in enumerate(TEXTS)]
    fitted = small(epochs=1, validation_fraction=0.25).fit(texts, Y)
    known = [word for word in fitted.model_.vocabulary.words if word.startswith("w")]
    assert len(known) == 30


def test_regressor_stops_by_squared_error() -> None:
    fitted = small(TreeRegressor, patience=2).fit(TEXTS, [4.0, 4.0, 1.0, 1.0] * 10)
    assert fitted.n_iter_ <= 60
    assert fitted.score(TEXTS, [4.0, 4.0, 1.0, 1.0] * 10) > 0.5


def test_restarts_need_a_validation_split() -> None:
    assert small(restarts=2, epochs=2).fit(TEXTS, Y).model_.settings.restarts == 2
    assert small(restarts=2, epochs=2, patience=1).fit(TEXTS, Y).n_iter_ <= 2


def test_split_is_stratified_if_possible() -> None:
    fitted, validation = hold_out(range(40), [*Y[:39], None], 0.2, seed=1)
    assert sorted([*fitted, *validation]) == list(range(40))
    assert 39 in fitted
    assert Counter(Y[index] for index in validation) == {"pos": 4, "neg": 4}
    fitted, validation = hold_out(range(5), ["a", "b", "c", "a", "b"], 0.2, seed=0)
    assert len(validation) == 1
    with pytest.raises(InputError, match=r"validation_fraction 0\.1: 1 examples cannot be split"):
        hold_out([0], ["a"], 0.1, seed=0)
