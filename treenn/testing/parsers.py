"""`check_parser`: proof that a parser does what `Parser` promises; for parsers of your own."""

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
"""What parsers are tried on: several lengths, one word alone, and one sentence twice."""

ODD_WORDS = ("(", "-LRB-", ")", "a\u00a0b", "x y", "\0", "\n", "\u200f", "שלום", "😀", "e\u0301", "x" * 100_000)
"""Any string but the empty one may be a word."""


class ParserError(AssertionError):
    """A parser breaks a rule of `Parser`; the message says which, and what would be right."""


@checked
def check_parser(parser: Parser, *, longest: Count = 1000) -> None:
    """Prove a parser: one tree a sentence, over its words, in order, whatever else is in the batch.

    Args:
        parser: the one to prove.
        longest: the length of the long sentence that it is tried on, for which it may say that this is over its limit.

    Raises:
        ParserError: at the first rule that the parser breaks.

    >>> from treenn.parsers.shapes import Balanced
    >>> check_parser(Balanced())
    """
    trees = _parsed(parser, SENTENCES)
    for number, (words, tree) in enumerate(zip(SENTENCES, trees, strict=True)):
        _expect_same(tree, _parsed(parser, [words])[0], f"sentence {number} alone and in a batch")
        _expect_same(tree, parser.parse(list(words)), f"parse and parse_batch, sentence {number}")
    for tree, again in zip(trees, reversed(_parsed(parser, SENTENCES[::-1])), strict=True):
        _expect_same(tree, again, "a batch and the same batch from its end")
    _parsed(parser, [])
    _parsed(parser, [ODD_WORDS, *((word,) for word in ODD_WORDS)])
    _expect_same(trees[0], parser.parse_text("It works."), "parse_text and parse")
    _check_refusals(parser)
    _check_long(parser, longest)


def _parsed(parser: Parser, sentences: Sequence[Sequence[str]]) -> list[Tree]:
    """The trees of a batch, once they are known to be trees of its sentences; what is given must stay as it is."""
    name, given = type(parser).__name__, [list(words) for words in sentences]
    try:
        trees = parser.parse_batch(given)
    except Exception as error:
        raise ParserError(f"{name}.parse_batch fails on {_shown(given)}: {error!r}") from error
    if given != [list(words) for words in sentences]:
        raise ParserError(f"{name}.parse_batch changes the sentences that it is given")
    if not isinstance(trees, list) or len(trees) != len(given):
        raise ParserError(f"{name}.parse_batch gives {_counted(trees)} for {len(given)} sentences; it must be one each")
    for number, (words, tree) in enumerate(zip(given, trees, strict=True)):
        if not isinstance(tree, Tree):
            raise ParserError(f"{name}.parse_batch gives {type(tree).__name__} for sentence {number}, not a Tree")
        if list(tree.words) != words:
            raise ParserError(
                f"{name}.parse_batch gives {_shown([tree.words])} for sentence {number}, {_shown([words])}; "
                "trees come back in the order of the sentences, their words unchanged"
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
            f"other trees between {between}: {str(tree)[:200]} and {str(other)[:200]}; they must be equal"
        )


def _check_refusals(parser: Parser) -> None:
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
                    f"{type(parser).__name__} says {error} of {what}; say that it has no words"
                ) from error
        except Exception as error:
            raise ParserError(
                f"{type(parser).__name__} raises {error!r} for {what}; it must be an InputError"
            ) from error
        else:
            raise ParserError(f"{type(parser).__name__} gives a tree for {what}; it must raise InputError")


def _check_long(parser: Parser, longest: int) -> None:
    words = [f"w{number % 50}" for number in range(longest)]
    try:
        tree = parser.parse(words)
    except InputError as error:
        if not any(letter.isdigit() for letter in str(error)):
            raise ParserError(f"{type(parser).__name__} says {error} of {longest} words; say its limit") from error
    except Exception as error:
        raise ParserError(
            f"{type(parser).__name__} raises {error!r} for {longest} words; over its limit it must raise InputError"
        ) from error
    else:
        if list(tree.words) != words:
            raise ParserError(f"{type(parser).__name__} gives {longest} words a tree over {len(tree.words)}")
