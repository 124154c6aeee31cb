"""`check_parser` accepts a correct parser and rejects each wrong one with a specific message."""

from collections.abc import Sequence

import pytest

from treenn.parsers import Parser
from treenn.parsers.shapes import Left, Right
from treenn.testing import ParserError, check_parser
from treenn.trees import InputError, Tree


class Good(Parser):
    """A correct user-defined parser; each parser below breaks one requirement."""

    def parse_batch(self, sentences: Sequence[Sequence[str]]) -> list[Tree]:
        return Right().parse_batch(sentences)


class Limited(Good):
    def parse_batch(self, sentences: Sequence[Sequence[str]]) -> list[Tree]:
        if any(len(words) > 60 for words in sentences):
            raise InputError("this sentence has over 60 words")
        return super().parse_batch(sentences)


@pytest.mark.parametrize("parser", [Good(), Limited()])
def test_a_good_parser_passes(parser: Parser) -> None:
    check_parser(parser)


class Fails(Good):
    def parse_batch(self, sentences: Sequence[Sequence[str]]) -> list[Tree]:
        if any("\u200f" in words for words in sentences):
            raise KeyError("\u200f")
        return super().parse_batch(sentences)


class OneTooFew(Good):
    def parse_batch(self, sentences: Sequence[Sequence[str]]) -> list[Tree]:
        return super().parse_batch(sentences)[:7]


class Lazy(Good):
    def parse_batch(self, sentences: Sequence[Sequence[str]]) -> list[Tree]:
        return map(Right().parse, sentences)  # type: ignore[return-value]


class Strings(Good):
    def parse_batch(self, sentences: Sequence[Sequence[str]]) -> list[Tree]:
        return [str(tree) for tree in super().parse_batch(sentences)]  # type: ignore[misc]


class Sorts(Good):
    def parse_batch(self, sentences: Sequence[Sequence[str]]) -> list[Tree]:
        return super().parse_batch(sorted(sentences, key=len))


class Lowers(Good):
    def parse_batch(self, sentences: Sequence[Sequence[str]]) -> list[Tree]:
        return super().parse_batch([[word.lower() for word in words] for words in sentences])


class Consumes(Good):
    def parse_batch(self, sentences: Sequence[Sequence[str]]) -> list[Tree]:
        trees = super().parse_batch(sentences)
        for words in sentences:
            words.clear()  # type: ignore[attr-defined]
        return trees


class LooksAtTheBatch(Good):
    def parse_batch(self, sentences: Sequence[Sequence[str]]) -> list[Tree]:
        return (Left() if len(sentences) > 3 else Right()).parse_batch(sentences)


class LooksAtThePlace(Good):
    def parse_batch(self, sentences: Sequence[Sequence[str]]) -> list[Tree]:
        trees = super().parse_batch(sentences)
        return [*trees[:-1], *Left().parse_batch(sentences[-1:])] if len(sentences) > 3 else trees


class ParsesOtherwise(Good):
    def parse(self, words: Sequence[str]) -> Tree:
        return Left().parse(words)


class SplitsAtSpaces(Good):
    def parse_text(self, text: str) -> Tree:
        return self.parse(text.split())


class TakesNothing(Good):
    def parse_batch(self, sentences: Sequence[Sequence[str]]) -> list[Tree]:
        return super().parse_batch([words or ["?"] for words in sentences])


class SaysNothingOfNothing(Good):
    def parse_batch(self, sentences: Sequence[Sequence[str]]) -> list[Tree]:
        if not all(sentences):
            raise InputError("bad sentence")
        return super().parse_batch(sentences)


class AssertsWords(Good):
    def parse_batch(self, sentences: Sequence[Sequence[str]]) -> list[Tree]:
        if not all(sentences):
            raise IndexError("list index out of range")
        return super().parse_batch(sentences)


class CutsLongSentences(Good):
    def parse_batch(self, sentences: Sequence[Sequence[str]]) -> list[Tree]:
        return super().parse_batch([words[:500] for words in sentences])


class BreaksOnLongSentences(Good):
    def parse_batch(self, sentences: Sequence[Sequence[str]]) -> list[Tree]:
        if any(len(words) > 500 for words in sentences):
            raise MemoryError
        return super().parse_batch(sentences)


class HidesItsLimit(Good):
    def parse_batch(self, sentences: Sequence[Sequence[str]]) -> list[Tree]:
        if any(len(words) > 500 for words in sentences):
            raise InputError("this sentence is too long")
        return super().parse_batch(sentences)


@pytest.mark.parametrize(
    ("parser", "message"),
    [
        (Fails(), "Fails.parse_batch fails on .*KeyError"),
        (OneTooFew(), "OneTooFew.parse_batch returns a list of 7 for 8 sentences"),
        (Lazy(), "Lazy.parse_batch returns map for 8 sentences"),
        (Strings(), "Strings.parse_batch returns str for sentence 0, not a Tree"),
        (Sorts(), "Sorts.parse_batch returns .* for sentence 0, .*; trees must be in the order"),
        (Lowers(), r"returns \[\['it', 'works', '.'\]\] for sentence 0, \[\['It', 'works', '.'\]\]"),
        (Consumes(), "Consumes.parse_batch modifies its input"),
        (LooksAtTheBatch(), "the trees of sentence 0 alone and in a batch differ: .*; they must be equal"),
        (LooksAtThePlace(), "the trees of sentence 7 alone and in a batch differ"),
        (ParsesOtherwise(), "the trees of parse and parse_batch in sentence 0 differ"),
        (SplitsAtSpaces(), "the trees of parse_text and parse differ"),
        (TakesNothing(), "TakesNothing returns a tree for a batch with an empty sentence; it must raise InputError"),
        (
            SaysNothingOfNothing(),
            "raises 'bad sentence' for a batch with an empty sentence; the message must say that it has no words",
        ),
        (AssertsWords(), "raises IndexError.* for a batch with an empty sentence; it must be an InputError"),
        (CutsLongSentences(), "returns a tree over 500 words for 1000 words"),
        (BreaksOnLongSentences(), r"raises MemoryError\(\) for 1000 words; over its limit it must raise InputError"),
        (HidesItsLimit(), "raises 'this sentence is too long' for 1000 words; the message must have the limit"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Parser) else "",
)
def test_a_bad_parser_is_caught(parser: Parser, message: str) -> None:
    with pytest.raises(ParserError, match=message):
        check_parser(parser)
