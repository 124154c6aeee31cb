from dataclasses import replace

import numpy as np
import pytest
from toy import toy_treebank

from treenn.evaluation.measuring import measure
from treenn.evaluation.predictions import average, predict
from treenn.models.building import build
from treenn.models.settings import Settings
from treenn.models.vocabulary import Vocabulary

TREES = toy_treebank().test
WORDS = Vocabulary(sorted({word for tree in TREES for word in tree.words}))


def predictions(seed):
    return predict(build(Settings(size=6, word_size=4, seed=seed), 5, WORDS), TREES)


def test_one_model_alone_is_itself():
    one = predictions(0)
    assert measure(average([one])) == measure(one)
    assert np.array_equal(average([one]).positive, one.positive)


def test_classes_and_polarity_come_from_mean_probabilities():
    one = predictions(0)
    n = len(one.labels)
    first = replace(one, probabilities=np.tile(np.float32([0.0, 0.5, 0.1, 0.4, 0.0]), (n, 1)))
    second = replace(one, probabilities=np.tile(np.float32([0.0, 0.0, 0.2, 0.3, 0.5]), (n, 1)))
    together = average([first, second])
    np.testing.assert_allclose(together.probabilities[0], [0.0, 0.25, 0.15, 0.35, 0.25])
    assert set(together.classes) == {3}
    assert together.positive.all()


def test_models_of_different_opinions_meet_in_the_middle():
    models = [predictions(seed) for seed in range(3)]
    together = average(models)
    mean = sum(model.probabilities for model in models) / 3
    np.testing.assert_allclose(together.probabilities, mean, rtol=1e-5)
    assert np.array_equal(together.classes, mean.argmax(axis=1))
    assert measure(together)["root"] == (together.classes == together.labels)[together.roots].mean()


def test_predictions_of_other_trees_are_refused():
    with pytest.raises(ValueError, match="must be of the same trees"):
        average([predictions(0), predict(build(Settings(size=6, word_size=4), 5, WORDS), TREES[:3])])
    with pytest.raises(ValueError, match="at least one model"):
        average([])
