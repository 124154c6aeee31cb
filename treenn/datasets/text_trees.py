"""Trees of texts, which are tokenized, split into sentences, parsed, and joined to one tree each."""

from __future__ import annotations

import functools
import json
import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from treenn.datasets.language_check import unknown_language
from treenn.datasets.parse_identity import identify_parse
from treenn.datasets.script_check import check_language, check_script
from treenn.datasets.text_error import TextError
from treenn.datasets.tokenizers import DEFAULT, load_tokenizer
from treenn.datasets.tree_cache import cache_file, read_cached, write_cached
from treenn.parsers.loading import SHIPPED, load_parser
from treenn.parsers.long_sentences import Sentence, divide_sentences, join_trees
from treenn.parsers.parser import Parser
from treenn.runtime.progress import Progress, ignore
from treenn.trees.arguments import checked
from treenn.trees.errors import InputError
from treenn.trees.tree import Tree

T = TypeVar("T")

_LOG = logging.getLogger(__name__)
_BATCH = 256  # texts or sentences between two calls of the progress callback


@checked
def trees_of_texts(
    texts: Sequence[str],
    *,
    trees: str = SHIPPED,
    tokenizer: str = DEFAULT,
    language: str | None = None,
    cache: bool = True,
    progress: Progress = ignore,
) -> list[Tree]:
    """Parse texts.

    The sentences of a text are joined below a balanced binary tree (`treenn.parsers.join_trees`). A sentence longer
    than the parser's `max_words` is divided at punctuation.

    The trees of a sequence of texts are cached on disk (`treenn.datasets.tree_cache`). A warning is logged if over a
    third of the words are unknown to the shipped parser, as in other languages than English.

    Args:
        texts: the texts.
        trees: the parser, by its name in `treenn.load_parser`, or its folder (default: `"chart"`, for English).
        tokenizer: the tokenizer, by its name in `load_tokenizer` (default: `"treebank"`).
        language: the ISO 639-1 code of the language (default: None, unknown).
        cache: whether to read and write the cache on disk (default: True).
        progress: called with the number of tokenized texts, then with that of parsed sentences (default: no-op).

    Returns:
        One tree per text, without labels.

    Raises:
        TextError: (an InputError, with the index and the problem) if a text has no words, or most letters of the texts
            are in a script that the tokenizer or the parser does not handle.
        InputError: if there is no such parser or tokenizer, or the shipped parser is not for the language.

    >>> print(trees_of_texts(["春眠不覺曉"], trees="right", tokenizer="characters")[0])
    (X (X 春) (X (X 眠) (X (X 不) (X (X 覺) (X 曉)))))
    """
    check_language(trees, tokenizer, language)

    def parse() -> list[Tree]:
        splitter, parser = load_tokenizer(tokenizer), _load(trees)
        check_script(texts, trees, tokenizer)
        return parse_texts(texts, splitter.sentences, parser, progress)

    parsed = _cached(cache_file(identify_parse(trees, tokenizer), texts), len(texts), parse) if cache else parse()
    if trees == SHIPPED and language is None and (warning := unknown_language(parsed)):
        _LOG.warning(warning)
    return parsed


@checked
def trees_of_tokens(
    sentences: Sequence[Sequence[str]], *, trees: str = SHIPPED, cache: bool = True, progress: Progress = ignore
) -> list[Tree]:
    """Parse tokenized texts, each as one sentence; trees are cached as by `trees_of_texts`.

    Args:
        sentences: the words of each text.
        trees: the parser, by its name in `treenn.load_parser`, or its folder (default: `"chart"`, for English).
        cache: as for `trees_of_texts` (default: True).
        progress: called with the number of parsed sentences (default: no-op).

    Returns:
        One tree per text, without labels.

    Raises:
        TextError: (an InputError, with the index and the problem) if a text has no words.
        InputError: if there is no such parser.

    >>> print(trees_of_tokens([["not", "very", "good"]], trees="right")[0])
    (X (X not) (X (X very) (X good)))
    """

    def parse() -> list[Tree]:
        return parse_texts(sentences, as_sentences, _load(trees), progress)

    if not cache:
        return parse()
    lines = [json.dumps(list(words)) for words in sentences]
    return _cached(cache_file(identify_parse(trees, "tokens"), lines), len(sentences), parse)


def _load(trees: str) -> Parser:
    return _shipped() if trees == SHIPPED else load_parser(trees)


@functools.cache
def _shipped() -> Parser:
    return load_parser(SHIPPED)


def as_sentences(words: Sequence[str]) -> list[Sentence]:
    """A tokenized text as one sentence; an empty list if it has no words."""
    return [Sentence(" ".join(words), tuple(words))] if words else []


def _cached(path: Path, count: int, parse: Callable[[], list[Tree]]) -> list[Tree]:
    cached = read_cached(path)
    if cached is None or len(cached) != count:
        cached = parse()
        _write(path, cached)
    return cached


def _write(path: Path, trees: Sequence[Tree]) -> None:
    try:
        write_cached(path, trees)
    except InputError as error:
        _LOG.warning("the parsed texts are not cached: %s", error)


def parse_texts(
    texts: Sequence[T], sentences_of: Callable[[T], Sequence[Sentence]], parser: Parser, progress: Progress = ignore
) -> list[Tree]:
    """Parse the sentences of texts, and join those of each text to one tree.

    Args:
        texts: the texts.
        sentences_of: a function from a text to its sentences.
        parser: the parser; sentences longer than its `max_words` are divided.
        progress: called with the number of tokenized texts and of parsed sentences (default: no-op).

    Returns:
        One tree per text, without labels.

    Raises:
        TextError: if a text has no sentence.
    """
    sentences = list[list[Sentence]]()
    for number, text in enumerate(texts, start=1):
        sentences.append(divide_sentences(sentences_of(text), parser.max_words))
        if not sentences[-1]:
            raise TextError("this text has no words; must have at least one", number - 1)
        if number % _BATCH == 0:
            progress(number, len(texts), "tokenizing texts")
    parsed = iter(_parsed(parser, [each.words for parts in sentences for each in parts], progress))
    return [join_trees([next(parsed) for _ in parts]) for parts in sentences]


def _parsed(parser: Parser, sentences: Sequence[tuple[str, ...]], progress: Progress) -> list[Tree]:
    """Parse sentences in batches of similar length; distinct sentences once. Returns unlabelled trees in order."""
    distinct = sorted(dict.fromkeys(sentences), key=len)
    trees: dict[tuple[str, ...], Tree] = {}
    for start in range(0, len(distinct), _BATCH):
        batch = distinct[start : start + _BATCH]
        trees |= zip(batch, map(_unlabelled, parser.parse_batch(batch)), strict=True)
        progress(len(trees), len(distinct), "parsing sentences")
    return [trees[words] for words in sentences]


def _unlabelled(tree: Tree) -> Tree:
    return tree.with_labels([None] * len(tree))
