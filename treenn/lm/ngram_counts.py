"""Counts of n-grams as sorted integers, as modified Kneser-Ney smoothing needs them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from treenn.runtime.arrays import IntArray


@dataclass(frozen=True)
class NGramCounts:
    """The counts of the n-grams of one order.

    An n-gram has a number, its rank among those of its order. Its key is `prefix * words + last`: the number of its
    first n - 1 tokens, and its last token. Those of order 1 have the token as number and key.

    Shape: `K` n-grams.

    Args:
        keys: `(K,)` ascending.
        counts: `(K,)` of the highest order the number of occurrences, of lower ones the number of different tokens
            that precede the n-gram; for an n-gram at the beginning of a sentence, the number of occurrences.
    """

    keys: IntArray
    counts: IntArray


class Stream(NamedTuple):
    """The tokens of sentences, each preceded by a start symbol, in one array.

    Shape: `M` tokens and start symbols.

    Args:
        tokens: `(M,)` their indices; the start symbol has the greatest.
        position: `(M,)` the position in the sentence; 0 is the start symbol.
    """

    tokens: IntArray
    position: IntArray

    @classmethod
    def of(cls, ids: IntArray, sizes: IntArray, start: int) -> Stream:
        """Insert a start symbol before each sentence.

        Args:
            ids: `(N,)` the tokens of all sentences.
            sizes: `(T,)` the number of tokens of each sentence.
            start: the index of the start symbol.
        """
        lengths = sizes + 1
        firsts = np.cumsum(lengths) - lengths
        position = np.arange(int(lengths.sum())) - np.repeat(firsts, lengths)
        tokens = np.full(len(position), start, dtype=np.int64)
        tokens[position > 0] = ids
        return cls(tokens, position)


def count_ngrams(stream: Stream, order: int, words: int) -> list[NGramCounts]:
    """Count the n-grams of every order up to one, in tokens that follow a start symbol.

    No n-gram crosses the beginning of a sentence, before which nothing is assumed.

    Args:
        stream: the tokens.
        order: the highest order.
        words: the number of tokens, the start symbol included.
    """
    numbers, keys, occurrences = stream.tokens, [np.arange(words)], [np.bincount(stream.tokens, minlength=words)]
    suffixes, at_start = list[IntArray](), [np.arange(words) == words - 1]
    for n in range(2, order + 1):
        ends = np.flatnonzero(stream.position >= n - 1)
        found, first, inverse, count = np.unique(
            numbers[ends - 1] * words + stream.tokens[ends], return_index=True, return_inverse=True, return_counts=True
        )
        suffixes.append(numbers[ends[first]])  # of each n-gram, the number of its last n - 1 tokens
        at_start.append(stream.position[ends[first]] == n - 1)
        numbers = np.full(len(stream.tokens), -1)
        numbers[ends] = inverse
        keys.append(found)
        occurrences.append(count)
    adjusted = [
        np.where(start, count, np.bincount(suffix, minlength=len(count)))
        for count, start, suffix in zip(occurrences[:-1], at_start[:-1], suffixes, strict=True)
    ]
    if order > 1:
        adjusted[0][-1] = 0  # the start symbol is no event
    counts = [*adjusted, occurrences[-1]]
    if order == 1:
        counts[0][-1] = 0
    return [NGramCounts(*each) for each in zip(keys, counts, strict=True)]
