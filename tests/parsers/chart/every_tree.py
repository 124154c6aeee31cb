"""An oracle for the chart: enumeration of all binary trees of a short sentence."""

from __future__ import annotations

from functools import cache

import torch
from torch import Tensor

from treenn.parsers.chart.cky import BestTrees, Node, Scores
from treenn.parsers.chart.spans import row

Splits = frozenset[tuple[int, int, int]]
"""A tree as the start, split and end of each of its nodes of two words or more."""


@cache
def all_trees(start: int, end: int) -> tuple[Splits, ...]:
    """Every binary tree over some words, by recursion over the splits of its root."""
    if end - start == 1:
        return (frozenset(),)
    return tuple(
        left | right | {(start, split, end)}
        for split in range(start + 1, end)
        for left in all_trees(start, split)
        for right in all_trees(split, end)
    )


def children(tree: Splits) -> list[tuple[int, int, int]]:
    """All nodes but the root: start, end, and 0 for a left child, 1 for a right one."""
    return [child for start, split, end in sorted(tree) for child in ((start, split, 0), (split, end, 1))]


def totals(scores: Scores, sentence: int = 0) -> Tensor:
    """The score of each of `all_trees`."""
    n, zero = scores.length, scores.nodes.new_zeros(())
    return torch.stack(
        [
            sum((scores.nodes[sentence, row(n, start, end), side] for start, end, side in children(tree)), zero)
            + sum((scores.splits[(sentence, *place)] for place in sorted(tree)), zero)
            for tree in all_trees(0, n)
        ]
    )


def splits_found(found: BestTrees, length: int, rank: int = 0) -> Splits:
    """A tree in the representation of `all_trees`."""
    splits, todo = set(), [Node(0, length, rank)]
    while todo:
        node = todo.pop()
        if node.width > 1:
            left, right = found.children(node)
            splits.add((node.start, right.start, node.start + node.width))
            todo += left, right
    return frozenset(splits)


def random_scores(length: int, batch: int = 1) -> Scores:
    generator = torch.Generator().manual_seed(length)
    shapes = (batch, length * (length + 1) // 2, 2), (batch, *[length + 1] * 3)
    return Scores(*(torch.randn(shape, dtype=torch.float64, generator=generator) for shape in shapes))
