"""Generation: distributions to draw from, seeds and prompts."""

from __future__ import annotations

import numpy as np
import pytest

from tests.lm.sentences import toy_corpus
from treenn.lm import NGramModel, Sampling, generate
from treenn.lm.generation import check_prompt
from treenn.models.text_vocabulary import END
from treenn.trees import InputError

MODEL = NGramModel.fit(toy_corpus(), 3)
P = np.array([[0.1, 0.2, 0.3, 0.25, 0.15]])


def test_temperature_divides_logarithms():
    wanted = np.sqrt(P[:, 1:]) / np.sqrt(P[:, 1:]).sum()
    np.testing.assert_allclose(Sampling(temperature=2).distribution(P)[:, 1:], wanted)


def test_only_the_most_probable_tokens_are_kept():
    np.testing.assert_allclose(Sampling(top_k=1).distribution(P), [[0, 0, 1, 0, 0]])
    np.testing.assert_allclose(Sampling(top_p=0.5).distribution(P), [[0, 0, 0.3 / 0.55, 0.25 / 0.55, 0]])
    np.testing.assert_allclose(Sampling(top_p=1e-9).distribution(P), [[0, 0, 1, 0, 0]])


def test_unknown_tokens_are_never_drawn():
    certain = np.array([[1.0, 0.0, 0.0]]) * 0.999 + 0.0005
    assert Sampling().distribution(certain)[0, 0] == 0
    texts = generate(MODEL, [[]] * 50, length=20)
    assert {word for text in texts for word in text} <= set("abcde")


def test_the_seed_determines_the_texts():
    first, second, other = (generate(MODEL, [["a"]] * 3, length=10, seed=seed) for seed in (1, 1, 2))
    assert first == second != other
    assert all(text[0] == "a" and END not in text and len(text) <= 11 for text in first)


def test_frequencies_of_first_words_are_the_probabilities():
    texts = generate(MODEL, [[]] * 4000, length=1)
    found = np.mean([text == ["a"] for text in texts])
    p = MODEL.model.distribution([])
    assert abs(found - p[MODEL.vocabulary.encode(["a"])[0]] / (1 - p[0])) < 0.03


def test_unknown_tokens_of_prompts_are_named():
    with pytest.raises(InputError, match="prompt: 'x', 'y': unknown words; must be among the 7 of this model"):
        check_prompt(MODEL, ["x", "a", "y", "x"])


@pytest.mark.parametrize("wrong", [{"temperature": 0}, {"top_k": -1}, {"top_p": 0}, {"top_p": 1.5}])
def test_ranges_of_sampling(wrong):
    with pytest.raises(InputError, match=next(iter(wrong))):
        Sampling(**wrong)
