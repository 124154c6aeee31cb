"""`Corpus`: tokenized sentences as word numbers, for training word vectors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from treebanks.text.reading import read_lines
from treenn.trees.arguments import Count, checked
from treenn.trees.errors import InputError, argument

Words = npt.NDArray[np.int32]
Array = npt.NDArray[np.float32]
"""Word vectors, `(V, d)`, and numbers computed from them."""


@dataclass(frozen=True)
class Corpus:
    """Sentences as arrays of word numbers, without the words below the minimum count.

    Windows skip rare words, as those of word2vec and GloVe do.

    Args:
        words: the vocabulary, by decreasing count; words of equal count are in alphabetical order.
        counts: `(V,)` the count of each word.
        tokens: `(N,)` the word numbers of all sentences.
        sentences: `(N,)` the sentence of each token.
        n_tokens: the number of tokens in the text, rare words included.
    """

    words: tuple[str, ...]
    counts: npt.NDArray[np.int64]
    tokens: Words
    sentences: Words
    n_tokens: int

    def lists(self) -> list[list[str]]:
        """The sentences as lists of words; sentences without a word of the vocabulary are omitted."""
        bounds = np.flatnonzero(np.diff(self.sentences, prepend=-1, append=-1))
        named = [self.words[token] for token in self.tokens.tolist()]
        return [named[start:end] for start, end in pairwise(bounds)]


@checked
def read_corpus(path: str | Path, *, min_count: Count = 5, lower_case: bool = True) -> Corpus:
    """Read a corpus: one sentence per line, words separated by white space.

    Args:
        path: a UTF-8 file, gzipped if its name ends in `.gz`.
        min_count: the minimum count of a word of the vocabulary (default: 5).
        lower_case: whether to convert words to lower case (default: True).

    Raises:
        InputError: if the file cannot be read, has a zero byte, or has fewer than two different words with the minimum
            count.
    """
    lines = read_lines(path)
    corpus = make_corpus(((line.lower() if lower_case else line).split() for line in lines), min_count)
    if len(corpus.words) < 2:
        found = f"{len(corpus.words)} of its words occurs" if corpus.words else "none of its words occur"
        raise InputError(
            f"{found} {min_count} times or more ({argument('min_count', min_count)}); a corpus needs two different "
            "words or more",
            source=path,
        )
    return corpus


def make_corpus(sentences: Iterable[Sequence[str]], min_count: int = 1) -> Corpus:
    """Number the words of sentences, by decreasing count.

    Args:
        sentences: the words of each sentence.
        min_count: the minimum count of a word of the vocabulary (default: 1).

    >>> corpus = make_corpus([["to", "be"], ["or", "not", "to", "be"]])
    >>> corpus.words, corpus.tokens.tolist()
    (('be', 'to', 'not', 'or'), [1, 0, 3, 2, 1, 0])
    """
    lengths, flat = list[int](), list[str]()
    for sentence in sentences:
        lengths.append(len(sentence))
        flat += sentence
    counted = sorted(Counter(flat).items(), key=lambda item: (-item[1], item[0]))
    frequent = [(word, count) for word, count in counted if count >= min_count]
    numbers = {word: number for number, (word, _) in enumerate(frequent)}
    tokens = np.fromiter((numbers.get(word, -1) for word in flat), np.int32, len(flat))
    owners = np.repeat(np.arange(len(lengths), dtype=np.int32), lengths)
    counts = np.array([count for _, count in frequent], dtype=np.int64)
    return Corpus(tuple(numbers), counts, tokens[tokens >= 0], owners[tokens >= 0], len(flat))
