"""`Vocabulary`: indices of words."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Self

import torch
from torch import Tensor

from treenn.encoders.tree_table import Words
from treenn.trees import InputError, Tree
from treenn.trees.arguments import check, refusal
from treenn.trees.atomic_writing import write_text
from treenn.trees.json_values import read_words

UNKNOWN = "<unknown>"


class Vocabulary:
    """The words that have a vector, with indices from 1; the unknown token has index 0.

    A word that is missing is looked up in lower case.

    Args:
        words: the words, each once.
        counts: the frequency of each word in training, for word dropout (default: None).

    Raises:
        InputError: if a word is repeated.

    >>> vocabulary = Vocabulary(["good", "film"])
    >>> vocabulary.encode(["Good", "soup"])
    tensor([1, 0])
    """

    def __init__(self, words: Iterable[str], counts: Mapping[str, int] | None = None) -> None:
        self.words = (UNKNOWN, *check("words", list(words) if isinstance(words, dict) else words, Sequence[str]))
        self._counts = counts
        self._numbers = {word: number for number, word in enumerate(self.words)}
        if len(self._numbers) < len(self.words):
            repeated = next(word for word, count in Counter(self.words).items() if count > 1)
            raise InputError(f"words contains {repeated!r} twice; each word must occur once")

    @classmethod
    def of(
        cls,
        train: Iterable[Tree],
        others: Iterable[Tree] = (),
        known: Callable[[str], bool] = lambda word: False,
        *,
        rare: bool = False,
        words: Iterable[str] = (),
    ) -> Vocabulary:
        """Build the vocabulary of training trees, and of other words that have a pretrained vector.

        Args:
            train: the training trees.
            others: all other trees (default: none).
            known: a function that returns True if a word has a pretrained vector (default: no word has one).
            rare: whether each word that occurs once in training, without a pretrained vector, has its own index. If
                False, these words have index 0, so that the unknown token is trained (default: False).
            words: other words than those of trees (default: none).
        """
        counts = Counter(word for tree in train for word in tree.words)
        rest = dict.fromkeys(chain((word for tree in others for word in tree.words), words))
        frequent = [word for word, count in counts.items() if count > 1 or rare or known(word)]
        return cls(frequent + [word for word in rest if word not in counts and known(word)], counts)

    def extended(self, other: Vocabulary) -> Vocabulary:
        """Append the words of another vocabulary that are unknown here. The counts are those of the other."""
        indices = self.encode(other.words).tolist()
        new = [word for word, index in zip(other.words[1:], indices[1:], strict=True) if not index]
        return Vocabulary([*self.words[1:], *new], other._counts)

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read the vocabulary of a model's or parser's folder, a list of words in JSON.

        Raises:
            InputError: if the file contains anything else.
        """
        words = read_words(path)
        try:
            return cls(words)
        except InputError as error:
            raise InputError(error.message, source=path) from error

    def write(self, path: Path) -> None:
        """Write the words without the unknown token, for `read`."""
        write_text(path, json.dumps(self.words[1:], ensure_ascii=False) + "\n")

    def __len__(self) -> int:
        """The vocabulary size, including the unknown token (index 0)."""
        return len(self.words)

    def encode(self, words: Sequence[str]) -> Tensor:
        """The index of each word. Shape: `(len(words),)` int64."""
        if isinstance(words, Words):
            return torch.from_numpy(words.distinct.indices(self, self._encoded).take(words.numbers))
        return torch.tensor(self._encoded(words), dtype=torch.int64)

    def _encoded(self, words: Sequence[str]) -> list[int]:
        if isinstance(words, str):
            raise refusal("words", words, "a list of texts")
        numbers = self._numbers
        return [numbers.get(word) or numbers.get(word.lower(), 0) for word in words]

    def unknown(self, words: Sequence[str]) -> tuple[str, ...]:
        """The words that are encoded as the unknown token, in order, including repeated ones.

        >>> Vocabulary(["good", "film"]).unknown(["Good", "soup"])
        ('soup',)
        """
        return tuple(word for word, number in zip(words, self._encoded(words), strict=True) if number == 0)

    def dropout(self, alpha: float) -> Tensor:
        """The probability α / (α + c) that a word with count c is replaced by the unknown token in training.

        Kiperwasser and Goldberg 2016, "Simple and accurate dependency parsing", §5; 0 without counts.
        Shape: `(len(self),)`.
        """
        if not alpha or self._counts is None:
            return torch.zeros(len(self))
        return alpha / (alpha + torch.tensor([float(self._counts.get(word, 0)) for word in self.words]))
