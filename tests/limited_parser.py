"""A parser with a limit on the number of words."""

from __future__ import annotations

from collections.abc import Sequence

from treenn.parsers import Parser
from treenn.parsers.shapes import Right
from treenn.trees import Tree


class AtMostFive(Parser):
    """Right-branching trees over at most five words."""

    max_words = 5

    def parse_batch(self, sentences: Sequence[Sequence[str]]) -> list[Tree]:
        assert all(len(words) <= 5 for words in sentences)
        return Right().parse_batch(sentences)
