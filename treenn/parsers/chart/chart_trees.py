"""Trees from the results of chart search: their nodes in postorder, and the labels of nodes and words."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import torch

from treenn.parsers.chart.cky import BestTrees, Node
from treenn.parsers.chart.examples import NULL
from treenn.parsers.chart.span_scorer import Encoded, SpanNetwork
from treenn.parsers.chart.spans import first_row
from treenn.trees import Tree

FACTORED = "@"
"""The label of nodes that binarization adds; `treenn.trees.unbinarize` removes them."""


def tree_of_splits(words: Sequence[str], splits: Sequence[int]) -> Tree:
    """The tree of `minimum_risk_splits` with the node order of `tree_of_best`.

    In postorder, the root of a subtree of w words follows its right child, whose subtree has one inner node less than
    words. So the number of each inner child is known from that of its parent.
    """
    n = len(words)
    merges, first = [(0, 0)] * (n - 1), _first_choices(n)
    todo = [(0, n, 2 * n - 2)] if n > 1 else []  # start, width, node
    while todo:
        start, width, node = todo.pop()
        left_width = splits[first[width] + start] + 1
        left, right, right_width = start, start + left_width, width - left_width
        if left_width > 1:
            left = node - right_width
            todo.append((start, left_width, left))
        if right_width > 1:
            todo.append((right, right_width, node - 1))
            right = node - 1
        merges[node - n] = left, right
    return Tree._trusted(tuple(words), tuple(merges), (None,) * (2 * n - 1))


@lru_cache(maxsize=256)
def _first_choices(length: int) -> list[int]:
    """Return the index of the first choice of each width; words have none."""
    return [first_row(length, width) - length for width in range(length + 1)]


def tree_of_best(words: Sequence[str], best: BestTrees, rank: int = 0) -> Tree:
    """The tree of backpointers, with inner nodes in postorder."""
    n = len(words)
    preorder, todo = list[Node](), [Node(0, n, rank)] if n > 1 else []
    below: list[tuple[Node, Node]] = []
    while todo:  # from right to left, so that the reverse is postorder
        preorder.append(todo.pop())
        below.append(best.children(preorder[-1]))
        todo += [child for child in below[-1] if child.width > 1]
    numbers = {(node.start, node.width): 2 * n - 2 - index for index, node in enumerate(preorder)}
    merges = tuple(
        (numbers.get(left[:2], left.start), numbers.get(right[:2], right.start)) for left, right in reversed(below)
    )
    return Tree._trusted(tuple(words), merges, (None,) * (2 * n - 1))


def labelled(trees: Sequence[Tree], encoded: Encoded, network: SpanNetwork) -> list[Tree]:
    """Add the most probable category to each node, and the most probable tag to each word, of trees of one length.

    Two-stage labelling is as accurate as joint bracketing and labelling (Zhang, Zhou and Li, 2020). The labels follow
    `treenn.trees.binarize`, so that `unbinarize` restores the treebank's form: labels of unary chains are joined by
    `+`, and a word's tag is the last of them.
    """
    inventory, spans = network.inventory, torch.tensor([tree.spans for tree in trees])
    scores = network.category(network.some_spans(encoded.fenceposts, spans[..., 0], spans[..., 1]))
    scores[:, -1, inventory.categories[NULL]] = -torch.inf  # the whole sentence is a constituent
    tags = network.tag(encoded.words).argmax(dim=-1).tolist() if inventory.tags else [None] * len(trees)
    best = scores.argmax(dim=-1).tolist()
    names, tag_names = list(inventory.categories), list(inventory.tags)
    return [
        tree.with_labels(_labels([names[index] for index in categories], tagged and [tag_names[t] for t in tagged]))
        for tree, categories, tagged in zip(trees, best, tags, strict=True)
    ]


def _labels(categories: list[str], tags: list[str] | None) -> list[str | None]:
    n = (len(categories) + 1) // 2
    words = categories[:n] if tags is None else [f"{c}+{t}" if c else t for c, t in zip(categories, tags, strict=False)]
    return [*(word or None for word in words), *(category or FACTORED for category in categories[n:])]
