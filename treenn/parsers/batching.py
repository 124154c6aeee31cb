"""Batches of sentences for parsers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence, Sized

from treenn.trees.tree import Tree

Words = Sequence[str]


def equal_lengths(sentences: Sequence[Sized], size: Callable[[int], int]) -> Iterator[list[int]]:
    """Yield batches of the indices of sentences of equal length.

    Args:
        sentences: the words of each sentence.
        size: maps a length to the batch size; values below 1 count as 1.

    >>> list(equal_lengths(["a b".split(), ["c"], "d e".split(), "f g".split()], lambda length: 2))
    [[0, 2], [3], [1]]
    """
    lengths: dict[int, list[int]] = {}
    for index, words in enumerate(sentences):
        lengths.setdefault(len(words), []).append(index)
    for length, indices in lengths.items():
        step = max(1, size(length))
        for start in range(0, len(indices), step):
            yield indices[start : start + step]


def parse_batches(
    sentences: Sequence[Words], batches: Iterable[list[int]], parse: Callable[[list[Words]], list[Tree]]
) -> list[Tree]:
    """Parse sentences batch by batch. Returns the trees in the order of the sentences.

    Args:
        sentences: the words of each sentence.
        batches: indices of sentences, each in exactly one batch.
        parse: parses a batch.
    """
    trees: dict[int, Tree] = {}
    for indices in batches:
        trees |= zip(indices, parse([sentences[index] for index in indices]), strict=True)
    return [trees[index] for index in range(len(sentences))]
