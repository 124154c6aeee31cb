"""Trees of a fixed shape, whatever the words say: the controls that a parser must beat."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Sequence
from typing import TypeAlias, final

from treenn.parsers.parser import Parser, check_sentences
from treenn.parsers.punctuation import is_punctuation
from treenn.trees.expand import Opened, expand
from treenn.trees.tree import Tree

Cut: TypeAlias = Callable[[int, int], int]
"""Where a span of two words or more is divided: start and end to the first word of the right part."""


@final
class Right(Parser):
    """Each word beside all that follow it.

    >>> print(Right().parse(["not", "very", "good"]))
    (X (X not) (X (X very) (X good)))
    """

    def parse_batch(self, sentences: Sequence[Sequence[str]]) -> list[Tree]:
        """As `Parser.parse_batch`; a sentence may be of any length."""
        return _divided(sentences, lambda words: lambda start, end: start + 1)


@final
class Left(Parser):
    """Each word beside all that come before it.

    >>> print(Left().parse(["not", "very", "good"]))
    (X (X (X not) (X very)) (X good))
    """

    def parse_batch(self, sentences: Sequence[Sequence[str]]) -> list[Tree]:
        """As `Parser.parse_batch`; a sentence may be of any length."""
        return _divided(sentences, lambda words: lambda start, end: end - 1)


@final
class Balanced(Parser):
    """Halves of halves; of an odd number of words the left half gets one more.

    >>> print(Balanced().parse(["not", "very", "good", ",", "though"]))
    (X (X (X (X not) (X very)) (X good)) (X (X ,) (X though)))
    """

    def parse_batch(self, sentences: Sequence[Sequence[str]]) -> list[Tree]:
        """As `Parser.parse_batch`; a sentence may be of any length."""
        return _divided(sentences, lambda words: lambda start, end: (start + end + 1) // 2)


@final
class Random(Parser):
    """Each span divided at a place drawn uniformly, from the whole sentence down.

    That favours flat trees, compared with drawing uniformly from all binary trees. A sentence's tree depends on the
    seed and on its words alone, not on its batch or on what was parsed before.

    Args:
        seed: another seed, other trees.
    """

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed

    def extra_repr(self) -> str:
        """As `Parser.extra_repr`."""
        return f"seed={self.seed}"

    def parse_batch(self, sentences: Sequence[Sequence[str]]) -> list[Tree]:
        """As `Parser.parse_batch`; a sentence may be of any length."""
        return _divided(sentences, self._cut)

    def _cut(self, words: tuple[str, ...]) -> Cut:
        key = "\0".join((str(self.seed), *words)).encode("utf-8", "surrogatepass")
        draw = random.Random(hashlib.sha256(key).digest())
        return lambda start, end: draw.randrange(start + 1, end)


@final
class RightPunctuation(Parser):
    """Right-branching, but the punctuation at the end is attached to the whole sentence, sign by sign.

    >>> print(RightPunctuation().parse(["not", "very", "good", "."]))
    (X (X (X not) (X (X very) (X good))) (X .))
    """

    def parse_batch(self, sentences: Sequence[Sequence[str]]) -> list[Tree]:
        """As `Parser.parse_batch`; a sentence may be of any length."""
        return _divided(sentences, self._cut)

    def _cut(self, words: tuple[str, ...]) -> Cut:
        last = next((at for at in range(len(words), 0, -1) if not is_punctuation(words[at - 1])), 1)
        return lambda start, end: end - 1 if end > last else start + 1


def _divided(sentences: Sequence[Sequence[str]], cut: Callable[[tuple[str, ...]], Cut]) -> list[Tree]:
    """The trees that come of dividing every sentence, and every part of it, where `cut(words)` says."""
    return [_tree(words, cut(words)) for words in check_sentences(sentences)]


def _tree(words: tuple[str, ...], cut: Cut) -> Tree:
    def opened(span: tuple[int, int]) -> Opened[tuple[int, int]]:
        start, end = span
        if end - start == 1:
            return None, words[start]
        middle = cut(start, end)
        return None, ((start, middle), (middle, end))

    return Tree(*expand((0, len(words)), opened))
