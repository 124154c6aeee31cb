"""`sample_weight` and `class_weight` of the estimators."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.model_selection import cross_validate
from sklearn.utils.class_weight import compute_class_weight

from treenn.estimators import TreeClassifier, TreeRegressor
from treenn.estimators.class_labels import class_shares, weigh_classes
from treenn.trees import parse_tree

TEXTS, Y = ["good", "bad", "film", "dull"] * 5, ["a", "b", "a", "a"] * 5


def small(kind: Any = TreeClassifier, **changed: Any) -> Any:
    wanted = {"size": 4, "word_size": 4, "epochs": 2, "min_steps": 0, "vectors": None, "parser": "right", "dropout": 0}
    return kind(**(wanted | {"random_state": 0} | changed))


@pytest.mark.parametrize(("kind", "y"), [(TreeClassifier, Y), (TreeRegressor, np.arange(20.0))])
def test_zero_weight_equals_absence(kind: Any, y: Any) -> None:
    kept = [index for index in range(20) if index % 4 != 1 or index == 1]
    fitted = small(kind).fit(TEXTS, y, sample_weight=[float(index in kept) for index in range(20)])
    without = small(kind).fit([TEXTS[index] for index in kept], np.array(y)[kept])
    output = "predict_proba" if kind is TreeClassifier else "predict"
    np.testing.assert_array_equal(getattr(fitted, output)(TEXTS), getattr(without, output)(TEXTS))
    np.testing.assert_array_equal(fitted.loss_curve_, without.loss_curve_)


@pytest.mark.parametrize(("kind", "y"), [(TreeClassifier, Y), (TreeRegressor, np.arange(20.0))])
def test_weights_are_factors_of_the_loss(kind: Any, y: Any) -> None:
    frozen = {"learning_rate": 0, "embedding_learning_rate": 0, "batch_size": 20, "epochs": 1}
    losses = [
        small(kind, **frozen).fit(TEXTS, y, sample_weight=weights).loss_curve_[0]
        for weights in (None, [1.0] * 20, [3.0] * 20, [3.0] * 10 + [1.0] * 10, [1.0] * 10 + [3.0] * 10)
    ]
    assert losses[1] == losses[0]
    assert losses[2] == pytest.approx(3 * losses[0], rel=1e-6)
    assert losses[3] + losses[4] == pytest.approx(4 * losses[0], rel=1e-6)
    assert losses[3] != pytest.approx(2 * losses[0], rel=1e-4)


def test_class_weights_are_those_of_scikit_learn() -> None:
    numbers, classes = [0, 1, 0, 0, None, 2, 2], np.array(["a", "b", "c"])
    known = [number for number in numbers if number is not None]
    weights = weigh_classes("balanced", numbers, classes, [1.0] * 7)
    expected = compute_class_weight("balanced", classes=np.arange(3), y=known)
    assert weights == pytest.approx([1.0 if number is None else expected[number] for number in numbers])
    assert weigh_classes({"b": 3, "c": 0.5}, numbers, classes, [2.0] * 7) == [2, 6, 2, 2, 2, 1, 1]
    assert weigh_classes(None, numbers, classes, [2.0] * 7) == [2.0] * 7
    assert weigh_classes("balanced", [0, 1, 1], classes[:2], [1.0, 0.0, 0.0]) == [1.0, 0.0, 0.0]


def test_class_weight_multiplies_sample_weight() -> None:
    by_hand = [2.0 if label == "b" else 0.5 for label in Y]
    weighted = small(class_weight={"b": 4.0, "a": 1.0}).fit(TEXTS, Y, sample_weight=[0.5] * 20)
    expected = small().fit(TEXTS, Y, sample_weight=by_hand)
    np.testing.assert_array_equal(weighted.predict_proba(TEXTS), expected.predict_proba(TEXTS))
    balanced = small(class_weight="balanced").fit(TEXTS, Y)
    expected = small().fit(TEXTS, Y, sample_weight=[20 / (2 * 5) if label == "b" else 20 / (2 * 15) for label in Y])
    np.testing.assert_allclose(balanced.predict_proba(TEXTS), expected.predict_proba(TEXTS), rtol=1e-5)


def test_class_prior_is_weighted() -> None:
    fitted = small(epochs=1).fit(TEXTS, Y, sample_weight=[3.0 if label == "b" else 1.0 for label in Y])
    assert fitted.class_prior_.tolist() == [0.5, 0.5]
    assert class_shares([None], [1.0], 2).tolist() == [0.5, 0.5]
    regressor = small(TreeRegressor, epochs=1).fit(["a", "b"], [0, 4], sample_weight=[1, 3])
    assert regressor.predict([""]).tolist() == [regressor.mean_] == [3.0]


def test_cross_validation_passes_weights_on() -> None:
    found = cross_validate(small(epochs=1), TEXTS, Y, cv=2, params={"sample_weight": np.ones(20)})
    assert len(found["test_score"]) == 2


@pytest.mark.parametrize(
    ("changed", "weights", "message"),
    [
        ({}, [1.0], "inconsistent numbers of samples"),
        ({}, [-1.0] * 20, r"sample_weight\[0\] -1.0: must be 0 or more"),
        ({}, [0.0] * 20, "sample_weight: must not all be 0"),
        ({"class_weight": "even"}, None, "class_weight 'even': must be 'balanced', a dict by label, or None"),
        ({"class_weight": {"c": 2}}, None, "class_weight has 'c', which is no label, but not 'a'"),
        ({"class_weight": {"a": -2}}, None, r"class_weight\['a'\] -2: must be 0 or more"),
        ({"class_weight": {"a": 0, "b": 0}}, None, "class_weight: must not make all weights 0"),
        ({"model": "autoencoder"}, [2.0] * 20, "sample_weight: RecursiveAutoencoder has a loss of its own"),
    ],
)
def test_invalid_weights_are_refused(changed: Any, weights: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        small(**changed).fit(TEXTS, Y, sample_weight=weights)


def test_weights_apply_to_all_nodes_of_a_tree() -> None:
    trees = [parse_tree("(b (a good) (a film))"), parse_tree("(a (b bad) (b film))")] * 5
    frozen = {"learning_rate": 0, "embedding_learning_rate": 0, "batch_size": 10, "epochs": 1}
    losses = [small(**frozen).fit(trees, sample_weight=w).loss_curve_[0] for w in (None, [3, 1] * 5, [1, 3] * 5)]
    assert losses[1] + losses[2] == pytest.approx(4 * losses[0], rel=1e-6)
    assert losses[1] != pytest.approx(2 * losses[0], rel=1e-4)
