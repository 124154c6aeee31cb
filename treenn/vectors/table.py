"""`VectorTable`: the vectors of a file by word, with cosine similarity, neighbours and analogies."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Literal, NamedTuple

import numpy as np

from treenn.models.vectors import WordVectors, read_vectors
from treenn.trees.arguments import AnyPath, Count, checked
from treenn.trees.errors import InputError, argument
from treenn.vectors.corpus import Array

AnalogyMethod = Literal["3CosAdd", "3CosMul"]
_EPSILON = 1e-3


class Neighbour(NamedTuple):
    """A word and its score: a cosine, or that of an analogy."""

    word: str
    score: float


class VectorTable:
    """All vectors of a file, of unit length.

    Args:
        words: the words, by decreasing frequency in most files.
        vectors: `(V, d)` their vectors; those of zeros have the cosine 0 with all words.
        source: the file, for messages (default: "").

    >>> table = VectorTable(["good", "fine", "bad"], np.array([[1, 0], [1, 0.5], [-1, 0]], dtype=np.float32))
    >>> [(near.word, round(near.score, 2)) for near in table.similar("good", 2)]
    [('fine', 0.89), ('bad', -1.0)]
    """

    def __init__(self, words: Sequence[str], vectors: Array, source: str = "") -> None:
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        self.words, self.source = tuple(words), source
        self.unit: Array = np.divide(vectors, norms, out=np.zeros_like(vectors), where=norms > 0)
        self._numbers = {word: number for number, word in enumerate(self.words)}

    def number(self, word: str) -> int | None:
        """The number of a word, looked up verbatim and then in lower case; None if it is missing."""
        return self._numbers.get(word, self._numbers.get(word.lower()))

    def find(self, word: str, name: str = "word") -> int:
        """The number of a word, as `number`.

        Args:
            word: the word.
            name: the argument, for the message (default: "word").

        Raises:
            InputError: if it is missing; the message lists words of similar spelling.
        """
        if (number := self.number(word)) is not None:
            return number
        near = get_close_matches(word.lower(), self.words, n=3, cutoff=0.7)
        hint = f"; similar spellings there: {', '.join(near)}" if near else ""
        raise InputError(f"{name} {word!r}: is not one of the {len(self.words):,} words of {self.source}{hint}")

    def cosine(self, first: str, second: str) -> float | None:
        """The cosine of two words; None if one is missing."""
        left, right = self.number(first), self.number(second)
        return None if left is None or right is None else float(self.unit[left] @ self.unit[right])

    @checked
    def similar(self, word: str, count: Count = 10) -> list[Neighbour]:
        """The words with the largest cosine to a word, without the word.

        Args:
            word: the word.
            count: the maximum number of words (default: 10).

        Raises:
            InputError: if the word is missing.
        """
        number = self.find(word)
        return self._best(self.unit @ self.unit[number], [number], count)

    @checked
    def analogy(self, a: str, b: str, c: str, count: Count = 10, method: AnalogyMethod = "3CosAdd") -> list[Neighbour]:
        """The words d for which "a is to b as c is to d" (Levy and Goldberg 2014, equations 3 and 4).

        3CosAdd is cos(d, b) - cos(d, a) + cos(d, c). 3CosMul is cos(d, b) cos(d, c) / (cos(d, a) + 0.001), with cosines
        shifted to 0 to 1.

        Args:
            a: the first word.
            b: the second word.
            c: the third word.
            count: the maximum number of words (default: 10).
            method: `"3CosAdd"` (the default) or `"3CosMul"`.

        Returns:
            The words with the largest scores, without a, b and c.

        Raises:
            InputError: if a word is missing.
        """
        numbers = [self.find(word, name) for name, word in (("a", a), ("b", b), ("c", c))]
        of_a, of_b, of_c = (self.unit @ self.unit[number] for number in numbers)
        if method == "3CosAdd":
            return self._best(of_b - of_a + of_c, numbers, count)
        of_a, of_b, of_c = ((cosine + 1) / 2 for cosine in (of_a, of_b, of_c))
        return self._best(of_b * of_c / (of_a + np.float32(_EPSILON)), numbers, count)

    def _best(self, scores: Array, without: Sequence[int], count: int) -> list[Neighbour]:
        scores[list(without)] = -np.inf
        order = np.argsort(-scores, kind="stable")[: min(count, len(scores) - len(set(without)))]
        return [Neighbour(self.words[number], float(scores[number])) for number in order]


_ALL = 10**9


@checked
def read_table(path: AnyPath, count: Count | None = None) -> VectorTable:
    """Read the vectors of a file, as `treenn.read_vectors`.

    Args:
        path: the file.
        count: the number of first words (default: None, all).

    Raises:
        InputError: if the file cannot be read, or a row is malformed.
    """
    rows = _ALL if count is None else count
    read = read_vectors(path, [], frequent_words=rows)
    return table_of(read, read.first(rows))


def table_of(vectors: WordVectors, words: Sequence[str]) -> VectorTable:
    """The table of some words of a file; missing words are omitted, and repeated words are kept once."""
    found = {word: vector for word in words if (vector := vectors.find(word)) is not None}
    if not found:
        raise InputError(f"{argument('words')}: none of them has a vector", source=vectors.source)
    return VectorTable(list(found), np.stack(list(found.values())), vectors.source)
