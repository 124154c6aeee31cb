"""Co-occurrence counts."""

import numpy as np
import pytest
from topic_corpus import topic_sentences

from treenn.trees import InputError
from treenn.vectors.cooccurrence import cooccurrences
from treenn.vectors.corpus import make_corpus


@pytest.mark.parametrize("by_distance", [True, False])
def test_counts_equal_those_of_loops(by_distance: bool) -> None:
    corpus, window = make_corpus(topic_sentences(40)), 3
    expected = np.zeros((len(corpus.words), len(corpus.words)))
    for sentence in corpus.lists():
        numbers = [corpus.words.index(word) for word in sentence]
        for place, word in enumerate(numbers):
            for distance in range(1, window + 1):
                if place >= distance:
                    expected[word, numbers[place - distance]] += 1 / distance if by_distance else 1
                    expected[numbers[place - distance], word] += 1 / distance if by_distance else 1
    np.testing.assert_allclose(cooccurrences(corpus, window, by_distance=by_distance).toarray(), expected)


def test_a_window_may_exceed_the_corpus() -> None:
    assert cooccurrences(make_corpus([["a", "b"]]), 10).toarray().tolist() == [[0, 1], [1, 0]]


def test_sentences_of_one_word_have_no_pairs() -> None:
    with pytest.raises(InputError, match="no two words of the vocabulary are in one sentence"):
        cooccurrences(make_corpus([["a"], ["b"], ["a"]]), 5)
