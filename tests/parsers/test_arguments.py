"""Validation of parser arguments: lists of words and texts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from treenn.parsers import Parser
from treenn.parsers.loading import load_parser
from treenn.parsers.shapes import Balanced, Left, Random, Right, RightPunctuation
from treenn.trees import InputError, Tree

NAMES = ["chart", "balanced", "left", "right", "right-punctuation", "random:3"]


@pytest.fixture(scope="module", params=NAMES)
def parser(request: pytest.FixtureRequest) -> Parser:
    return load_parser(request.param)


@pytest.mark.parametrize(
    ("sentences", "message"),
    [
        (["not good"], "sentences[0] 'not good': must be a list of words; parse_text takes a text"),
        ([["fine"], "not good"], "sentences[1] 'not good': must be a list of words"),
        ("not good", "sentences 'not good': must be a list of lists"),
        (b"not good", "sentences of type bytes: must be a list of lists"),
        (None, "sentences None: must be a list of lists"),
        ([None], "sentences[0] None: must be a list of texts"),
        ([float("nan")], "sentences[0] nan: must be a list of texts"),
        ([{"a", "b"}], "sentences[0] of type set: must be a list of texts"),
        ([{"a": 1}], "sentences[0] of type dict: must be a list of texts"),
        ([b"good"], "sentences[0] of type bytes: must be a list of texts"),
        ([["fine"], []], "sentences[1] has no words"),
        ([["a", ""]], "sentences[0][1] '': must be a word of at least one character"),
        ([["a", None]], "sentences[0][1] None: must be text"),
        ([["a", 3]], "sentences[0][1] 3: must be text"),
        ([["a", ["b"]]], "sentences[0][1] of type list: must be text"),
        ([["a", b"b"]], "sentences[0][1] of type bytes: must be text"),
    ],
)
def test_a_batch_of_something_else_is_named(parser: Parser, sentences: Any, message: str) -> None:
    with pytest.raises(InputError, match="^" + re.escape(message)):
        parser.parse_batch(sentences)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("not good", "words 'not good': must be a list of words; parse_text takes a text"),
        ("", "words '': must be a list of words"),
        (None, "words None: must be a list of texts"),
        ([], "words has no words"),
        (["a", 2.5], "words[1] 2.5: must be text"),
    ],
)
def test_one_sentence_of_something_else_is_named(parser: Parser, words: Any, message: str) -> None:
    with pytest.raises(InputError, match="^" + re.escape(message)):
        parser.parse(words)


@pytest.mark.parametrize("text", [None, 3, float("nan"), ["not", "good"], b"good"])
def test_a_text_that_is_none_is_named(parser: Parser, text: Any) -> None:
    for method in (parser.parse_text, parser.parse_sentences):
        with pytest.raises(InputError, match=r"^text .*: must be text$"):
            method(text)


def test_a_long_text_is_shortened_in_the_message() -> None:
    with pytest.raises(InputError) as refused:
        Right().parse("x" * 100_000)
    assert len(str(refused.value)) < 200


@pytest.mark.parametrize("kind", [list, tuple, iter, np.array, lambda words: np.array(words, dtype=object)])
def test_words_in_any_ordered_container_are_parsed(parser: Parser, kind: Any) -> None:
    words = ["not", "very", "good"]
    tree = parser.parse(words)
    assert parser.parse(kind(words)) == parser.parse_batch(kind([words]))[0] == tree
    assert parser.parse_batch([kind(words)])[0] == tree


def test_pandas_series_with_any_index(parser: Parser) -> None:
    pandas = pytest.importorskip("pandas")
    series = pandas.Series(["not", "very", "good"], index=[7, 5, 9])
    assert parser.parse(series) == parser.parse_batch(pandas.Series([series]))[0] == parser.parse(list(series))


def test_reprs_are_short(parser: Parser) -> None:
    assert repr(parser) == {
        "ChartParser": f"ChartParser(networks=2, words={len(getattr(parser, 'vocabulary', ()))}, labels=False)",
        "Random": "Random(seed=3)",
    }.get(type(parser).__name__, f"{type(parser).__name__}()")


class AtMostFour(Parser):
    """A user-defined parser with a limit."""

    max_words = 4

    def parse_batch(self, sentences: Sequence[Sequence[str]]) -> list[Tree]:
        return Right().parse_batch(sentences)


def test_every_parser_declares_its_limit() -> None:
    from treenn.parsers.chart.chart_parser import MAX_WORDS, ChartParser
    from treenn.parsers.pcfg.pcfg_parser import PCFGParser
    from treenn.parsers.recursive.recursive_parser import RecursiveNetworkParser

    assert ChartParser.max_words == MAX_WORDS
    assert (PCFGParser.max_words, RecursiveNetworkParser.max_words) == (200, 2000)
    assert {shape.max_words for shape in (Balanced, Left, Random, Right, RightPunctuation)} == {None}


def test_parse_text_over_limit_names_parse_sentences() -> None:
    with pytest.raises(
        InputError, match=r"^text has 6 words; this parser takes at most 4 in one sentence; parse_sentences "
    ):
        AtMostFour().parse_text("a b c d e.")
    with pytest.raises(InputError, match=r"^words has 5 words; this parser takes at most 4; treenn\.parsers\.divide "):
        AtMostFour().parse(list("abcde"))


def test_parse_sentences_accepts_any_length() -> None:
    trees = AtMostFour().parse_sentences("Dull. It is long; far too long, really! Flat.")
    assert [" ".join(tree.words) for tree in trees] == [
        "Dull .", "It is long ;", "far too long ,", "really !", "Flat ."
    ]  # fmt: skip
    assert Right().parse_sentences(" ") == []
    assert [len(tree.words) for tree in load_parser("chart").parse_sentences("word " * 401)] == [400, 1]
