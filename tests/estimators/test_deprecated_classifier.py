"""`TreeSentimentClassifier` of treenn 0.1.0 works as before, with a warning."""

import pickle

import numpy as np
import pytest
from sklearn.base import clone

import treenn
from treenn.trees import InputError

TEXTS, Y = ["a good film", "a bad film"] * 8, ["pos", "neg"] * 8


def test_old_code_works_with_a_warning() -> None:
    with pytest.warns(FutureWarning, match="TreeSentimentClassifier is deprecated; use treenn.TreeClassifier"):
        classifier = treenn.TreeSentimentClassifier("tree-lstm", size=5, epochs=2, parser="right", random_state=0)
    assert (classifier.word_size, classifier.min_steps, classifier.vectors) == (100, 0, ())
    assert classifier.fit(TEXTS, Y).predict_proba(TEXTS).shape == (16, 2)
    assert classifier.n_iter_ == 2
    np.testing.assert_array_equal(classifier.classes_, ["neg", "pos"])
    with pytest.warns(FutureWarning):
        copy = clone(classifier).fit(TEXTS, Y)
    np.testing.assert_array_equal(copy.predict_proba(TEXTS), classifier.predict_proba(TEXTS))
    assert pickle.loads(pickle.dumps(classifier)).predict(TEXTS).tolist() == classifier.predict(TEXTS).tolist()


@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_further_settings_are_a_mapping() -> None:
    settings = {"cell_dropout": 0.2, "clip_norm": 5}
    given = treenn.TreeSentimentClassifier(size=5, epochs=1, parser="right", settings=settings).fit(TEXTS, Y)
    assert (given.model_.settings.cell_dropout, given.model_.settings.clip_norm) == (0.2, 5.0)
    for wrong, message in (
        ({"nope": 3}, "settings has 'nope'"),
        ([1], "settings .*: must be a mapping"),
        ({"seed": 1}, "has seed"),
    ):
        with pytest.raises(InputError, match=message):
            treenn.TreeSentimentClassifier(parser="right", settings=wrong).fit(TEXTS, Y)
