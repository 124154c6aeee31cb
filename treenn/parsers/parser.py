"""`Parser`: the interface of all parsers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from treenn.parsers.long_sentences import divide_sentences, find_sentences
from treenn.text import tokenize
from treenn.trees import InputError, Tree
from treenn.trees.arguments import check, check_list, refusal


class Parser(ABC):
    """Abstract base class of parsers, which map sentences to binary trees.

    A user-defined parser implements `parse_batch`. `treenn.testing.check_parser` validates that it returns one tree per
    sentence, in order, over exactly its words, and independent of the rest of the batch.
    """

    max_words: int | None = None
    """The maximum number of words of a sentence; None if there is no limit (default: None).

    Longer sentences of a text are divided at punctuation (`treenn.parsers.divide`) by commands, `parse_sentences` and
    sentiment models.
    """

    @abstractmethod
    def parse_batch(self, sentences: Sequence[Sequence[str]]) -> list[Tree]:
        """Parse sentences.

        Args:
            sentences: lists of words; `check_sentences` validates them.

        Returns:
            One tree per sentence, over its words.

        Raises:
            InputError: if a sentence is not a list of words, is empty or too long; the message names the sentence.
        """

    def parse(self, words: Sequence[str]) -> Tree:
        """Parse one sentence.

        Args:
            words: the tokens of the sentence.

        Raises:
            InputError: as `parse_batch`.
        """
        return self.parse_batch([_check_words("words", words, self.max_words)])[0]

    def parse_text(self, text: str) -> Tree:
        """Parse a text as one sentence, tokenized like the Stanford Sentiment Treebank.

        Raises:
            InputError: as `parse_batch`, and if the text has no words or more than `max_words`; `parse_sentences`
                accepts a text of any length.
        """
        words = tokenize(check("text", text, str))
        if self.max_words is not None and len(words) > self.max_words:
            limit = f"this parser takes at most {self.max_words} in one sentence"
            raise InputError(f"text has {len(words)} words; {limit}; parse_sentences splits and divides longer texts")
        return self.parse(words)

    def parse_sentences(self, text: str) -> list[Tree]:
        """Split a text into sentences and parse them; sentences of more than `max_words` words are divided.

        Returns:
            One tree per sentence or part of a divided one; an empty list if the text has no words.

        Raises:
            InputError: if the text is not a `str`.
        """
        sentences = divide_sentences(find_sentences(check("text", text, str)), self.max_words)
        return self.parse_batch([sentence.words for sentence in sentences])

    def extra_repr(self) -> str:
        """The arguments in the parser's repr (default: none)."""
        return ""

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.extra_repr()})"


def check_sentences(sentences: Sequence[Sequence[str]], max_words: int | None = None) -> list[tuple[str, ...]]:
    """Validate the argument of `parse_batch`.

    Args:
        sentences: sequences of words: lists, tuples, NumPy arrays, pandas Series.
        max_words: the maximum number of words of a sentence (default: no limit).

    Returns:
        The words of each sentence as a tuple.

    Raises:
        InputError: if `sentences` or an item is no list, a sentence is empty or too long, or a word is empty or not a
            `str`; the message has the index of the sentence.
    """
    rows = list(sentences) if getattr(sentences, "ndim", 1) == 2 else sentences  # an array of equally long sentences
    items = check_list("sentences", rows, list)
    return [_check_words(f"sentences[{index}]", words, max_words) for index, words in enumerate(items)]


def _check_words(name: str, words: Sequence[str], max_words: int | None) -> tuple[str, ...]:
    if isinstance(words, str):
        raise refusal(name, words, "a list of words; parse_text takes a text")
    items = tuple(check_list(name, words, str))
    if "" in items or not {str}.issuperset(map(type, items)):  # else items need no check
        for index, word in enumerate(items):
            if not check(f"{name}[{index}]", word, str):
                raise refusal(f"{name}[{index}]", word, "a word of at least one character")
    if not items:
        raise InputError(f"{name} has no words; must have at least one")
    if max_words is not None and len(items) > max_words:
        limit = f"this parser takes at most {max_words}; treenn.parsers.divide divides a sentence at punctuation"
        raise InputError(f"{name} has {len(items)} words; {limit}")
    return items
