"""`TokenPredictions`: the probabilities that a language model gives to the tokens of sentences."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from treebanks import Sentence
from treenn.evaluation.measuring import metrics_html
from treenn.evaluation.metrics import Columns
from treenn.evaluation.number_format import significant
from treenn.runtime.arrays import IntArray

FloatArray = npt.NDArray[np.floating]


@dataclass(frozen=True)
class TokenPredictions:
    """The log-probability of each token of sentences, given the tokens before it in its sentence.

    The end of a sentence is a token. The form of a poem, its first token, is predicted, but is not counted as a token:
    its surprisal is part of the text's. The characters of a sentence include one for its end.

    Shape: `N` tokens, `T` sentences.

    Args:
        log_probabilities: `(N,)` natural logarithms.
        unknown: `(N,)` True for tokens that are not in the vocabulary; their probability is that of the unknown token.
        sizes: `(T,)` the number of predicted tokens of each sentence.
        tokens: `(T,)` the number of counted tokens.
        characters: `(T,)` the number of characters.

    >>> both = TokenPredictions(np.log([0.5, 0.25]), np.zeros(2, bool), np.array([2]), np.array([2]), np.array([3]))
    >>> round(both.perplexity, 4), both.bits_per_character
    (2.8284, 1.0)
    """

    kind: ClassVar[str] = "tokens"

    log_probabilities: FloatArray
    unknown: npt.NDArray[np.bool_]
    sizes: IntArray
    tokens: IntArray
    characters: IntArray

    @classmethod
    def of(
        cls, log_probabilities: FloatArray, ids: IntArray, sizes: IntArray, sentences: Sequence[Sentence]
    ) -> TokenPredictions:
        """Predictions for the tokens of sentences.

        Args:
            log_probabilities: `(N,)` natural logarithms.
            ids: `(N,)` the indices of the tokens in the vocabulary, 0 for unknown ones.
            sizes: `(T,)` the number of predicted tokens of each sentence.
            sentences: the sentences.
        """
        return cls(log_probabilities, ids == 0, sizes, *text_sizes(sentences, sizes))

    def __repr__(self) -> str:
        """The numbers of sentences and tokens."""
        return f"TokenPredictions(sentences={len(self.sizes)}, tokens={int(self.tokens.sum())})"

    def _repr_html_(self) -> str:
        return metrics_html(self)

    @property
    def n_examples(self) -> int:
        """The number of sentences."""
        return len(self.sizes)

    @property
    def surprisal(self) -> npt.NDArray[np.float64]:
        """The sum of each sentence's surprisals in nats. Shape: `(T,)`."""
        starts = np.cumsum(self.sizes) - self.sizes
        return np.add.reduceat(-self.log_probabilities.astype(np.float64), starts)

    @property
    def cross_entropy(self) -> float:
        """The mean surprisal of a token in bits."""
        return float(self.surprisal.sum() / math.log(2) / self.tokens.sum())

    @property
    def perplexity(self) -> float:
        """The exponential of the mean surprisal of a token; infinite for a probability of 0."""
        with np.errstate(over="ignore"):
            return float(np.exp(self.surprisal.sum() / self.tokens.sum()))

    @property
    def bits_per_character(self) -> float:
        """The surprisal of the text in bits, divided by its number of characters."""
        return float(self.surprisal.sum() / math.log(2) / self.characters.sum())

    def by_example(self) -> Columns:
        """The columns that results store: the surprisal of each sentence in nats."""
        return {"surprisal": significant(self.surprisal.tolist(), 8)}


def text_sizes(sentences: Sequence[Sentence], sizes: IntArray) -> tuple[IntArray, IntArray]:
    """The numbers of counted tokens and of characters of sentences, each with one for the end.

    Args:
        sentences: the sentences.
        sizes: `(T,)` the number of tokens of each, the form and the end included.

    Shape: both `(T,)`.
    """
    has_form = np.array([bool(sentence.form) for sentence in sentences], dtype=np.bool_)
    return sizes - has_form, np.array([len(sentence.text) + 1 for sentence in sentences], dtype=np.int64)
