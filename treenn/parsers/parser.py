"""`Parser`: what every parser offers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from treenn.text.tokenizer import tokenize
from treenn.trees import InputError, Tree


class Parser(ABC):
    """Finds the binary tree of a sentence.

    A parser of your own fills `parse_batch`; `treenn.testing.check_parser` proves that it keeps the rules: one tree a
    sentence, in order, over exactly its words, and a sentence's tree does not depend on the others of its batch.
    """

    @abstractmethod
    def parse_batch(self, sentences: Sequence[Sequence[str]]) -> list[Tree]:
        """One tree a sentence, each over that sentence's words.

        Raises:
            InputError: where a sentence has no words, or more than this parser can take; the message says which.
        """

    def parse(self, words: Sequence[str]) -> Tree:
        """The tree of one sentence.

        Raises:
            InputError: as `parse_batch`.
        """
        return self.parse_batch([words])[0]

    def parse_text(self, text: str) -> Tree:
        """The tree of one sentence as people write it, split into words as the sentiment treebank's are.

        Raises:
            InputError: as `parse_batch`, and where the text holds no word.
        """
        return self.parse(tokenize(text))


def refuse_empty(sentences: Sequence[Sequence[str]]) -> None:
    """What every `parse_batch` begins with.

    Raises:
        InputError: where a sentence has no words; the message says which.
    """
    for number, words in enumerate(sentences):
        if not words:
            raise InputError(f"sentence {number} has no words")
