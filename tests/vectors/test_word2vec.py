"""Skip-gram and CBOW by gensim."""

import sys

import numpy as np
import pytest
from topic_corpus import of_one_topic, topic_sentences

from treenn.trees import InputError
from treenn.vectors.corpus import make_corpus
from treenn.vectors.training import METHODS
from treenn.vectors.word2vec import Word2VecSettings, train_cbow

CORPUS = make_corpus(topic_sentences())


@pytest.mark.parametrize("method", ["skip-gram", "cbow"])
def test_topics_are_apart_and_seeds_repeat(method: str) -> None:
    pytest.importorskip("gensim", reason="gensim is not installed")
    settings, steps = Word2VecSettings(size=8, epochs=30, learning_rate=0.1, subsample=0), list[tuple[int, int]]()
    vectors = METHODS[method].train(CORPUS, settings, lambda done, total, _: steps.append((done, total)))
    assert steps[-1] == (30, 30)
    assert (METHODS[method].train(CORPUS, settings, lambda *_: None) == vectors).all()
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    together, cosines = of_one_topic(CORPUS.words), unit @ unit.T
    assert cosines[together].mean() > cosines[~together].mean() + 0.2


def test_the_methods_differ() -> None:
    pytest.importorskip("gensim", reason="gensim is not installed")
    settings = Word2VecSettings(size=4, epochs=1)
    first, second = (METHODS[name].train(CORPUS, settings, lambda *_: None) for name in ("skip-gram", "cbow"))
    assert not np.allclose(first, second)


def test_a_missing_gensim_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gensim", None)
    with pytest.raises(InputError, match=r"install it by python -m pip install 'treenn\[vectors\]'"):
        train_cbow(CORPUS, Word2VecSettings())


def test_a_seed_beyond_gensims_is_refused() -> None:
    with pytest.raises(InputError, match="seed 4294967296: must be below 4294967296"):
        Word2VecSettings(seed=2**32)
