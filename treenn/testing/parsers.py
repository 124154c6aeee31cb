"""`check_parser`: tests of the requirements of `Parser`, for user-defined parsers."""

from __future__ import annotations

from collections.abc import Sequence

from treenn.parsers import Parser
from treenn.trees import InputError, Tree
from treenn.trees.arguments import Count, checked

SENTENCES = (
    ("It", "works", "."),
    ("not", "very", "good"),
    ("Yes",),
    ("the", "cat", "that", "the", "dog", "saw", ",", "we", "heard", ",", "slept", "on", "the", "mat", "."),
    ("It", "works", "."),
    (".",),
    ("very", "very", "very", "very", "very", "good"),
    ("A", "film", "that", "is", "not", "as", "good", "as", "its", "trailer"),
)
"""Test sentences of several lengths, with single words and a repeated sentence."""

ODD_WORDS = ("(", "-LRB-", ")", "a\u00a0b", "x y", "\0", "\n", "\u200f", "שלום", "😀", "e\u0301", "x" * 100_000)
"""Unusual words: any string but the empty one is allowed."""


class ParserError(AssertionError):
    """A parser violates a requirement of `Parser`; the message has the requirement."""


@checked
def check_parser(parser: Parser, *, longest: Count = 1000) -> None:
    """Test a parser: one tree per sentence, over its words, in order, independent of the rest of the batch.

    Args:
        parser: the parser.
        longest: the number of words of the long test sentence, which the parser may refuse as over its limit
            (default: 1000).

    Raises:
        ParserError: at the first requirement that the parser violates.

    >>> from treenn.parsers.shapes import Balanced
    >>> check_parser(Balanced())
    """
    trees = _parsed(parser, SENTENCES)
    for number, (words, tree) in enumerate(zip(SENTENCES, trees, strict=True)):
        _expect_same(tree, _parsed(parser, [words])[0], f"sentence {number} alone and in a batch")
        _expect_same(tree, parser.parse(list(words)), f"parse and parse_batch in sentence {number}")
    for tree, again in zip(trees, reversed(_parsed(parser, SENTENCES[::-1])), strict=True):
        _expect_same(tree, again, "a batch and the reversed batch")
    _parsed(parser, [])
    _parsed(parser, [ODD_WORDS, *((word,) for word in ODD_WORDS)])
    _expect_same(trees[0], parser.parse_text("It works."), "parse_text and parse")
    _check_refusals(parser)
    _check_long(parser, longest)


def _parsed(parser: Parser, sentences: Sequence[Sequence[str]]) -> list[Tree]:
    """The trees of a batch, validated to be over the words of its sentences, which must not be modified."""
    name, given = type(parser).__name__, [list(words) for words in sentences]
    try:
        trees = parser.parse_batch(given)
    except Exception as error:
        raise ParserError(f"{name}.parse_batch fails on {_shown(given)}: {error!r}") from error
    if given != [list(words) for words in sentences]:
        raise ParserError(f"{name}.parse_batch modifies its input")
    if not isinstance(trees, list) or len(trees) != len(given):
        raise ParserError(
            f"{name}.parse_batch returns {_counted(trees)} for {len(given)} sentences; it must return one tree each"
        )
    for number, (words, tree) in enumerate(zip(given, trees, strict=True)):
        if not isinstance(tree, Tree):
            raise ParserError(f"{name}.parse_batch returns {type(tree).__name__} for sentence {number}, not a Tree")
        if list(tree.words) != words:
            raise ParserError(
                f"{name}.parse_batch returns {_shown([tree.words])} for sentence {number}, {_shown([words])}; "
                "trees must be in the order of the sentences, with unchanged words"
            )
    return trees


def _counted(trees: object) -> str:
    return f"a list of {len(trees)}" if isinstance(trees, list) else type(trees).__name__


def _shown(sentences: Sequence[Sequence[str]]) -> str:
    text = repr([list(words) for words in sentences])
    return text if len(text) <= 100 else f"{text[:99]}…"


def _expect_same(tree: Tree, other: Tree, between: str) -> None:
    if tree != other:
        raise ParserError(
            f"the trees of {between} differ: {str(tree)[:200]} and {str(other)[:200]}; they must be equal"
        )


def _check_refusals(parser: Parser) -> None:
    name = type(parser).__name__
    for what, parse in (
        ("a batch with an empty sentence", lambda: parser.parse_batch([("fine",), ()])),
        ("an empty sentence", lambda: parser.parse(())),
        ("an empty text", lambda: parser.parse_text(" ")),
    ):
        try:
            parse()
        except InputError as error:
            if "no word" not in str(error):
                raise ParserError(
                    f"{name} raises {str(error)!r} for {what}; the message must say that it has no words"
                ) from error
        except Exception as error:
            raise ParserError(f"{name} raises {error!r} for {what}; it must be an InputError") from error
        else:
            raise ParserError(f"{name} returns a tree for {what}; it must raise InputError")


def _check_long(parser: Parser, longest: int) -> None:
    name, words = type(parser).__name__, [f"w{number % 50}" for number in range(longest)]
    try:
        tree = parser.parse(words)
    except InputError as error:
        if not any(letter.isdigit() for letter in str(error)):
            raise ParserError(
                f"{name} raises {str(error)!r} for {longest} words; the message must have the limit"
            ) from error
    except Exception as error:
        what = f"{longest} words; over its limit it must raise InputError"
        raise ParserError(f"{name} raises {error!r} for {what}") from error
    else:
        if list(tree.words) != words:
            raise ParserError(f"{name} returns a tree over {len(tree.words)} words for {longest} words")
