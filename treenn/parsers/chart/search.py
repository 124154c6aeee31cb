"""Exact search over all binary trees of a sentence: a loop over widths, and no other.

All spans of one width, in all sentences of a batch, are one step.

A tree's score is the sum of the scores of its nodes, the root's left out (every tree has it); a span is scored apart
as a left child and as a right child. The dynamic programs are CKY's without a grammar; sums instead of maxima make the
inside algorithm, and its derivative the outside algorithm (Eisner, *Inside-Outside and Forward-Backward Algorithms Are
Just Backprop*, 2016), written out here because that is several times faster than a graph of small operations.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from treenn.parsers.chart.spans import rows_of_width

LEFT, RIGHT = 0, 1
"""The columns of the scores: what a span is worth as a left child, and as a right child."""


class Chart:
    """A number for each span as a left and as a right child, laid out so that the pairs of children line up.

    Left children are kept by start and width, right children by end and width from the widest down: the left parts of
    the splits of a span then lie in one slice, its right parts in another of the same shape.

    Args:
        length: the words of each sentence.
        batch: how many sentences.
        like: gives the type.
        ranks: how many numbers a span has.

    Shape: of `left` and `right` `(batch, length, length, ranks)`.
    """

    def __init__(self, length: int, batch: int, like: Tensor, ranks: int = 1) -> None:
        self.length = length
        self.left = like.new_zeros(batch, length, length, ranks)
        self.right = like.new_zeros(batch, length, length, ranks)

    def at(self, width: int) -> tuple[Tensor, Tensor]:
        """The spans of one width, below the sentence's, as left and as right children; to be written to.

        Shape: both `(B, starts, ranks)`.
        """
        starts = self.length - width + 1
        return self.left[:, :starts, width], self.right[:, width - 1 :, self.length - width]

    def splits(self, width: int) -> tuple[Tensor, Tensor]:
        """The parts of the spans of one width, a split a row. Shape: both `(B, starts, width - 1, ranks)`, as above."""
        n = self.length
        return self.left[:, : n - width + 1, 1:width], self.right[:, width - 1 :, n - width + 1 : n]

    def put(self, scores: Tensor, width: int, below: Tensor) -> None:
        """Enter the spans of one width: their scores, and what the best or all trees below them are worth.

        The whole sentence is nobody's child, and is not entered.
        """
        if width == self.length:
            return
        left, right = self.at(width)
        here = scores[:, rows_of_width(self.length, width)]
        torch.add(below, here[..., LEFT, None], out=left)
        torch.add(below, here[..., RIGHT, None], out=right)


class Posterior(NamedTuple):
    """Sums over all trees.

    Args:
        log_partition: the logarithm of the sum of exp(score) over all trees. Shape: `(B,)`.
        marginals: the probability that a span is in the tree, as a left and as a right child. Shape: as the scores.
    """

    log_partition: Tensor
    marginals: Tensor


def inside_outside(scores: Tensor, length: int) -> Posterior:
    """The log partition function, and its derivative: the marginals.

    Shape: of `scores` `(B, spans, 2)`, a row a span in the order of `treenn.parsers.chart.spans`.
    """
    marginals = torch.zeros_like(scores)
    if length == 1:
        return Posterior(scores.new_zeros(len(scores)), marginals)
    chart, sums = _inside(scores, length)
    outside = Chart(length, len(scores), scores)
    node = scores.new_ones(len(scores), 1, 1)
    for width in range(length, 0, -1):
        if width < length:
            left, right = outside.at(width)
            node = left + right
            marginals[:, rows_of_width(length, width)] = torch.cat([left, right], dim=-1)
        if width > 1:
            above, below = outside.splits(width), chart.splits(width)
            share = (below[0] + below[1] - sums[width].unsqueeze(2)).exp_().mul_(node.unsqueeze(2))
            above[0].add_(share)
            above[1].add_(share)
    return Posterior(sums[length].flatten(), marginals)


def _inside(scores: Tensor, length: int) -> tuple[Chart, list[Tensor]]:
    """The inside algorithm's chart, and for each width log Σ exp over the trees below. Shape: `(B, starts, 1)`."""
    chart = Chart(length, len(scores), scores)
    words = scores.new_zeros(len(scores), length, 1)
    sums = [words, words]
    chart.put(scores, 1, words)
    for width in range(2, length + 1):
        left, right = chart.splits(width)
        sums.append(torch.logsumexp(left + right, dim=2))
        chart.put(scores, width, sums[width])
    return chart, sums


class Node(NamedTuple):
    """A node of a tree that was found: its span, and which of the span's trees it tops, 0 the best."""

    start: int
    width: int
    rank: int = 0


class Found(NamedTuple):
    """The best trees of a sentence.

    Args:
        scores: of each tree, the best first.
        choices: for each width, start and rank: which split, and which trees of its two parts, as one number.
        kept: how many trees were kept for each span.
    """

    scores: list[float]
    choices: list[list[list[int]]]
    kept: int

    def children(self, node: Node) -> tuple[Node, Node]:
        """The two nodes under a node of two words or more."""
        split, ranks = divmod(self.choices[node.width][node.start][node.rank], self.kept**2)
        left, right = divmod(ranks, self.kept)
        return Node(node.start, split + 1, left), Node(node.start + split + 1, node.width - split - 1, right)


def best_trees(scores: Tensor, length: int, count: int = 1) -> list[Found]:
    """The `count` best trees of each sentence, fewer where there are fewer; of equal ones the first split wins.

    Shape: of `scores` `(B, spans, 2)`.
    """
    chart = Chart(length, len(scores), scores, ranks=count)
    below = scores.new_full((len(scores), length, count), -torch.inf)
    below[..., 0] = 0  # a word has one tree
    chart.put(scores, 1, below)
    choices: list[Tensor] = []
    for width in range(2, length + 1):
        left, right = chart.splits(width)
        below, choice = _top((left.unsqueeze(-1) + right.unsqueeze(-2)).flatten(2), count)
        choices.append(choice)
        chart.put(scores, width, below)
    roots, tables = below[:, 0].tolist(), [choice.tolist() for choice in choices]
    return [
        Found([score for score in roots[i] if score > -torch.inf], [[], [], *(table[i] for table in tables)], count)
        for i in range(len(scores))
    ]


def _top(totals: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """The largest of each row and where they stand; equal ones in their order. Shape: both `(B, starts, count)`."""
    if count == 1:
        values, places = totals.max(dim=2, keepdim=True)
        return values, places
    values, places = totals.sort(dim=2, descending=True, stable=True)
    return values[..., :count], places[..., :count]
