"""Interpolated modified Kneser-Ney smoothing (Chen and Goodman 1999)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
import numpy.typing as npt

from treenn.lm.ngram_counts import NGramCounts, Stream, count_ngrams
from treenn.runtime.arrays import IntArray
from treenn.trees.arguments import check
from treenn.trees.errors import InputError, argument

FloatArray = npt.NDArray[np.float64]
Discounts = tuple[float, float, float]

HIGHEST_ORDER = 10
"""The highest order of a model."""

FEW = (0.5, 1.0, 1.5)
"""The discounts of an order with too few n-grams to estimate them."""


def discounts_of(counts: IntArray) -> Discounts:
    """The discounts of n-grams with count 1, 2, and 3 or more, estimated from the counts of counts.

    Chen and Goodman 1999, equation 26; `FEW` if one of the counts 1 to 4 does not occur, or an estimate is not
    positive or exceeds the count.

    >>> discounts_of(np.array([1] * 8 + [2] * 4 + [3] * 2 + [4]))
    (0.5, 1.25, 2.0)
    """
    n1, n2, n3, n4 = (int((counts == count).sum()) for count in range(1, 5))
    if not (n1 and n2 and n3 and n4):
        return FEW
    y = n1 / (n1 + 2 * n2)
    found = 1 - 2 * y * n2 / n1, 2 - 3 * y * n3 / n2, 3 - 4 * y * n4 / n3
    return found if all(0 < each <= count for count, each in enumerate(found, start=1)) else FEW


@dataclass(frozen=True)
class _Order:
    """The n-grams of one order with their discounted probabilities, and the weights of the lower order by context.

    Shape: `K` n-grams, `C` contexts, the n-grams of the order below.
    """

    keys: IntArray
    words: IntArray  # (K,) the last token of each n-gram
    discounted: FloatArray  # (K,)
    lower_weights: FloatArray  # (C,); 1 for a context that nothing follows

    @classmethod
    def of(cls, order: NGramCounts, discounts: Discounts, contexts: int, words: int) -> _Order:
        context = order.keys // words
        kinds = np.minimum(order.counts, 3)
        discount = np.array([0.0, *discounts])[kinds]
        totals = np.bincount(context, order.counts, contexts)
        spared = np.bincount(context, discount, contexts)
        lower = np.divide(spared, totals, out=np.ones(contexts), where=totals > 0)
        discounted = (order.counts - discount) / np.maximum(totals[context], 1)
        return cls(order.keys, order.keys % words, discounted, lower)


@dataclass(frozen=True)
class KneserNey:
    """An n-gram model with interpolated modified Kneser-Ney smoothing.

    Chen and Goodman, "An empirical study of smoothing techniques for language modeling" (Computer Speech and Language
    1999), section 3. With the count c, the discount D(c) and the last n - 2 tokens v of a context u:

        p(w | u) = (c(u w) - D(c(u w))) / c(u) + γ(u) p(w | v)

    where γ(u) makes the sum over w 1. Counts of lower orders are those of different preceding tokens, except at the
    beginning of a sentence. The lowest order is interpolated with the uniform distribution over all tokens.

    Args:
        words: the number of tokens that are predicted: unknown token, end of the sentence, and words.
        counts: the n-grams of each order, the lowest first; token `words` is the start symbol.
        discounts: the discounts of each order.

    >>> model = KneserNey.fit(np.array([2, 3, 1, 2, 1]), np.array([3, 2]), words=4, order=2)
    >>> model.distribution([]).round(3), model.distribution([2]).sum().round(12)
    (array([0.062, 0.188, 0.625, 0.125]), np.float64(1.0))
    """

    words: int
    counts: Sequence[NGramCounts]
    discounts: Sequence[Discounts]

    @classmethod
    def fit(
        cls, ids: IntArray, sizes: IntArray, words: int, order: int, discounts: Sequence[Discounts] | None = None
    ) -> Self:
        """Fit a model to sentences.

        Args:
            ids: `(N,)` the tokens of all sentences, with the ends of the sentences.
            sizes: `(T,)` the number of tokens of each sentence.
            words: the number of different tokens.
            order: the highest order, 1 to 10.
            discounts: those of each order (default: None, estimated by `discounts_of`).

        Raises:
            InputError: if `order` is out of range, or keys do not fit into 64 bits.
        """
        check("order", order, int)
        if not 1 <= order <= HIGHEST_ORDER:
            raise InputError(f"{argument('order')} {order}: must be 1 to {HIGHEST_ORDER}")
        counts = count_ngrams(Stream.of(ids, sizes, start=words), order, words + 1)
        return cls(words, counts, discounts or [discounts_of(each.counts) for each in counts])

    @property
    def order(self) -> int:
        """The highest order."""
        return len(self.counts)

    @property
    def parameters(self) -> int:
        """The number of n-grams that occur in training."""
        return sum(int((each.counts > 0).sum()) for each in self.counts)

    @cached_property
    def _orders(self) -> list[_Order]:
        sizes = [1, *(len(each.keys) for each in self.counts)]
        each_order = zip(self.counts, self.discounts, sizes, strict=False)
        return [_Order.of(counts, discounts, n, self.words + 1) for counts, discounts, n in each_order]

    def log_probabilities(self, ids: IntArray, sizes: IntArray) -> FloatArray:
        """The log-probability of each token of sentences, given the tokens before it.

        Shape: `(N,)` tokens with the ends of the sentences, and `(T,)` numbers of tokens, to `(N,)`.
        """
        stream = Stream.of(ids, sizes, start=self.words)
        probabilities = np.full(len(stream.tokens), 1 / self.words)
        before = np.zeros(len(stream.tokens), dtype=np.int64)  # the context's number; -1 if it is unknown
        for n, order in enumerate(self._orders, start=1):
            numbers = _find(order.keys, before * (self.words + 1) + stream.tokens, before >= 0)
            context = np.where(stream.position >= n - 1, before, -1)
            weights = np.where(context >= 0, order.lower_weights[context], 1.0)
            known = (context >= 0) & (numbers >= 0)
            probabilities = weights * probabilities + np.where(known, order.discounted[numbers], 0.0)
            before = np.concatenate([[-1], numbers[:-1]])  # n-grams that end at the token before
            before[stream.position < n] = -1
        logarithms: FloatArray = np.log(probabilities[stream.position > 0])
        return logarithms

    def distribution(self, context: Sequence[int]) -> FloatArray:
        """The probabilities of the next token at the beginning of a sentence, or after some tokens of it.

        Args:
            context: all tokens since the beginning of the sentence.

        Shape: `(words,)`.
        """
        tokens = [self.words, *context][-(self.order - 1) :] if self.order > 1 else []
        p = np.full(self.words, 1 / self.words)
        for order, number in zip(self._orders, self._contexts(tokens), strict=False):
            if number is None:
                continue
            low, high = (np.searchsorted(order.keys, (number + end) * (self.words + 1)) for end in (0, 1))
            p *= order.lower_weights[number]
            events = order.words[low:high]
            p[events[events < self.words]] += order.discounted[low:high][events < self.words]
        return p

    def _contexts(self, tokens: Sequence[int]) -> list[int | None]:
        """The numbers of the last 0, 1, ... tokens; None for n-grams that did not occur."""
        found: list[int | None] = [0]
        for n in range(1, len(tokens) + 1):
            number = 0
            for order, token in zip(self.counts, tokens[-n:], strict=False):
                key = number * (self.words + 1) + token
                number = int(np.searchsorted(order.keys, key))
                if number == len(order.keys) or order.keys[number] != key:
                    number = -1
                    break
            found.append(None if number < 0 else number)
        return found


def _find(keys: IntArray, wanted: IntArray, given: npt.NDArray[np.bool_]) -> IntArray:
    """The index of each wanted key among ascending keys; -1 if there is none, or it is not given."""
    index = np.searchsorted(keys, wanted)
    index[index == len(keys)] = 0
    found: IntArray = np.where(given & (keys[index] == wanted), index, -1)
    return found
