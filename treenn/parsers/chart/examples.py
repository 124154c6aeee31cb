"""Training examples of the chart parser, and batches of equal length."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from treenn.models.vocabulary import Vocabulary
from treenn.parsers.batching import equal_lengths
from treenn.parsers.brackets import crossing, inner_spans
from treenn.parsers.chart.affixes import COUNT, affixes
from treenn.parsers.chart.spans import row, span_count, starts_and_ends
from treenn.runtime.arrays import IntArray
from treenn.trees import NaryTree, Tree

NO_LABEL = -1
"""The index that the loss ignores: the tag of an untagged word, the category of a span that crosses a bracket."""

NULL = ""
"""The category of a span that is no constituent, such as the nodes that binarization adds."""


class Inventory:
    """The sets of tags of words and of categories of spans, numbered in order of first occurrence.

    The category of a unary chain is its labels from the top, joined by `+`.
    """

    def __init__(self, tags: Iterable[str] = (), categories: Iterable[str] = (NULL,)) -> None:
        self.tags = {tag: number for number, tag in enumerate(tags)}
        self.categories = {category: number for number, category in enumerate(categories)}

    def add(self, tree: Tree | NaryTree) -> None:
        """Add the tags and categories of a tree."""
        for tag in tags_of(tree):
            if tag is not None:
                self.tags.setdefault(tag, len(self.tags))
        for category in categories_of(tree).values():
            self.categories.setdefault(category, len(self.categories))


class SoftTargets(NamedTuple):
    """The teachers' marginals for a sentence of n words, with splits in sparse form.

    Args:
        nodes: the probability of each span as a left and as a right child. Shape: `(spans, 2)`.
        indices: flat indices into `(n + 1, n + 1, n + 1)` of the splits of nonzero probability. Shape: `(k,)`.
        splits: the probabilities of these splits. Shape: `(k,)`.
    """

    nodes: npt.NDArray[np.float32]
    indices: npt.NDArray[np.int32]
    splits: npt.NDArray[np.float32]


class Example(NamedTuple):
    """A tree as a training example of n words.

    Args:
        words: the word ids. Shape: `(n,)`.
        affixes: the affix ids, `COUNT` per word. Shape: `(n, COUNT)`.
        tags: the tag ids, or `NO_LABEL`. Shape: `(n,)`.
        crossing: whether a span crosses a bracket of the tree. Shape: `(spans,)`.
        categories: the category id of each span. It is that of `NULL` if the span is compatible with the tree but no
            constituent, and `NO_LABEL` if it crosses a bracket or the tree is unlabelled. Shape: `(spans,)`.
        soft_targets: the teachers' marginals, if there are teachers (default: None).
    """

    words: IntArray
    affixes: IntArray
    tags: IntArray
    crossing: npt.NDArray[np.bool_]
    categories: IntArray
    soft_targets: SoftTargets | None = None


class SoftTargetBatch(NamedTuple):
    """The soft targets of the k sentences of a batch that have some.

    Args:
        rows: the indices of these sentences in the batch. Shape: `(k,)`.
        nodes: the marginals of nodes. Shape: `(k, spans, 2)`.
        splits: the marginals of splits. Shape: `(k, n + 1, n + 1, n + 1)`.
    """

    rows: Tensor
    nodes: Tensor
    splits: Tensor


class Batch(NamedTuple):
    """Examples of one length, stacked field by field."""

    words: Tensor
    affixes: Tensor
    tags: Tensor
    crossing: Tensor
    categories: Tensor
    soft_targets: SoftTargetBatch | None = None


def stack(examples: Sequence[Example]) -> Batch:
    """Collate examples of one length into a batch."""
    *arrays, targets = zip(*examples, strict=True)
    rows = [row for row, of_row in enumerate(targets) if of_row is not None]
    soft_targets = _stack_soft_targets(rows, [targets[row] for row in rows], len(examples[0].words)) if rows else None
    words, affixes, tags, crosses, categories = (torch.from_numpy(np.stack(array)) for array in arrays)
    return Batch(words, affixes, tags, crosses, categories, soft_targets)


def _stack_soft_targets(rows: Sequence[int], targets: Sequence[SoftTargets], length: int) -> SoftTargetBatch:
    splits = torch.zeros(len(targets), (length + 1) ** 3)
    for of_sentence, sparse in zip(splits, targets, strict=True):
        of_sentence[torch.from_numpy(sparse.indices)] = torch.from_numpy(sparse.splits)
    nodes = torch.from_numpy(np.stack([sparse.nodes for sparse in targets]))
    return SoftTargetBatch(torch.tensor(rows), nodes, splits.view(-1, length + 1, length + 1, length + 1))


def encode_words(vocabulary: Vocabulary, words: Sequence[str]) -> tuple[IntArray, IntArray]:
    """Return the ids of words, looked up in lower case, and of their affixes. Shape: `(n,)` and `(n, COUNT)`."""
    numbers: IntArray = vocabulary.encode([word.lower() for word in words]).numpy()
    return numbers, np.array([affixes(word) for word in words], dtype=np.int64).reshape(-1, COUNT)


def example(
    tree: Tree | NaryTree, vocabulary: Vocabulary, inventory: Inventory, soft_targets: SoftTargets | None = None
) -> Example:
    """Convert a tree to an example. An n-ary tree allows every binary tree that contains its brackets."""
    n = len(tree.words)
    crosses = crossing(n, inner_spans(tree))[starts_and_ends(n)]
    tags = [NO_LABEL if tag is None else inventory.tags[tag] for tag in tags_of(tree)]
    categories = np.full(span_count(n), NO_LABEL, dtype=np.int64)
    if labelled := categories_of(tree):
        categories[~crosses] = inventory.categories[NULL]
        for (start, end), category in labelled.items():
            categories[row(n, start, end)] = inventory.categories[category]
    numbers = *encode_words(vocabulary, tree.words), np.array(tags, dtype=np.int64)
    return Example(*numbers, crosses, categories, soft_targets)


def unlabelled_example(words: Sequence[str], vocabulary: Vocabulary, soft_targets: SoftTargets) -> Example:
    """Convert a sentence without a tree, which allows every binary tree, to an example."""
    numbers, spans = encode_words(vocabulary, words), span_count(len(words))
    tags, categories = (np.full(count, NO_LABEL, dtype=np.int64) for count in (len(words), spans))
    return Example(*numbers, tags, np.zeros(spans, dtype=np.bool_), categories, soft_targets)


def tags_of(tree: Tree | NaryTree) -> list[str | None]:
    """Return the tag of each word; None if untagged."""
    return [None if label is None else str(label) for label in tree.labels[: len(tree.words)]]


def categories_of(tree: Tree | NaryTree) -> dict[tuple[int, int], str]:
    """Return the category of each labelled span."""
    n, categories = len(tree.words), dict[tuple[int, int], str]()
    for span, label in zip(inner_spans(tree), tree.labels[n:], strict=True):
        if label is not None:
            categories[span] = f"{label}+{categories[span]}" if span in categories else str(label)
    return categories


def phrases(trees: Iterable[Tree | NaryTree], shortest: int) -> list[tuple[Tree, int]]:
    """Return the phrases of binary trees: the inner nodes below the root with `shortest` words or more.

    Returns:
        The tree and the node of each phrase.

    As separate sentences (`Tree.subtree`), they teach that the structure of a phrase is independent of its context.
    """
    nodes = ((tree, node) for tree in trees if isinstance(tree, Tree) for node in range(len(tree) - 1))
    return [(tree, node) for tree, node in nodes if tree.spans[node][1] - tree.spans[node][0] >= shortest]


def batches(examples: Sequence[Example], size: int, generator: np.random.Generator) -> Iterator[list[Example]]:
    """Yield all examples in random order, in batches of equal length."""
    shuffled = [examples[index] for index in generator.permutation(len(examples))]
    chunks = list(equal_lengths([each.words for each in shuffled], lambda length: size))
    for number in generator.permutation(len(chunks)):
        yield [shuffled[index] for index in chunks[number]]


def word_counts(sentences: Iterable[Sequence[str]]) -> Counter[str]:
    """Count the words of sentences, in lower case."""
    return Counter(word.lower() for words in sentences for word in words)
