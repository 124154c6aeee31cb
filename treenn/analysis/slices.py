"""Slices: accuracy by properties of sentences and nodes, such as length, depth and negation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from types import MappingProxyType

from treenn.analysis.but_clauses import by_contrast
from treenn.analysis.histogram import Slice, named, numbered, right_nodes, right_sentences, sentences_of_nodes
from treenn.analysis.minimal_pairs import NEGATORS
from treenn.evaluation.predictions import Predictions
from treenn.trees import Tree

SliceFunction = Callable[[Sequence[Tree], Predictions], Slice]
"""Computes a slice from trees and the predictions for their nodes."""

_HEIGHT = "edges from the root to the farthest word"
_DOUBLING = (1, 2, 3, 5, 9, 17, 33)


def slices(
    trees: Sequence[Tree], predictions: Predictions, functions: Mapping[str, SliceFunction] | None = None
) -> dict[str, Slice]:
    """Accuracy in each bin of each slice.

    Bins depend on the data only, so that models can be compared bin by bin.

    Args:
        trees: the trees.
        predictions: the predictions of `treenn.evaluation.predictions.predict` for these trees, in their order.
        functions: the slices by name (default: `SLICES`); user-defined functions can be added.

    Returns:
        The slices by name.

    >>> import numpy as np
    >>> from treenn.trees import parse_trees
    >>> trees = parse_trees("(1 (2 not) (3 good))", classes=5)
    >>> classes, labels = np.array([2, 3, 1]), np.array([2, 3, 3])
    >>> predictions = Predictions(classes, labels, np.ones(3) > 0, np.eye(3, 5), np.array([3]), 5)
    >>> [(bin.label, bin.right, bin.total) for bin in slices(trees, predictions)["depth"].bins]
    [('0', 0, 1), ('1', 2, 2)]
    """
    return {name: function(trees, predictions) for name, function in (functions or SLICES).items()}


def by_number(rule: str, starts: Sequence[int], number: Callable[[Tree], int]) -> SliceFunction:
    """Returns the slice of sentences by ranges of a number.

    Args:
        rule: the number, in words.
        starts: the lower end of each range, ascending.
        number: computes it from a tree.
    """

    def by_range(trees: Sequence[Tree], predictions: Predictions) -> Slice:
        numbers = [number(tree) for tree in trees]
        return Slice("sentences", rule, numbered(numbers, starts, *right_sentences(predictions)))

    return by_range


def by_span_length(trees: Sequence[Tree], predictions: Predictions) -> Slice:
    """By the number of words below the node."""
    values = [end - start for tree in trees for start, end in tree.spans]
    bins = numbered(values, _DOUBLING, *right_nodes(predictions), sentences_of_nodes(predictions))
    return Slice("nodes", "words below the node", bins)


def by_depth(trees: Sequence[Tree], predictions: Predictions) -> Slice:
    """By the depth of the node."""
    values = list(chain.from_iterable(map(depths, trees)))
    bins = numbered(values, (0, *_DOUBLING), *right_nodes(predictions), sentences_of_nodes(predictions))
    return Slice("nodes", "edges between the node and the root", bins)


def by_negation(trees: Sequence[Tree], predictions: Predictions) -> Slice:
    """By the presence of a negator."""
    with_negator = [any(word.lower() in NEGATORS for word in tree.words) for tree in trees]
    names = ["negated" if found else "not negated" for found in with_negator]
    rule = f"negated: contains, in any case, one of {', '.join(sorted(NEGATORS))}"
    return Slice("sentences", rule, named(names, ("negated", "not negated"), *right_sentences(predictions)))


by_length = by_number("words of the sentence", (1, 10, 20, 30, 40), lambda tree: len(tree.words))
"""By the number of words."""

by_height = by_number(_HEIGHT, (0, 5, 10, 15, 20), lambda tree: tree.heights[tree.root])
"""By the height of the tree."""


def by_unknown_words(train: Sequence[Tree]) -> SliceFunction:
    """The slice by the number of a sentence's words that the training trees lack."""
    known = {word for tree in train for word in tree.words}

    def unknown(tree: Tree) -> int:
        return sum(word not in known for word in tree.words)

    return by_number("words of the sentence that the training trees lack", (0, 1, 2, 3), unknown)


def depths(tree: Tree) -> list[int]:
    """The number of edges between each node and the root.

    >>> depths(Tree(("not", "very", "good"), ((1, 2), (0, 3))))
    [1, 2, 2, 1, 0]
    """
    found, n = [0] * len(tree), len(tree.words)
    for node in range(tree.root, n - 1, -1):
        for child in tree.merges[node - n]:
            found[child] = found[node] + 1
    return found


SLICES: Mapping[str, SliceFunction] = MappingProxyType(
    {
        "length": by_length,
        "height": by_height,
        "span_length": by_span_length,
        "depth": by_depth,
        "negation": by_negation,
        "but": by_contrast,
    }
)
"""The slices of sentences in English; those of ListOps are `treenn.analysis.operators.LISTOPS`."""
