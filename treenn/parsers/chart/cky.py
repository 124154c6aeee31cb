"""Exact search over all binary trees of a sentence: a loop over widths, and no other.

All spans of one width, in all sentences of a batch, are one step. A tree's score is a sum: each node but the root has
a score, one as a left child and another as a right child (the root is in every tree), and each split of a node into
two parts has one. The dynamic programs are CKY's without a grammar; sums instead of maxima make the inside algorithm,
and its derivative the outside algorithm (Eisner, *Inside-Outside and Forward-Backward Algorithms Are Just Backprop*,
2016), written out here because that is several times faster than a graph of small operations.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from treenn.parsers.chart.spans import rows_of_width, span_count

LEFT, RIGHT = 0, 1
"""The columns of the nodes' scores: what a span is worth as a left child, and as a right child."""


class Scores(NamedTuple):
    """What decides between the trees of some sentences of one length.

    Args:
        nodes: of each span as a left and as a right child, a row a span in the order of `treenn.parsers.chart.spans`.
            Shape: `(B, spans, 2)`.
        splits: of the split of each span, by the places where it starts, splits and ends; what is no split is not
            looked at. Shape: `(B, n + 1, n + 1, n + 1)`.
    """

    nodes: Tensor
    splits: Tensor

    @property
    def length(self) -> int:
        """How many words the sentences have."""
        return self.splits.shape[1] - 1


def splits_of_width(splits: Tensor, width: int) -> Tensor:
    """A view of the splits of all spans of one width. Shape: `(B, starts, width - 1)`."""
    batch, n = len(splits), splits.shape[1] - 1
    sentence, start, split, end = splits.stride()
    return splits.as_strided(
        (batch, n - width + 1, width - 1),
        (sentence, start + split + end, split),
        splits.storage_offset() + split + width * end,
    )


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

    def parts(self, width: int) -> tuple[Tensor, Tensor]:
        """The two parts of the spans of one width, a split a row. Shape: both `(B, starts, width - 1, ranks)`."""
        n = self.length
        return self.left[:, : n - width + 1, 1:width], self.right[:, width - 1 :, n - width + 1 : n]

    def put(self, nodes: Tensor, width: int, below: Tensor) -> None:
        """Enter the spans of one width: their scores, and what the best or all trees below them are worth.

        The whole sentence is nobody's child, and is not entered.
        """
        if width == self.length:
            return
        left, right = self.at(width)
        here = nodes[:, rows_of_width(self.length, width)]
        torch.add(below, here[..., LEFT, None], out=left)
        torch.add(below, here[..., RIGHT, None], out=right)


class Posterior(NamedTuple):
    """Sums over all trees.

    Args:
        log_partition: the logarithm of the sum of exp(score) over all trees. Shape: `(B,)`.
        nodes: the probability that a span is in the tree, as a left and as a right child. Shape: as the scores.
        splits: the probability that a span is in the tree and so split. Shape: as the scores.
    """

    log_partition: Tensor
    nodes: Tensor
    splits: Tensor


def inside_outside(scores: Scores) -> Posterior:
    """The log partition function, and its derivatives: the probabilities of nodes and splits."""
    chart, sums = _inside(scores)

    def shares(width: int) -> Tensor:
        return (_totals(chart, scores, width) - sums[width].unsqueeze(2)).exp_().squeeze(-1)

    return Posterior(sums[scores.length].flatten(), *hand_down(shares, scores.splits))


def hand_down(shares: Callable[[int], Tensor], like: Tensor) -> tuple[Tensor, Tensor]:
    """The probabilities of nodes and splits, from the sentence down to its words: a span's goes to its splits.

    Args:
        shares: for a width, how much of its spans' probability each split gets. Shape: `(B, starts, width - 1)`.
        like: as the splits are to be. Shape: `(B, n + 1, n + 1, n + 1)`.

    Shape: of the nodes `(B, spans, 2)`, of the splits as `like`.
    """
    batch, n = len(like), like.shape[1] - 1
    nodes, splits, outside = like.new_zeros(batch, span_count(n), 2), torch.zeros_like(like), Chart(n, batch, like)
    here = like.new_ones(batch, 1, 1)
    for width in range(n, 0, -1):
        if width < n:
            left, right = outside.at(width)
            here = left + right
            nodes[:, rows_of_width(n, width)] = torch.cat([left, right], dim=-1)
        if width > 1:
            chance = shares(width).mul_(here)
            splits_of_width(splits, width).copy_(chance)
            for above in outside.parts(width):
                above.add_(chance.unsqueeze(-1))
    return nodes, splits


def _inside(scores: Scores) -> tuple[Chart, list[Tensor]]:
    """The inside algorithm's chart, and for each width log Σ exp over the trees below. Shape: `(B, starts, 1)`."""
    batch, n = len(scores.nodes), scores.length
    chart = Chart(n, batch, scores.nodes)
    words = scores.nodes.new_zeros(batch, n, 1)
    sums = [words, words]
    chart.put(scores.nodes, 1, words)
    for width in range(2, n + 1):
        sums.append(torch.logsumexp(_totals(chart, scores, width), dim=2))
        chart.put(scores.nodes, width, sums[width])
    return chart, sums


def _totals(chart: Chart, scores: Scores, width: int) -> Tensor:
    """What each split of the spans of one width is worth with all below. Shape: `(B, starts, width - 1, 1)`."""
    left, right = chart.parts(width)
    return (left + right).add_(splits_of_width(scores.splits, width).unsqueeze(-1))


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


def best_trees(scores: Scores, count: int = 1) -> list[Found]:
    """The `count` best trees of each sentence, fewer where there are fewer; of equal ones the first split wins."""
    batch, n = len(scores.nodes), scores.length
    chart = Chart(n, batch, scores.nodes, ranks=count)
    below = scores.nodes.new_full((batch, n, count), -torch.inf)
    below[..., 0] = 0  # a word has one tree
    chart.put(scores.nodes, 1, below)
    choices: list[Tensor] = []
    for width in range(2, n + 1):
        left, right = chart.parts(width)
        totals = left.unsqueeze(-1) + right.unsqueeze(-2) + splits_of_width(scores.splits, width)[..., None, None]
        below, choice = _top(totals.flatten(2), count)
        choices.append(choice)
        chart.put(scores.nodes, width, below)
    roots, tables = below[:, 0].tolist(), [choice.tolist() for choice in choices]
    return [
        Found([score for score in roots[i] if score > -torch.inf], [[], [], *(table[i] for table in tables)], count)
        for i in range(batch)
    ]


def _top(totals: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """The largest of each row and where they stand; equal ones in their order. Shape: both `(B, starts, count)`."""
    if count == 1:
        values, places = totals.max(dim=2, keepdim=True)
        return values, places
    values, places = totals.sort(dim=2, descending=True, stable=True)
    return values[..., :count], places[..., :count].clone()  # not a view, which would keep all places in memory
