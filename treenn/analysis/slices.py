"""Where a model is right: accuracy by what the data alone says of a sentence or of a node."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from types import MappingProxyType
from typing import Any

from treenn.analysis.but_clauses import by_contrast
from treenn.analysis.histogram import named, numbered, right_nodes, right_sentences
from treenn.analysis.minimal_pairs import NEGATORS
from treenn.evaluation.predictions import Predictions
from treenn.trees import Tree

Slice = Callable[[Sequence[Tree], Predictions], dict[str, Any]]
"""From trees and what a model says of their nodes to `unit`, `rule` and `bins`."""

_LENGTHS, _STEPS = (1, 10, 20, 30, 40), (0, 5, 10, 15, 20)
_DOUBLING = (1, 2, 3, 5, 9, 17, 33)


def slices(
    trees: Sequence[Tree], predictions: Predictions, functions: Mapping[str, Slice] | None = None
) -> dict[str, dict[str, Any]]:
    """How often a model is right in each part of some data.

    Which part a sentence or node is in depends on the data alone, so that the numbers of any two models stand side by
    side. Right is the class that the treebank gives, out of all it has.

    Args:
        trees: what was predicted.
        predictions: by `treenn.evaluation.predictions.predict`, of the same trees in the same order.
        functions: the slices by name, `SLICES` where left out; add functions of your own to them.

    Returns:
        for each slice:

        - `unit`: what is counted, `"sentences"` or `"nodes"`;
        - `rule`: in words, what decides where one belongs;
        - `bins`: one dict a part. It has `right` and `total`, and either a `name` or `from` and `to`, both in it
          (`to` is `None` where the range has no end). Parts in which nothing is labelled are left out.

    >>> import numpy as np
    >>> from treenn.trees import parse_trees
    >>> trees = parse_trees("(1 (2 not) (3 good))", classes=5)
    >>> said = Predictions(np.array([2, 3, 1]), np.array([2, 3, 3]), np.ones(3) > 0, np.eye(3, 5), np.array([3]), 5)
    >>> slices(trees, said)["depth"]["bins"]
    [{'from': 0, 'to': 0, 'right': 0, 'total': 1}, {'from': 1, 'to': 1, 'right': 2, 'total': 2}]
    """
    return {name: function(trees, predictions) for name, function in (functions or SLICES).items()}


def by_length(trees: Sequence[Tree], predictions: Predictions) -> dict[str, Any]:
    """By the number of words."""
    bins = numbered([len(tree.words) for tree in trees], _LENGTHS, *right_sentences(predictions))
    return {"unit": "sentences", "rule": "words of the sentence", "bins": bins}


def by_height(trees: Sequence[Tree], predictions: Predictions) -> dict[str, Any]:
    """By the height of the tree."""
    bins = numbered([tree.heights[tree.root] for tree in trees], _STEPS, *right_sentences(predictions))
    return {"unit": "sentences", "rule": "edges from the root down to the farthest word", "bins": bins}


def by_span_length(trees: Sequence[Tree], predictions: Predictions) -> dict[str, Any]:
    """By the words below a node."""
    values = [end - start for tree in trees for start, end in tree.spans]
    return {
        "unit": "nodes",
        "rule": "words below the node",
        "bins": numbered(values, _DOUBLING, *right_nodes(predictions)),
    }


def by_depth(trees: Sequence[Tree], predictions: Predictions) -> dict[str, Any]:
    """By how far below the root a node is."""
    bins = numbered(list(chain.from_iterable(map(depths, trees))), (0, *_DOUBLING), *right_nodes(predictions))
    return {"unit": "nodes", "rule": "edges between the node and the root", "bins": bins}


def by_negation(trees: Sequence[Tree], predictions: Predictions) -> dict[str, Any]:
    """By whether a word negates."""
    with_negator = [any(word.lower() in NEGATORS for word in tree.words) for tree in trees]
    names = ["negated" if found else "not negated" for found in with_negator]
    return {
        "unit": "sentences",
        "rule": f"negated: one of the words, in any case, is {', '.join(sorted(NEGATORS))}",
        "bins": named(names, ("negated", "not negated"), *right_sentences(predictions)),
    }


def by_unknown_words(train: Sequence[Tree]) -> Slice:
    """The slice by how many words of a sentence are in none of some training trees."""
    known = {word for tree in train for word in tree.words}

    def by_unknown(trees: Sequence[Tree], predictions: Predictions) -> dict[str, Any]:
        values = [sum(word not in known for word in tree.words) for tree in trees]
        return {
            "unit": "sentences",
            "rule": "words of the sentence that are nowhere in the training trees",
            "bins": numbered(values, (0, 1, 2, 3), *right_sentences(predictions)),
        }

    return by_unknown


def depths(tree: Tree) -> list[int]:
    """For each node the number of edges between it and the root.

    >>> depths(Tree(("not", "very", "good"), ((1, 2), (0, 3))))
    [1, 2, 2, 1, 0]
    """
    found, n = [0] * len(tree), len(tree.words)
    for node in range(tree.root, n - 1, -1):
        for child in tree.merges[node - n]:
            found[child] = found[node] + 1
    return found


SLICES: Mapping[str, Slice] = MappingProxyType(
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
