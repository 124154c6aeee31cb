"""Parameters of the estimators: all settings, with honest signatures, also as a search sets them."""

from __future__ import annotations

import inspect
from dataclasses import fields
from typing import Any

import numpy as np
import pytest
from sklearn.base import clone, is_classifier, is_regressor
from sklearn.model_selection import GridSearchCV, cross_val_score

from treenn.estimators import TreeClassifier, TreeRegressor
from treenn.estimators.setting_parameters import NO_PARAMETERS, SettingParameters, setting_names
from treenn.models.settings import Settings
from treenn.trees import InputError
from treenn.trees.annotation_types import options
from treenn.trees.arguments import field_hints

TEXTS = ["a good film", "a lovely good book", "a bad film", "an awful bad book"] * 6
Y = ["pos", "pos", "neg", "neg"] * 6
SMALL: dict[str, Any] = {"size": 6, "word_size": 6, "epochs": 1, "min_steps": 0, "vectors": None, "parser": "right"}
SMALL["random_state"] = 0
CHANGED_DEFAULTS = {"frequent_words", "min_steps"}


def test_every_setting_is_a_parameter_with_its_default() -> None:
    settings, own = (
        {field.name: field for field in fields(Settings)},
        {each.name: each for each in fields(SettingParameters)},
    )
    assert list(own) == list(setting_names()) == [name for name in settings if name not in NO_PARAMETERS]
    assert {name for name in own if own[name].default != settings[name].default} == CHANGED_DEFAULTS
    of_settings, of_parameters = field_hints(Settings), field_hints(SettingParameters)
    assert {name: plain(of_settings[name]) for name in own} == {name: plain(of_parameters[name]) for name in own}


def plain(hint: Any) -> set[Any]:
    """The types of a setting without constraints."""
    return {getattr(kind, "__origin__", kind) if "Annotated" in str(kind) else kind for kind in options(hint)}


@pytest.mark.parametrize("kind", [TreeClassifier, TreeRegressor])
def test_signature_lists_every_parameter(kind: Any) -> None:
    signature = inspect.signature(kind)
    assert set(signature.parameters) == set(kind().get_params())
    kinds = {name: each.kind for name, each in signature.parameters.items()}
    assert kinds.pop("model") is inspect.Parameter.POSITIONAL_OR_KEYWORD
    assert set(kinds.values()) == {inspect.Parameter.KEYWORD_ONLY}
    assert kind("lstm", cell_dropout=0.1).get_params()["cell_dropout"] == 0.1
    assert (is_classifier(kind()), is_regressor(kind())) == (kind is TreeClassifier, kind is TreeRegressor)


def test_grid_over_dropout_in_the_cell() -> None:
    grid = {"cell_dropout": np.array([0.0, 0.3]), "size": np.array([6.0]), "class_weight": [None, "balanced"]}
    search = GridSearchCV(TreeClassifier(**SMALL), grid, cv=2).fit(TEXTS, Y)
    assert {params["cell_dropout"] for params in search.cv_results_["params"]} == {0.0, 0.3}
    assert search.best_estimator_.model_.settings.size == 6


@pytest.mark.slow
def test_folds_of_string_classes_on_two_processes() -> None:
    classifier = TreeClassifier(**(SMALL | {"epochs": 20, "learning_rate": 0.1, "dropout": 0}))
    scores = cross_val_score(classifier, TEXTS, Y, cv=2, n_jobs=2)
    assert scores.tolist() == [1.0] * 2
    np.testing.assert_array_equal(scores, cross_val_score(classifier, TEXTS, Y, cv=2))


def test_parameters_are_what_they_were_set_to() -> None:
    classifier = TreeClassifier(**SMALL).set_params(epochs=3, clip_norm=1.0)
    assert classifier.get_params()["epochs"] == 3
    assert clone(classifier).get_params() == classifier.get_params()
    assert classifier.fit(TEXTS, Y).model_.settings.clip_norm == 1.0
    assert classifier.n_iter_ == len(classifier.loss_curve_) == 3
    with pytest.raises(ValueError, match="Invalid parameter 'nope'"):
        classifier.set_params(nope=1)


@pytest.mark.parametrize("six", [6.0, np.int64(6), np.float64(6), np.float32(6)])
def test_whole_numbers_of_any_type_are_sizes(six: Any) -> None:
    given = TreeClassifier(**(SMALL | {"size": six, "word_size": six, "patience": six, "early_stopping": np.True_}))
    settings = given.fit(TEXTS, Y).model_.settings
    assert [settings.size, settings.word_size, settings.patience] == [6, 6, 6]
    assert type(settings.size) is type(settings.patience) is int


@pytest.mark.parametrize("name", ["size", "word_size", "epochs", "batch_size"])
@pytest.mark.parametrize("value", [6.5, "6", None, True, float("nan"), float("inf")])
def test_what_is_no_whole_number_is_named(name: str, value: Any) -> None:
    with pytest.raises(InputError, match=f"^{name} .*: must be a whole number"):
        TreeClassifier(**(SMALL | {name: value})).fit(TEXTS, Y)


def test_floor_of_steps_raises_epochs() -> None:
    few = TreeClassifier(**(SMALL | {"min_steps": 7, "batch_size": 8})).fit(TEXTS, Y)
    assert few.n_iter_ == 3
