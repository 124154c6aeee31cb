"""Kneser-Ney smoothing: against dictionaries, nltk and the axioms of probability."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from nltk.lm import KneserNeyInterpolated

from tests.lm.sentences import DictionaryModel, toy_corpus
from treenn.lm.kneser_ney import FEW, KneserNey, discounts_of
from treenn.models.text_vocabulary import END, TextVocabulary
from treenn.trees import InputError

CORPUS = toy_corpus()
WORDS = [sentence.words for sentence in CORPUS.train]
VOCABULARY = TextVocabulary.of_sentences(WORDS)
IDS, SIZES = VOCABULARY.token_ids(WORDS)
SENTENCES = [part.tolist() for part in np.split(IDS, np.cumsum(SIZES)[:-1])]
SIZE = len(VOCABULARY)


@pytest.fixture(params=[1, 2, 3, 4])
def model(request):
    return KneserNey.fit(IDS, SIZES, SIZE, request.param)


def test_probabilities_equal_those_of_dictionaries(model):
    oracle = DictionaryModel(SENTENCES, SIZE, model.discounts)
    new = [2, 0, 6, 2, 2, 5, 1]
    found = model.log_probabilities(np.array([*IDS, *new]), np.array([*SIZES, len(new)]))
    wanted = [
        np.log(oracle.probability(sentence[end], (SIZE, *sentence[:end])))
        for sentence in [*SENTENCES, new]
        for end in range(len(sentence))
    ]
    np.testing.assert_allclose(found, wanted, rtol=1e-10)


def test_probabilities_of_every_context_sum_to_one(model):
    contexts = [context for n in range(4) for context in product(range(SIZE), repeat=n)]
    sums = [model.distribution(list(context)).sum() for context in contexts]
    np.testing.assert_allclose(sums, 1, rtol=1e-12)


def test_distribution_equals_the_score_of_each_word(model):
    for context in ([], [2], [2, 3], [6, 6, 5]):
        ids = np.array([[*context, word] for word in range(SIZE)])
        logs = model.log_probabilities(ids.ravel(), np.full(SIZE, ids.shape[1]))
        np.testing.assert_allclose(model.distribution(context), np.exp(logs.reshape(SIZE, -1)[:, -1]), rtol=1e-10)


def test_nltk_agrees_at_equal_discount():
    """Away from the beginning of sentences: there nltk has no counts of different preceding words, but zeros."""
    order, d = 3, 0.75
    model = KneserNey.fit(IDS, SIZES, SIZE, order, [(0.0, 0.0, 0.0), (d, d, d), (d, d, d)])
    oracle = KneserNeyInterpolated(order, discount=d)
    padded = [("<s>", *words, END) for words in WORDS]
    spans = [
        [
            sentence[end - n + 1 : end + 1]
            for end in range(1, len(sentence))
            for n in range(1, order + 1)
            if end >= n - 1
        ]
        for sentence in padded
    ]
    oracle.fit(spans, vocabulary_text=[word for words in WORDS for word in words] + [END])
    known = [*"abcde", END]
    contexts = {(s[i], s[i + 1]) for s in WORDS for i in range(len(s) - 1)}
    assert len(contexts) > 15
    for context in contexts:
        mine = model.distribution([2, *VOCABULARY.encode(context).tolist()])
        theirs = [oracle.score(word, context) for word in known]
        np.testing.assert_allclose(mine[VOCABULARY.encode(known).numpy()], theirs, rtol=1e-10)


def test_too_few_ngrams_have_fixed_discounts():
    assert discounts_of(np.array([1, 1, 2])) == FEW
    assert discounts_of(np.array([1] * 8 + [2] * 4 + [3] * 2 + [4])) == (0.5, 1.25, 2.0)


@pytest.mark.parametrize("order", [0, 11])
def test_orders_out_of_range_are_refused(order):
    with pytest.raises(InputError, match=f"order {order}: must be 1 to 10"):
        KneserNey.fit(IDS, SIZES, SIZE, order)
