"""PPMI with SVD against dense NumPy."""

import numpy as np
import pytest
from scipy.sparse import csr_array
from topic_corpus import topic_sentences

from treenn.trees import InputError
from treenn.vectors.cooccurrence import cooccurrences
from treenn.vectors.corpus import make_corpus
from treenn.vectors.ppmi import PpmiSettings, ppmi, train_ppmi

CORPUS = make_corpus(topic_sentences())


@pytest.mark.parametrize(("smoothing", "shift"), [(1.0, 1.0), (0.75, 1.0), (0.75, 2.0)])
def test_ppmi_equals_its_definition(smoothing: float, shift: float) -> None:
    counts = np.random.default_rng(0).integers(0, 4, (6, 6)).astype(float) + np.eye(6)
    joint, words = counts / counts.sum(), counts.sum(axis=1) / counts.sum()
    contexts = counts.sum(axis=0) ** smoothing / (counts.sum(axis=0) ** smoothing).sum()
    with np.errstate(divide="ignore"):
        pmi = np.log(joint / np.outer(words, contexts)) - np.log(shift)
    np.testing.assert_allclose(ppmi(csr_array(counts), smoothing, shift).toarray(), np.maximum(pmi, 0), atol=1e-12)


@pytest.mark.parametrize("power", [0.0, 0.5, 1.0])
def test_vectors_are_those_of_a_dense_svd(power: float) -> None:
    settings = PpmiSettings(size=3, window=2, singular_power=power)
    matrix = ppmi(cooccurrences(CORPUS, 2, by_distance=False)).toarray()
    left, values, _ = np.linalg.svd(matrix)
    expected = left[:, :3] * values[:3] ** power
    found = train_ppmi(CORPUS, settings)
    np.testing.assert_allclose(found @ found.T, expected @ expected.T, atol=1e-5)
    assert (np.abs(found).max(axis=0) == found.max(axis=0)).all()
    assert (train_ppmi(CORPUS, settings) == found).all()


def test_more_dimensions_than_words_are_refused() -> None:
    with pytest.raises(InputError, match="size 12: must be below 12, the number of words"):
        train_ppmi(CORPUS, PpmiSettings(size=12))


def test_a_shift_may_leave_nothing() -> None:
    with pytest.raises(InputError, match="no PMI is above log 1000; shift must be smaller"):
        train_ppmi(CORPUS, PpmiSettings(size=2, shift=1000))
