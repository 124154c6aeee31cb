"""`TreeClassifier` follows scikit-learn's conventions and learns from texts and trees."""

from __future__ import annotations

import pickle
import warnings
from typing import Any

import numpy as np
import pytest
import torch
from limited_parser import AtMostFive
from sklearn.base import clone
from sklearn.exceptions import NotFittedError, SkipTestWarning
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils import estimator_checks, get_tags
from sklearn.utils.estimator_checks import check_estimator
from toy import toy_treebank

from treenn.estimators import TreeClassifier
from treenn.parsers import join_trees
from treenn.parsers.shapes import Right
from treenn.trees import InputError, Tree, parse_tree

GOOD, BAD = ["a good film", "a lovely good book"], ["a bad film", "an awful bad book"]
TEXTS, Y = (GOOD + BAD) * 6, (["pos"] * 2 + ["neg"] * 2) * 6


def small(**changed: Any) -> TreeClassifier:
    wanted = {"size": 6, "word_size": 6, "epochs": 20, "learning_rate": 0.1, "dropout": 0, "batch_size": 8}
    wanted |= {"min_steps": 0, "vectors": None, "parser": "right", "random_state": 0}
    return TreeClassifier(**(wanted | changed))


@pytest.fixture(scope="module")
def fitted() -> TreeClassifier:
    return small().fit(TEXTS, Y)


def test_texts_are_learned_and_labels_are_any(fitted: TreeClassifier) -> None:
    assert fitted.classes_.tolist() == ["neg", "pos"]
    assert fitted.predict(["a good book", "a bad book"]).tolist() == ["pos", "neg"]
    shares = fitted.predict_proba(np.array(TEXTS, dtype=object))
    assert shares.shape == (24, 2)
    np.testing.assert_allclose(shares.sum(axis=1), 1, rtol=1e-5)
    assert fitted.score(TEXTS, Y) == 1
    for labels in ([7, 7, -1, -1] * 6, [True, True, False, False] * 6):
        assert small().fit(TEXTS, np.array(labels)).predict(GOOD[:1] + BAD[:1]).tolist() == [labels[0], labels[2]]


def test_a_seed_decides_everything(fitted: TreeClassifier) -> None:
    shares = fitted.predict_proba(TEXTS)
    np.testing.assert_array_equal(clone(fitted).fit(TEXTS, Y).predict_proba(TEXTS), shares)
    assert not np.array_equal(small(random_state=1).fit(TEXTS, Y).predict_proba(TEXTS), shares)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(fitted)).predict_proba(TEXTS), shares)
    random = [small(random_state=np.random.RandomState(3)).fit(TEXTS, Y).predict_proba(TEXTS) for _ in range(2)]
    np.testing.assert_array_equal(*random)


def test_trees_teach_more_than_their_roots() -> None:
    treebank = toy_treebank(train=60)
    whole = small().fit(treebank.train)
    assert whole.classes_.tolist() == [1, 2, 3]
    assert whole.score(treebank.dev, [tree.label for tree in treebank.dev]) > 0.9
    assert whole.predict(["film", "good", "bad"]).tolist() == [2, 3, 1]
    alone = small(epochs=1).fit([Tree(tree.words, tree.merges) for tree in treebank.train], [1, 3] * 30)
    assert alone.classes_.tolist() == [1, 3]


def test_y_overrides_root_labels(fitted: TreeClassifier) -> None:
    trees = [Right().parse(text.split()) for text in TEXTS]
    strange = [tree.with_labels(["odd"] * len(tree)) for tree in trees]
    np.testing.assert_array_equal(small().fit(strange, Y).predict_proba(trees), fitted.predict_proba(TEXTS))


def test_pipeline_validation_and_grid_search() -> None:
    lower = FunctionTransformer(lambda texts: [text.lower() for text in texts])
    pipeline = Pipeline([("lower", lower), ("tree", small())])
    assert pipeline.fit([text.upper() for text in TEXTS], Y).score(TEXTS, Y) == 1
    assert cross_val_score(small(), TEXTS, Y, cv=2).tolist() == [1, 1]
    search = GridSearchCV(pipeline, {"tree__epochs": [1, 20]}, cv=2, scoring="neg_log_loss").fit(TEXTS, Y)
    assert search.best_params_ == {"tree__epochs": 20}


# The last word on which checks apply is scikit-learn's: for whatever reads no table of numbers it has one, that it can
# be cloned, and says in a warning that it leaves out the others. They give numbers to fit, which no text is.
def test_scikit_learns_own_checks_that_apply_pass() -> None:
    assert get_tags(small()).input_tags.string
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        found = check_estimator(small(), on_fail=None, expected_failed_checks={})
    assert [each for each in found if each["status"] not in ("passed", "skipped")] == []
    assert any(issubclass(each.category, SkipTestWarning) for each in said)


API_CHECKS = (
    "check_estimator_tags_renamed",
    "check_valid_tag_types",
    "check_estimator_repr",
    "check_no_attributes_set_in_init",
    "check_do_not_raise_errors_in_init_or_set_params",
    "check_mixin_order",
    "check_parameters_default_constructible",
    "check_get_params_invariance",
    "check_set_params",
)


@pytest.mark.parametrize("name", API_CHECKS)
def test_remaining_scikit_learn_checks_pass(name: str) -> None:
    getattr(estimator_checks, name)("TreeClassifier", small())


@pytest.mark.parametrize(
    ("X", "y", "message"),
    [
        ("a good film", ["pos"], "X 'a good film': must be a list"),
        ([], [], "X is empty: must have one text or tree, or more"),
        ([3], ["pos"], r"X\[0\] 3: must be text, a list, .* or a DependencyTree"),
        ([["a", 3]], ["pos"], r"X\[0\]\[1\] 3: must be text"),
        ([["a"], []], ["pos", "neg"], r"X\[1\] has no words"),
        (np.ones((2, 2)), ["pos", "neg"], "X: must be a list, not an array of 2 dimensions"),
        (["fine", " "], ["pos", "neg"], r"X\[1\] has no words: must have one or more for training"),
        (["fine"], None, "requires y to be passed, but the target y is None"),
        (["fine", "bad"], ["pos"], "inconsistent numbers of samples"),
        (["fine", "bad"], [0.5, 1.25], "Unknown label type"),
    ],
)
def test_what_cannot_be_learned_from_is_refused(X: Any, y: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        small().fit(X, y)


def test_blank_text_gets_class_prior(fitted: TreeClassifier) -> None:
    assert fitted.predict(["a good book", " ", "a bad book"]).tolist() == ["pos", "neg", "neg"]
    shares = fitted.predict_proba(["", "a good book"])
    assert shares[0].tolist() == fitted.class_prior_.tolist() == [0.5, 0.5]
    np.testing.assert_allclose(shares[1], fitted.predict_proba(["a good book"])[0])
    unequal = small(epochs=1).fit(TEXTS[:3], Y[:3])
    assert unequal.predict([""]).tolist() == ["pos"]


@pytest.mark.parametrize("kind", [tuple, np.array, "Series"])
def test_texts_come_in_any_container(fitted: TreeClassifier, kind: Any) -> None:
    kind = pytest.importorskip("pandas").Series if kind == "Series" else kind
    given = small().fit(kind(TEXTS), kind(Y))
    np.testing.assert_array_equal(given.predict_proba(kind(TEXTS)), fitted.predict_proba(TEXTS))


def test_texts_of_several_sentences_are_one_tree() -> None:
    texts = [f"{text}! It is {text}; really!" for text in TEXTS]
    classifier = small().fit(texts, Y)
    assert classifier.score(texts, Y) == 1
    assert classifier.predict(["A good film! " * 100]).tolist() == ["pos"]
    trees = [join_trees(Right().parse_sentences(text)) for text in texts]
    np.testing.assert_array_equal(classifier.predict_proba(trees), classifier.predict_proba(texts))


def test_no_text_is_refused_for_its_length() -> None:
    classifier = small(parser=AtMostFive(), epochs=1).fit(["good " * 40, "bad " * 40], ["pos", "neg"])
    assert classifier.predict(["good bad " * 40]).shape == (1,)


def test_other_mistakes_are_one_message(fitted: TreeClassifier) -> None:
    for call in (small().predict, small().predict_proba, small().save):
        with pytest.raises(NotFittedError):
            call(["fine"])
    for parameters, message in (
        ({"random_state": -1}, "random_state"),
        ({"random_state": "x"}, "random_state"),
        ({"vectors": [3]}, r"vectors\[0\] 3: must be a path"),
        ({"dropout": 2}, "dropout 2: must be at least 0 and below 1"),
        ({"parser": "nope"}, "parser nope: must be the folder of a parser, or one of"),
        ({"tokenizer": "nope"}, "tokenizer nope: must be treebank"),
        ({"parser": "chart", "language": "de"}, "^parser chart: parses English, not 'de'"),
        ({"scale": "score"}, "scale score: must be nominal or ordinal"),
        ({"validation_fraction": 1}, "validation_fraction 1: must be between 0 and 1"),
        ({"patience": 3}, "patience 3: needs early_stopping=True"),
        ({"restarts": 3}, "restarts 3: needs early_stopping=True"),
        ({"early_stopping": 3}, "early_stopping 3: must be True or False"),
    ):
        with pytest.raises(InputError, match=message):
            small(**parameters).fit(TEXTS, Y)
    assert fitted.predict([parse_tree("(X good)")]).shape == (1,)


def test_labels_of_any_hashable_type_are_classes() -> None:
    kinds = {"pos": (1, "good"), "neg": (0, "bad")}
    classifier = small().fit(TEXTS, [kinds[label] for label in Y])
    assert list(classifier.classes_) == [(0, "bad"), (1, "good")]
    assert list(classifier.predict(GOOD[:1] + BAD[:1])) == [(1, "good"), (0, "bad")]
    unordered = small(epochs=1).fit(TEXTS, [frozenset([label]) if label == "pos" else label for label in Y])
    assert list(unordered.classes_) == [frozenset(["pos"]), "neg"]
    with pytest.raises(InputError, match=r"y\[1\] is None: must be a label"):
        small().fit(GOOD, ["pos", None])


def test_logarithms_and_single_classes(fitted: TreeClassifier) -> None:
    np.testing.assert_allclose(np.exp(fitted.predict_log_proba(TEXTS)), fitted.predict_proba(TEXTS))
    assert small(epochs=1).fit(TEXTS, ["pos"] * 24).predict_proba(TEXTS).tolist() == [[1.0]] * 24


def test_threads_of_torch_are_restored(fitted: TreeClassifier) -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        shares = clone(fitted).fit(TEXTS, Y).predict_proba(TEXTS)
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)
    np.testing.assert_allclose(shares, fitted.predict_proba(TEXTS), rtol=1e-5)
