"""An oracle for the chart: every binary tree of a short sentence, one by one."""

from __future__ import annotations

from functools import cache

import torch
from torch import Tensor

from treenn.parsers.chart.search import Found, Node
from treenn.parsers.chart.spans import row

Children = frozenset[tuple[int, int, int]]
"""A tree as its nodes but the root: start, end, and 0 for a left child, 1 for a right one."""


@cache
def all_trees(start: int, end: int) -> tuple[Children, ...]:
    """Every binary tree over some words, by recursion over the splits of its root."""
    if end - start == 1:
        return (frozenset(),)
    return tuple(
        left | right | {(start, split, 0), (split, end, 1)}
        for split in range(start + 1, end)
        for left in all_trees(start, split)
        for right in all_trees(split, end)
    )


def totals(scores: Tensor, length: int) -> Tensor:
    """The score of each of `all_trees`, for one sentence."""
    rows = [[(row(length, start, end), side) for start, end, side in tree] for tree in all_trees(0, length)]
    return torch.stack([sum((scores[place] for place in places), scores.new_zeros(())) for places in rows])


def children_of(found: Found, length: int, rank: int = 0) -> Children:
    """What `all_trees` calls a tree that search found."""
    children, todo = set(), [Node(0, length, rank)]
    while todo:
        node = todo.pop()
        for side, child in enumerate(found.children(node) if node.width > 1 else ()):
            children.add((child.start, child.start + child.width, side))
            todo.append(child)
    return frozenset(children)


def random_scores(length: int, batch: int = 1) -> Tensor:
    generator = torch.Generator().manual_seed(length)
    return torch.randn(batch, length * (length + 1) // 2, 2, dtype=torch.float64, generator=generator)
