"""`TreeRegressor`: scores of texts and nodes, clipped to their range."""

from __future__ import annotations

import pickle
import warnings
from typing import Any

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.metrics import r2_score
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.utils import estimator_checks
from sklearn.utils.estimator_checks import check_estimator
from toy import toy_treebank

from treenn.estimators import TreeRegressor
from treenn.trees import InputError, parse_tree

TEXTS = ["a good film", "a lovely good book", "a bad film", "an awful bad book"] * 6
Y = [4.0, 5.0, 2.0, 1.0] * 6


def small(**changed: Any) -> TreeRegressor:
    wanted = {"size": 6, "word_size": 6, "epochs": 40, "learning_rate": 0.1, "dropout": 0, "batch_size": 8}
    wanted |= {"min_steps": 0, "vectors": None, "parser": "right", "random_state": 0}
    return TreeRegressor(**(wanted | changed))


@pytest.fixture(scope="module")
def fitted() -> TreeRegressor:
    return small().fit(TEXTS, Y)


def test_scores_of_texts_are_learned(fitted: TreeRegressor) -> None:
    scores = fitted.predict(TEXTS)
    assert scores.shape == (24,)
    assert fitted.score(TEXTS, Y) == pytest.approx(r2_score(Y, scores))
    assert fitted.score(TEXTS, Y) > 0.9
    assert fitted.score_range_ == (1.0, 5.0)
    assert fitted.predict(["", "good"])[0] == fitted.mean_ == np.mean(Y)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(fitted)).predict(TEXTS), scores)
    np.testing.assert_array_equal(clone(fitted).fit(np.array(TEXTS), np.array(Y)).predict(TEXTS), scores)


def test_predictions_are_in_the_range(fitted: TreeRegressor) -> None:
    assert fitted.predict(["good lovely good"] * 2).max() <= 5
    narrow = small(score_range=[0, 10]).fit(TEXTS, Y)
    assert narrow.score_range_ == (0.0, 10.0)
    assert narrow.score(TEXTS, Y) > 0.9
    constant = small(epochs=1).fit(TEXTS, [3] * 24)
    assert constant.score_range_ == (2.5, 3.5)


def test_scores_of_nodes_are_learned() -> None:
    treebank = toy_treebank(train=60)
    trees = [tree.map_labels(lambda label: None if label is None else float(label)) for tree in treebank.train]
    whole = small().fit(trees)
    assert whole.predict(["bad", "film", "good"]).round().tolist() == [1, 2, 3]
    above = small(score_range=(1.5, 3)).fit(trees[:4], [2.0, 3.0, 2.0, 3.0])
    assert above.model_.task.score_range == (1.5, 3.0)


def test_searches_and_validation_work() -> None:
    assert cross_val_score(small(), TEXTS, Y, cv=3).min() > 0.8
    search = GridSearchCV(small(), {"cell_dropout": [0.0, 0.5], "epochs": [2, 40]}, cv=2).fit(TEXTS, Y)
    assert search.best_params_["epochs"] == 40


def test_scikit_learn_checks_pass() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = check_estimator(small(), on_fail=None, expected_failed_checks={})
    assert [each for each in found if each["status"] not in ("passed", "skipped")] == []
    for name in ("check_no_attributes_set_in_init", "check_parameters_default_constructible", "check_set_params"):
        getattr(estimator_checks, name)("TreeRegressor", small())


@pytest.mark.parametrize(
    ("changed", "y", "message"),
    [
        ({}, ["a"] * 24, r"y\[0\] 'a': must be a finite number"),
        ({}, [float("nan")] * 24, r"y\[0\] nan: must be a finite number"),
        ({}, None, "requires y to be passed"),
        ({"score_range": (0, 4)}, Y, "y has 5: must be in score_range, 0 to 4"),
        ({"score_range": (4, 0)}, Y, r"score_range \(4, 0\): must be two ascending numbers"),
        ({"score_range": 4}, Y, "score_range 4: must be a list of numbers"),
    ],
)
def test_invalid_scores_are_refused(changed: Any, y: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        small(**changed).fit(TEXTS, y)


def test_trees_without_numbers_have_no_scores() -> None:
    with pytest.raises(InputError, match="X has no numbers as labels"):
        small().fit([parse_tree("(NP (D a) (N film))")])
    with pytest.raises(NotFittedError):
        small().predict(["good"])
