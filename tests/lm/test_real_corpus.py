"""N-gram models of the corpus in the catalogue: perplexity on dev. Test is not read."""

from __future__ import annotations

import pytest

from treebanks.text import load_corpus
from treenn.lm import NGramModel
from treenn.trees import InputError


@pytest.mark.slow
def test_perplexity_of_the_english_corpus(real_home):
    """Measured on 2026-11-28, over 10,000 words."""
    try:
        corpus = load_corpus("corpus", ("train", "dev"))
    except InputError:
        pytest.skip("corpus is not under TREEBANKS_HOME")
    for order, perplexity in ((3, 104.11), (5, 99.59)):
        found = NGramModel.fit(corpus, order, 10_000).predict(corpus.dev)
        assert found.perplexity == pytest.approx(perplexity, abs=0.01)
        assert found.tokens.sum() == 61_232 + 2_817
