"""Tokenizers by name, which split texts into sentences and words."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import final

import regex

from treenn.parsers.long_sentences import Sentence, find_sentences
from treenn.trees.errors import InputError, argument

DEFAULT = "treebank"
"""The tokenizer with the conventions of the Stanford Sentiment Treebank (`treenn.text`)."""

_CLUSTER = regex.compile(r"\X")
_BLANK = regex.compile(r"[\p{Z}\p{C}]+")
_CLOSING = frozenset(["''", "'", '"', "”", "’", "»", ")", "]", "}", "」", "』", "）", "】", "》", "〉"])
_FINAL = frozenset("!?。！？｡؟۔।॥။၊።")
"""Sentence-final punctuation marks of all scripts, without the full stop, which also occurs in numbers."""


class Tokenizer(ABC):
    """Abstract base class of tokenizers, which split texts into sentences and words.

    Attributes:
        name: the name in `load_tokenizer`.
    """

    name: str

    @abstractmethod
    def sentences(self, text: str) -> list[Sentence]:
        """Split a text into sentences.

        Returns:
            The sentences in order, each with at least one word; an empty list if the text has no words.
        """

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


@final
class TreebankTokenizer(Tokenizer):
    """The tokenizer of treenn, with the conventions of the Stanford Sentiment Treebank (`treenn.text`).

    >>> [sentence.words for sentence in TreebankTokenizer().sentences("Dull. It isn't funny.")]
    [('Dull', '.'), ('It', 'is', "n't", 'funny', '.')]
    """

    name = DEFAULT

    def sentences(self, text: str) -> list[Sentence]:
        """As `Tokenizer.sentences`, by the rules of `treenn.text.split_sentences` and `treenn.text.tokenize`."""
        return find_sentences(text)


@final
class WhitespaceTokenizer(Tokenizer):
    """A tokenizer of words separated by white space, for tokenized texts.

    A sentence ends at a line break, and after a sentence-final punctuation mark that is a word (`.`, `?`, `。`), with
    the closing quotes and brackets that follow it.

    >>> [sentence.words for sentence in WhitespaceTokenizer().sentences("Who was Mr. T ? Nobody knows .")]
    [('Who', 'was', 'Mr.', 'T', '?'), ('Nobody', 'knows', '.')]
    """

    name = "whitespace"

    def sentences(self, text: str) -> list[Sentence]:
        """As `Tokenizer.sentences`, with words separated by white space."""
        return _sentences(text, str.split, " ", _FINAL | {"."})


@final
class CharacterTokenizer(Tokenizer):
    """A tokenizer of grapheme clusters (Unicode Standard Annex 29), without white space and control characters.

    Sentences end as in `WhitespaceTokenizer`, but not at the full stop of the Latin script, as in 3.5.

    >>> [sentence.words for sentence in CharacterTokenizer().sentences("春眠，不覺。")]
    [('春', '眠', '，', '不', '覺', '。')]
    """

    name = "characters"

    def sentences(self, text: str) -> list[Sentence]:
        """As `Tokenizer.sentences`, with grapheme clusters as words."""
        return _sentences(text, _clusters, "", _FINAL)


@final
class SpacyTokenizer(Tokenizer):
    """The tokenizer of a blank spaCy pipeline, which needs no model, with spaCy's rule-based sentence splitting.

    Args:
        language: spaCy's code of the language, such as `"zh"`, whose words are characters; `"xx"` for several
            languages.

    Raises:
        InputError: if spaCy is not installed, has no such language, or requires another package for it.
    """

    def __init__(self, language: str) -> None:
        self.name, self.language = f"spacy:{language}", language
        try:
            import spacy
        except ImportError as error:
            remedy = "install it by python -m pip install 'treenn[spacy]'"
            raise InputError(f"{self._named()}: spaCy is not installed; {remedy}") from error
        if not (language.isascii() and language.isalpha()):
            raise InputError(f"{self._named()}: must have the code of a language after the colon, such as spacy:zh")
        try:
            self._pipeline = spacy.blank(language)
        except ImportError as error:
            reason = str(error).split("\n")[0].removeprefix("[E048] ")
            raise InputError(f"{self._named()}: spaCy cannot tokenize this language: {reason}") from error
        self._pipeline.add_pipe("sentencizer")
        self._pipeline.max_length = 1 << 40  # the limit is for the memory of parsers

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.language!r})"

    def sentences(self, text: str) -> list[Sentence]:
        """As `Tokenizer.sentences`, without tokens of white space."""
        parts = list(self._pipeline(text).sents)
        words = [tuple(token.text for token in part if not token.is_space) for part in parts]
        return [Sentence(part.text.strip(), tokens) for part, tokens in zip(parts, words, strict=True) if tokens]

    def _named(self) -> str:
        return f"{argument('tokenizer')} {self.name}"


_NAMED: dict[str, Callable[[], Tokenizer]] = {
    "treebank": TreebankTokenizer,
    "whitespace": WhitespaceTokenizer,
    "characters": CharacterTokenizer,
}


def load_tokenizer(name: str) -> Tokenizer:
    """Load a tokenizer by its name: `treebank`, `whitespace`, `characters` or `spacy:LANGUAGE`.

    Raises:
        InputError: if there is no such tokenizer, or a required package is not installed.

    >>> load_tokenizer("characters")
    CharacterTokenizer()
    """
    kind, colon, language = name.partition(":")
    if kind == "spacy" and colon:
        return SpacyTokenizer(language)
    if name not in _NAMED:
        raise InputError(f"{argument('tokenizer')} {name}: must be {', '.join(_NAMED)} or spacy:LANGUAGE")
    return _NAMED[name]()


def _clusters(line: str) -> list[str]:
    return [cluster for cluster in _CLUSTER.findall(line) if not _BLANK.fullmatch(cluster)]


def _sentences(text: str, split: Callable[[str], list[str]], space: str, final: frozenset[str]) -> list[Sentence]:
    """Split each line into words, and divide it after the marks in `final`; the sentence's text is its words."""
    sentences = [words for line in text.splitlines() for words in _divided(split(line), final)]
    return [Sentence(space.join(words), words) for words in sentences]


def _divided(words: list[str], final: frozenset[str]) -> Iterator[tuple[str, ...]]:
    """Divide words after a mark in `final`, the further marks behind it, and closing quotes and brackets."""
    start, ended = 0, False
    for index, word in enumerate(words):
        if ended and word not in final and word not in _CLOSING:
            yield tuple(words[start:index])
            start, ended = index, False
        ended |= word in final and index > start
    if words:
        yield tuple(words[start:])
