"""Sentences of the form "X but Y" (Socher et al. 2013, section 6.3)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from treenn.analysis.histogram import Bin, PublishedShares, Slice, right_nodes
from treenn.evaluation.predictions import Predictions
from treenn.trees import Tree

PUBLISHED = PublishedShares(131, {"RNTN": 0.41, "MV-RNN": 0.37, "RNN": 0.36, "bigram naive Bayes": 0.27})
"""The paper's accuracies; quoted from memory."""

RULES = {
    "strict": (
        "(X (but Y)): the whole is a node whose left child is X and whose right child consists of the word but and Y; "
        "X may be any phrase, even a comma"
    ),
    "wide": (
        "X is the largest phrase that ends before the word but, or before punctuation that precedes it; Y is the "
        "largest phrase that starts after it; the whole is the phrase from the first word of X to the last of Y"
    ),
    "wide, X and Y differ": "the wide cases in which X and Y have different gold classes",
}
"""The definition of each bin of `by_contrast`."""


class Contrast(NamedTuple):
    """The nodes of X, of Y and of the whole of one "X but Y"."""

    x: int
    y: int
    whole: int


def by_contrast(trees: Sequence[Tree], predictions: Predictions) -> Slice:
    """Accuracy on sentences X but Y, correct if the classes of X, Y and the whole are.

    Returns:
        The slice, with bins named as in `RULES`. Their `right_side` counts the sentences in which the classes of all
        three are on the gold class's side of the scale, or in its middle. The paper does not state which of the two it
        counts.
    """
    right, labelled = right_nodes(predictions)
    middle = (predictions.n_classes - 1) / 2
    right_side = np.sign(predictions.classes - middle) == np.sign(predictions.labels - middle)
    starts = (predictions.roots - predictions.sizes + 1).tolist()
    cases = [(start, contrasts(tree)) for tree, start in zip(trees, starts, strict=True)]
    bins = []
    for name, definition in RULES.items():
        nodes = np.array([start + np.array(found[name]) for start, found in cases if name in found], int).reshape(-1, 3)
        nodes = nodes[labelled[nodes].all(axis=1)]
        correct, on_side = (int(mask[nodes].all(axis=1).sum()) for mask in (right, right_side))
        bins.append(Bin(correct, len(nodes), name, rule=definition, right_side=on_side))
    rule = (
        "sentences X but Y, correct if the predictions for X, Y and the whole all are; the word but in any case; of "
        "several in a sentence the one with the largest whole"
    )
    return Slice("sentences", rule, tuple(bins))


def contrasts(tree: Tree) -> dict[str, Contrast]:
    """The clauses "X but Y" of a tree by each of `RULES` that matches.

    >>> from treenn.trees import parse_trees
    >>> contrasts(parse_trees("(1 (3 good) (1 (2 but) (2 long)))", classes=5)[0])["strict"]
    Contrast(x=0, y=2, whole=4)
    """
    places = [place for place, word in enumerate(tree.words) if word.lower() == "but"]
    found = {}
    for name, cases in (("strict", _strict(tree, places)), ("wide", _wide(tree, places))):
        if cases:
            found[name] = max(cases, key=lambda case: tree.spans[case.whole][1] - tree.spans[case.whole][0])
    wide = found.get("wide")
    if wide and tree.labels[wide.x] != tree.labels[wide.y]:
        found["wide, X and Y differ"] = wide
    return found


def _strict(tree: Tree, places: Sequence[int]) -> list[Contrast]:
    found = []
    for place in places:
        pair = tree.parents[place]
        whole = tree.parents[pair] if pair >= 0 else -1
        if whole < 0:
            continue
        (but, y), (x, right) = tree.merges[pair - len(tree.words)], tree.merges[whole - len(tree.words)]
        if but == place and right == pair:
            found.append(Contrast(x, y, whole))
    return found


def _wide(tree: Tree, places: Sequence[int]) -> list[Contrast]:
    if not places:
        return []
    # Of the nodes that start at one word, as of those that end at one, each is within the next; the largest comes last.
    nodes = {span: node for node, span in enumerate(tree.spans)}
    from_start = {start: node for (start, _), node in nodes.items()}
    to_end = {end: node for (_, end), node in nodes.items()}
    found = []
    for place in places:
        end = place
        while end and not any(map(str.isalnum, tree.words[end - 1])):
            end -= 1
        x, y = to_end.get(end), from_start.get(place + 1)
        if x is None or y is None:
            continue
        whole = nodes.get((tree.spans[x][0], tree.spans[y][1]))
        if whole is not None:
            found.append(Contrast(x, y, whole))
    return found
