"""`TreeSentimentClassifier` follows scikit-learn's conventions and learns from trees."""

from __future__ import annotations

import pickle
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from limited_parser import AtMostFive
from sklearn.base import clone
from sklearn.exceptions import NotFittedError, SkipTestWarning
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils import estimator_checks, get_tags
from sklearn.utils.estimator_checks import check_estimator
from toy import toy_treebank

from treenn.parsers import join_trees
from treenn.parsers.shapes import Right
from treenn.sentiment.classifier import TreeSentimentClassifier
from treenn.trees import InputError, Tree, parse_tree

GOOD, BAD = ["a good film", "a lovely good book"], ["a bad film", "an awful bad book"]
TEXTS, Y = (GOOD + BAD) * 6, (["pos"] * 2 + ["neg"] * 2) * 6


def small(**changed: Any) -> TreeSentimentClassifier:
    wanted = {"size": 6, "word_size": 6, "epochs": 20, "learning_rate": 0.1, "dropout": 0, "batch_size": 8}
    return TreeSentimentClassifier(**(wanted | {"parser": "right", "random_state": 0} | changed))


@pytest.fixture(scope="module")
def fitted() -> TreeSentimentClassifier:
    return small().fit(TEXTS, Y)


def test_texts_are_learned_and_labels_are_any(fitted: TreeSentimentClassifier) -> None:
    assert fitted.classes_.tolist() == ["neg", "pos"]
    assert fitted.predict(["a good book", "a bad book"]).tolist() == ["pos", "neg"]
    shares = fitted.predict_proba(np.array(TEXTS, dtype=object))
    assert shares.shape == (24, 2)
    np.testing.assert_allclose(shares.sum(axis=1), 1, rtol=1e-5)
    assert fitted.score(TEXTS, Y) == 1
    for labels in ([7, 7, -1, -1] * 6, [True, True, False, False] * 6):
        assert small().fit(TEXTS, np.array(labels)).predict(GOOD[:1] + BAD[:1]).tolist() == [labels[0], labels[2]]


def test_a_seed_decides_everything(fitted: TreeSentimentClassifier) -> None:
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


def test_y_overrides_root_labels(fitted: TreeSentimentClassifier) -> None:
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


def test_parameters_are_what_they_were_set_to() -> None:
    classifier = small().set_params(epochs=3, settings={"clip_norm": 1.0})
    assert classifier.get_params()["epochs"] == 3
    assert clone(classifier).get_params() == classifier.get_params()
    assert classifier.fit(TEXTS, Y).predict(TEXTS).shape == (24,)


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
    getattr(estimator_checks, name)("TreeSentimentClassifier", small())


@pytest.mark.parametrize(
    ("X", "y", "message"),
    [
        ("a good film", ["pos"], "X 'a good film': must be a list of texts or Trees"),
        ([], [], "X is empty; there must be at least one text or tree"),
        ([["a"]], ["pos"], r"X\[0\] of type list: must be text or a Tree"),
        (np.ones((2, 2)), ["pos", "neg"], "X: must be a list, not an array of 2 dimensions"),
        (["fine", " "], ["pos", "neg"], r"X\[1\] has no words; there is nothing to learn from it"),
        (["fine"], None, "requires y to be passed, but the target y is None"),
        (["fine", "bad"], ["pos"], "inconsistent numbers of samples"),
        (["fine", "bad"], [0.5, 1.25], "Unknown label type"),
    ],
)
def test_what_cannot_be_learned_from_is_refused(X: Any, y: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        small().fit(X, y)


def test_blank_text_gets_class_prior(fitted: TreeSentimentClassifier) -> None:
    assert fitted.predict(["a good book", " ", "a bad book"]).tolist() == ["pos", "neg", "neg"]
    shares = fitted.predict_proba(["", "a good book"])
    assert shares[0].tolist() == fitted.class_prior_.tolist() == [0.5, 0.5]
    np.testing.assert_allclose(shares[1], fitted.predict_proba(["a good book"])[0])
    unequal = small(epochs=1).fit(TEXTS[:3], Y[:3])
    assert unequal.predict([""]).tolist() == ["pos"]


@pytest.mark.parametrize("kind", [tuple, np.array, "Series"])
def test_texts_come_in_any_container(fitted: TreeSentimentClassifier, kind: Any) -> None:
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


@pytest.mark.parametrize("six", [6.0, np.int64(6), np.float64(6)])
def test_whole_numbers_of_any_type_are_sizes(fitted: TreeSentimentClassifier, six: Any) -> None:
    given = small(size=six, word_size=six).fit(TEXTS, Y)
    np.testing.assert_array_equal(given.predict_proba(GOOD), fitted.predict_proba(GOOD))


@pytest.mark.parametrize("name", ["size", "word_size", "epochs", "batch_size"])
@pytest.mark.parametrize("value", [6.5, "6", None, True, float("nan"), float("inf")])
def test_what_is_no_whole_number_is_named(name: str, value: Any) -> None:
    with pytest.raises(InputError, match=f"^{name} .*: must be a whole number$"):
        small(**{name: value}).fit(TEXTS, Y)


def test_vectors_are_one_file_or_several(fitted: TreeSentimentClassifier, tmp_path: Path) -> None:
    (file := tmp_path / "vectors.txt").write_text("good 1 2\nbad -1 3\nfilm 0 1\n", encoding="utf-8")
    found = [small(vectors=vectors).fit(TEXTS, Y).predict_proba(GOOD) for vectors in (file, str(file), [file])]
    np.testing.assert_array_equal(found[0], found[1])
    np.testing.assert_array_equal(found[0], found[2])
    assert not np.array_equal(found[0], fitted.predict_proba(GOOD))


def test_other_mistakes_are_one_message(fitted: TreeSentimentClassifier) -> None:
    with pytest.raises(NotFittedError):
        small().predict(["fine"])
    for settings in ({"nope": 3}, [1], "abc"):
        with pytest.raises(InputError, match=r"settings (has 'nope'|.*: must be a mapping)"):
            small(settings=settings).fit(TEXTS, Y)
    for parameters in ({"random_state": -1}, {"random_state": "x"}, {"vectors": None}, {"vectors": [3]}):
        with pytest.raises(InputError, match=next(iter(parameters))):
            small(**parameters).fit(TEXTS, Y)
    with pytest.raises(InputError, match="settings has epochs, which is a parameter of the classifier"):
        small(settings={"epochs": 3}).fit(TEXTS, Y)
    with pytest.raises(InputError, match="dropout 2: must be at least 0 and below 1"):
        small(dropout=2).fit(TEXTS, Y)
    assert fitted.predict([parse_tree("(X good)")]).shape == (1,)
