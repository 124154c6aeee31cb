"""`TextVocabulary`: the tokens that a language model predicts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from treenn.models.vocabulary import UNKNOWN, Vocabulary
from treenn.trees.arguments import refusal
from treenn.trees.errors import InputError

END = "</s>"
"""The end-of-sentence symbol. It is also the first input of a sentence."""

END_ID = 1
"""The index of `END`; the unknown token has index 0."""


class TextVocabulary(Vocabulary):
    """The tokens of a language model: the unknown token, the end of a sentence, and words or characters.

    It is part of the definition of a model's perplexity. Words are looked up as they are written.

    Args:
        words: `END`, then the words, each once.
        counts: the frequency of each word in training, for word dropout (default: None).

    Raises:
        InputError: if a word is repeated, or the first is not `END`.

    >>> vocabulary = TextVocabulary([END, "good", "film"])
    >>> vocabulary.encode(["good", "Good", END])
    tensor([2, 0, 1])
    """

    def __init__(self, words: Iterable[str], counts: Mapping[str, int] | None = None) -> None:
        super().__init__(words, counts)
        if self.words[1:2] != (END,):
            raise InputError(f"words: the first of a language model must be {END!r}")

    @classmethod
    def of_sentences(cls, sentences: Iterable[Sequence[str]], size: int = 0) -> TextVocabulary:
        """Build the vocabulary of training sentences.

        Args:
            sentences: the tokens of each sentence.
            size: the number of words, the most frequent ones, in the order of their first occurrence if they are
                equally frequent; 0 for all (default: 0).

        Raises:
            InputError: if a token is `END`.
        """
        counts = Counter(word for words in sentences for word in words)
        counts.pop(UNKNOWN, None)
        if END in counts:
            raise InputError(f"train contains {END!r}: that is the symbol of the end of a sentence")
        return cls([END, *(word for word, _ in counts.most_common(size or None))], counts)

    def token_ids(self, sentences: Iterable[Sequence[str]]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """The indices of all tokens, with the end of each sentence, and the numbers of tokens of the sentences.

        Shape: `(N,)` and `(T,)`, which sum to `N`.

        >>> TextVocabulary([END, "a"]).token_ids([["a", "b"], ["a"]])
        (array([2, 0, 1, 2, 1]), array([3, 2]))
        """
        ids, sizes = list[int](), list[int]()
        for words in sentences:
            before = len(ids)
            ids += self._encoded(words)
            ids.append(END_ID)
            sizes.append(len(ids) - before)
        return np.array(ids, dtype=np.int64), np.array(sizes, dtype=np.int64)

    def _encoded(self, words: Sequence[str]) -> list[int]:
        if isinstance(words, str):
            raise refusal("words", words, "a list of texts")
        numbers = self._numbers
        return [numbers.get(word, 0) for word in words]
