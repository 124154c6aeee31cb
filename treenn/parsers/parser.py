"""`Parser`: what every parser offers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Any

from treenn.parsers.long_sentences import divide_sentences, find_sentences
from treenn.text import tokenize
from treenn.trees import InputError, Tree


class Parser(ABC):
    """Finds the binary tree of a sentence.

    A parser of your own fills `parse_batch`; `treenn.testing.check_parser` proves that it keeps the rules: one tree a
    sentence, in order, over exactly its words, and a sentence's tree does not depend on the others of its batch.
    """

    max_words: int | None = None
    """The longest sentence that `parse_batch` accepts, in words; None if there is no limit. Longer sentences of a text
    are divided at punctuation (`treenn.parsers.divide`) by the commands, by `parse_sentences` and by sentiment models.
    """

    @abstractmethod
    def parse_batch(self, sentences: Sequence[Sequence[str]]) -> list[Tree]:
        """One tree a sentence, each over that sentence's words.

        Args:
            sentences: lists of words; `check_sentences` validates them.

        Raises:
            InputError: if a sentence is not a list of words, has none, or has more than this parser can take; the
                message names the sentence.
        """

    def parse(self, words: Sequence[str]) -> Tree:
        """The tree of one sentence.

        Args:
            words: the tokens of the sentence.

        Raises:
            InputError: as `parse_batch`.
        """
        return self.parse_batch([_checked(words, "words", self.max_words)])[0]

    def parse_text(self, text: str) -> Tree:
        """The tree of a text as one sentence, split into words as the sentiment treebank's are.

        Raises:
            InputError: as `parse_batch`, and if the text holds no word or more than `max_words`: `parse_sentences`
                accepts a text of any length.
        """
        words = tokenize(check_text(text))
        if self.max_words is not None and len(words) > self.max_words:
            raise InputError(
                f"text has {len(words)} words; this parser takes at most {self.max_words} in one sentence; "
                "parse_sentences splits and divides longer texts"
            )
        return self.parse(words)

    def parse_sentences(self, text: str) -> list[Tree]:
        """The trees of a text's sentences, in order; sentences of more than `max_words` words are divided.

        Returns:
            One tree per sentence or part of a divided one; an empty list if the text has no word.

        Raises:
            InputError: if the text is not a `str`.
        """
        sentences = divide_sentences(find_sentences(check_text(text)), self.max_words)
        return self.parse_batch([sentence.words for sentence in sentences])


def check_text(text: str) -> str:
    """Validate that the argument `text` is one text, and return it.

    Raises:
        InputError: if it is not a `str`.
    """
    if not isinstance(text, str):
        raise InputError(f"text is {describe(text)}; it must be one text (str)")
    return text


def check_sentences(sentences: Sequence[Sequence[str]], max_words: int | None = None) -> list[tuple[str, ...]]:
    """Validate the argument of `parse_batch`.

    Args:
        sentences: sequences of words: lists, tuples, NumPy arrays, pandas Series.
        max_words: the longest sentence accepted; if None, any length is.

    Returns:
        The sentences' words as tuples.

    Raises:
        InputError: if `sentences` or one of its items is a text or something else, if a sentence is empty or too long,
            or if a word is empty or not a `str`; the message names the item.
    """
    if isinstance(sentences, str | bytes) or not isinstance(sentences, Iterable):
        raise InputError(f"sentences is {describe(sentences)}; it must be a list of lists of words")
    return [_checked(words, f"sentences[{index}]", max_words) for index, words in enumerate(sentences)]


def _checked(words: Sequence[str], name: str, max_words: int | None) -> tuple[str, ...]:
    if isinstance(words, str):
        raise InputError(f"{name} is {describe(words)}; it must be a list of words; parse_text takes a text")
    if isinstance(words, bytes | Set | Mapping) or not isinstance(words, Iterable):
        raise InputError(f"{name} is {describe(words)}; it must be a list of words")
    checked = tuple(words)
    if not checked:
        raise InputError(f"{name} has no words")
    for index, word in enumerate(checked):
        if not isinstance(word, str) or not word:
            raise InputError(f"{name}[{index}] is {describe(word)}; a word is a str of at least one character")
    if max_words is not None and len(checked) > max_words:
        raise InputError(
            f"{name} has {len(checked)} words; this parser takes at most {max_words}; "
            "treenn.parsers.divide cuts a sentence at punctuation"
        )
    return checked


def describe(value: Any) -> str:
    """A value for an error message: a text shortened and quoted, None and numbers as they are, else the type.

    >>> describe(None), describe("not good"), describe(["a"])
    ('None', "the text 'not good'", 'of type list')
    """
    if isinstance(value, str):
        return f"the text {value if len(value) <= 40 else value[:39] + '…'!r}"
    return repr(value) if value is None or isinstance(value, int | float) else f"of type {type(value).__name__}"
