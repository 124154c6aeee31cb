"""From trees to the numbers a network is trained on, and batches of equal length."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from treenn.models.vocabulary import Vocabulary
from treenn.parsers.chart.affixes import affixes
from treenn.parsers.chart.spans import crossing, row, span_count
from treenn.trees import Label, NaryTree, Tree
from treenn.trees.nary import inner_children

IntArray = npt.NDArray[np.int64]

NO_LABEL = -1
"""Where there is nothing to learn: the tag of a word without one, the category of a span that no tree may have."""

NULL = ""
"""The category of a span that is no constituent: the nodes that make a tree binary have it."""


class Inventory:
    """The tags of words and the categories of spans, numbered in order of their first sight.

    The category of a unary chain is its labels from the top, joined by `+`.
    """

    def __init__(self, tags: Iterable[str] = (), categories: Iterable[str] = (NULL,)) -> None:
        self.tags = {tag: number for number, tag in enumerate(tags)}
        self.categories = {category: number for number, category in enumerate(categories)}

    def add(self, tree: Tree | NaryTree) -> None:
        """Number what is new in a tree."""
        for tag in tags_of(tree):
            if tag is not None:
                self.tags.setdefault(tag, len(self.tags))
        for category in categories_of(tree).values():
            self.categories.setdefault(category, len(self.categories))


class Lesson(NamedTuple):
    """What other parsers think of a sentence of n words.

    Args:
        nodes: the probability of each span as a left and as a right child. Shape: `(spans, 2)`.
        places: which splits are not impossible, as numbers of places in `(n + 1, n + 1, n + 1)`. Shape: `(k,)`.
        splits: their probabilities. Shape: `(k,)`.
    """

    nodes: npt.NDArray[np.float32]
    places: npt.NDArray[np.int32]
    splits: npt.NDArray[np.float32]


class Example(NamedTuple):
    """A tree to learn from.

    Args:
        words: `(n,)` the words' numbers.
        affixes: `(n, k)` the numbers of their affixes.
        tags: `(n,)` the numbers of their tags, or `NO_LABEL`.
        crossing: `(spans,)` whether a span crosses a bracket of the tree.
        categories: `(spans,)` the number of each span's category: 0 where it may be a node that only makes the tree
            binary, `NO_LABEL` where it crosses a bracket, and everywhere if the tree has no labels.
        lesson: what teachers think of the sentence, if they were asked.
    """

    words: IntArray
    affixes: IntArray
    tags: IntArray
    crossing: npt.NDArray[np.bool_]
    categories: IntArray
    lesson: Lesson | None = None


class Lessons(NamedTuple):
    """The lessons of those sentences of a batch that have one.

    Args:
        rows: which sentences these are. Shape: `(k,)`.
        nodes: the probabilities of nodes. Shape: `(k, spans, 2)`.
        splits: the probabilities of splits. Shape: `(k, n + 1, n + 1, n + 1)`.
    """

    rows: Tensor
    nodes: Tensor
    splits: Tensor


class Batch(NamedTuple):
    """Examples of one length, their fields on top of one another."""

    words: Tensor
    affixes: Tensor
    tags: Tensor
    crossing: Tensor
    categories: Tensor
    lessons: Lessons | None = None


def stack(examples: Sequence[Example]) -> Batch:
    """A batch of examples of one length."""
    *arrays, found = zip(*examples, strict=True)
    rows = [row for row, lesson in enumerate(found) if lesson is not None]
    lessons = _lessons(rows, [found[row] for row in rows], len(examples[0].words)) if rows else None
    words, affixes, tags, crosses, categories = (torch.from_numpy(np.stack(array)) for array in arrays)
    return Batch(words, affixes, tags, crosses, categories, lessons)


def _lessons(rows: Sequence[int], found: Sequence[Lesson], length: int) -> Lessons:
    splits = torch.zeros(len(found), (length + 1) ** 3)
    for of_sentence, lesson in zip(splits, found, strict=True):
        of_sentence[torch.from_numpy(lesson.places)] = torch.from_numpy(lesson.splits)
    nodes = torch.from_numpy(np.stack([lesson.nodes for lesson in found]))
    return Lessons(torch.tensor(rows), nodes, splits.view(-1, length + 1, length + 1, length + 1))


def encode_words(vocabulary: Vocabulary, words: Sequence[str]) -> tuple[IntArray, IntArray]:
    """The numbers of words, looked up in lower case, and of their affixes. Shape: `(n,)` and `(n, k)`."""
    numbers: IntArray = vocabulary.encode([word.lower() for word in words]).numpy()
    return numbers, np.array([affixes(word) for word in words], dtype=np.int64)


def example(
    tree: Tree | NaryTree, vocabulary: Vocabulary, inventory: Inventory, lesson: Lesson | None = None
) -> Example:
    """What there is to learn from a tree; one with more children allows every binary tree with its brackets."""
    n, spans = len(tree.words), _spans(tree)
    crosses = crossing(n, spans)
    tags = [NO_LABEL if tag is None else inventory.tags[tag] for tag in tags_of(tree)]
    categories = np.full(span_count(n), NO_LABEL, dtype=np.int64)
    if found := categories_of(tree):
        categories[~crosses] = inventory.categories[NULL]
        for (start, end), category in found.items():
            categories[row(n, start, end)] = inventory.categories[category]
    return Example(*encode_words(vocabulary, tree.words), np.array(tags, dtype=np.int64), crosses, categories, lesson)


def tags_of(tree: Tree | NaryTree) -> list[str | None]:
    """The tags of the words."""
    return [_text(label) for label in tree.labels[: len(tree.words)]]


def categories_of(tree: Tree | NaryTree) -> dict[tuple[int, int], str]:
    """The category of each span that has one."""
    n, found = len(tree.words), dict[tuple[int, int], str]()
    for span, label in zip(_spans(tree), tree.labels[n:], strict=True):
        if (category := _text(label)) is not None:
            found[span] = f"{category}+{found[span]}" if span in found else category
    return found


def _text(label: Label) -> str | None:
    return None if label is None else str(label)


def _spans(tree: Tree | NaryTree) -> list[tuple[int, int]]:
    """The spans of the inner nodes, in node order."""
    n = len(tree.words)
    spans = [(i, i + 1) for i in range(n)]
    for children in inner_children(tree):
        spans.append((spans[children[0]][0], spans[children[-1]][1]))
    return spans[n:]


def phrases(trees: Iterable[Tree | NaryTree], shortest: int) -> list[tuple[Tree, int]]:
    """The binary trees' inner nodes below the root that have so many words or more, each with its tree.

    `Tree.subtree` makes sentences of them, which teach that what is inside a phrase does not hang on what is around it.
    """
    return [
        (tree, node)
        for tree in trees
        if isinstance(tree, Tree)
        for node, (start, end) in enumerate(tree.spans[:-1])
        if end - start >= shortest
    ]


def batches(examples: Sequence[Example], size: int, generator: np.random.Generator) -> Iterator[list[Example]]:
    """All examples in random order, in batches of one length."""
    lengths: dict[int, list[Example]] = {}
    for index in generator.permutation(len(examples)):
        lengths.setdefault(len(examples[index].words), []).append(examples[index])
    found = [some[start : start + size] for some in lengths.values() for start in range(0, len(some), size)]
    for index in generator.permutation(len(found)):
        yield found[index]


def word_counts(trees: Iterable[Tree | NaryTree]) -> Counter[str]:
    """How often each word, in lower case, stands in some trees."""
    return Counter(word.lower() for tree in trees for word in tree.words)
