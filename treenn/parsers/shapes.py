"""Trees of a fixed shape, independent of the words: baselines of parsers."""

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
"""A function of the start and the end of a span of two or more words that returns the split point."""


@final
class Right(Parser):
    """Right-branching trees.

    >>> print(Right().parse(["not", "very", "good"]))
    (X (X not) (X (X very) (X good)))
    """

    def parse_batch(self, sentences: Sequence[Sequence[str]]) -> list[Tree]:
        """As `Parser.parse_batch`, without a limit of length."""
        return _divided(sentences, lambda words: lambda start, end: start + 1)


@final
class Left(Parser):
    """Left-branching trees.

    >>> print(Left().parse(["not", "very", "good"]))
    (X (X (X not) (X very)) (X good))
    """

    def parse_batch(self, sentences: Sequence[Sequence[str]]) -> list[Tree]:
        """As `Parser.parse_batch`, without a limit of length."""
        return _divided(sentences, lambda words: lambda start, end: end - 1)


@final
class Balanced(Parser):
    """Balanced trees; if the number of words is odd, the left half has one word more.

    >>> print(Balanced().parse(["not", "very", "good", ",", "though"]))
    (X (X (X (X not) (X very)) (X good)) (X (X ,) (X though)))
    """

    def parse_batch(self, sentences: Sequence[Sequence[str]]) -> list[Tree]:
        """As `Parser.parse_batch`, without a limit of length."""
        return _divided(sentences, lambda words: lambda start, end: (start + end + 1) // 2)


@final
class Random(Parser):
    """Trees with split points drawn uniformly, from the root down.

    Unlike uniform sampling of binary trees, this favours shallow trees. The tree of a sentence depends only on the seed
    and the words, not on the batch or on earlier sentences.

    Args:
        seed: the seed (default: 0).
    """

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed

    def extra_repr(self) -> str:
        """As `Parser.extra_repr`."""
        return f"seed={self.seed}"

    def parse_batch(self, sentences: Sequence[Sequence[str]]) -> list[Tree]:
        """As `Parser.parse_batch`, without a limit of length."""
        return _divided(sentences, self._cut)

    def _cut(self, words: tuple[str, ...]) -> Cut:
        key = "\0".join((str(self.seed), *words)).encode("utf-8", "surrogatepass")
        draw = random.Random(hashlib.sha256(key).digest())
        return lambda start, end: draw.randrange(start + 1, end)


@final
class RightPunctuation(Parser):
    """Right-branching trees with each final punctuation mark attached to the rest of the sentence.

    >>> print(RightPunctuation().parse(["not", "very", "good", "."]))
    (X (X (X not) (X (X very) (X good))) (X .))
    """

    def parse_batch(self, sentences: Sequence[Sequence[str]]) -> list[Tree]:
        """As `Parser.parse_batch`, without a limit of length."""
        return _divided(sentences, self._cut)

    def _cut(self, words: tuple[str, ...]) -> Cut:
        last = next((end for end in range(len(words), 0, -1) if not is_punctuation(words[end - 1])), 1)
        return lambda start, end: end - 1 if end > last else start + 1


def _divided(sentences: Sequence[Sequence[str]], cut: Callable[[tuple[str, ...]], Cut]) -> list[Tree]:
    """Build trees by dividing every span at the split point of `cut(words)`."""
    return [_tree(words, cut(words)) for words in check_sentences(sentences)]


def _tree(words: tuple[str, ...], cut: Cut) -> Tree:
    def opened(span: tuple[int, int]) -> Opened[tuple[int, int]]:
        start, end = span
        if end - start == 1:
            return None, words[start]
        middle = cut(start, end)
        return None, ((start, middle), (middle, end))

    return Tree(*expand((0, len(words)), opened))
