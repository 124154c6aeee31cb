"""Interpolation of language models."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from tests.lm.sentences import toy_corpus
from treenn.lm import NGramModel, best_weight, interpolated
from treenn.lm.interpolation import check_comparable
from treenn.trees import InputError

CORPUS = toy_corpus()
FIRST, SECOND = (NGramModel.fit(CORPUS, order).predict(toy_corpus(30, seed=1).train) for order in (1, 3))


def test_the_weight_maximizes_the_probability():
    p, q = (np.exp(each.log_probabilities) for each in (FIRST, SECOND))
    wanted = minimize_scalar(lambda w: -np.log(w * p + (1 - w) * q).sum(), bounds=(0, 1), method="bounded")
    weight = best_weight(FIRST, SECOND)
    assert 0.05 < weight < 0.98
    assert abs(weight - wanted.x) < 1e-4
    mixed = interpolated(FIRST, SECOND, weight)
    assert mixed.perplexity < min(FIRST.perplexity, SECOND.perplexity)
    np.testing.assert_allclose(mixed.log_probabilities, np.log(weight * p + (1 - weight) * q))


@pytest.mark.parametrize("weight", [0.0, 1.0])
def test_weights_of_zero_and_one_select_a_model(weight):
    wanted = FIRST if weight else SECOND
    np.testing.assert_allclose(interpolated(FIRST, SECOND, weight).log_probabilities, wanted.log_probabilities)


def test_models_of_other_vocabularies_are_refused():
    one, two = NGramModel.fit(CORPUS, 2), NGramModel.fit(CORPUS, 2, vocabulary_size=3)
    with pytest.raises(InputError, match=r"with: the models have different vocabularies \(7 words, 5 words\)"):
        check_comparable(one, two)
    check_comparable(one, NGramModel.fit(CORPUS, 3))
