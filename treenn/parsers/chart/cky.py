"""Exact search over all binary trees of a sentence, batched, with one loop over span widths.

All spans of one width, in all sentences of a batch, are one step. The score of a tree is a sum over its nodes and
splits: each node but the root has a score as a left or as a right child (the root is in every tree), and each split of
a node into two children has one. The dynamic programs are CKY's without a grammar. Sums instead of maxima give the
inside algorithm, and its derivative the outside algorithm (Eisner, *Inside-Outside and Forward-Backward Algorithms Are
Just Backprop*, 2016), written out here because that is several times faster than autograd over a graph of small
operations.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from treenn.parsers.chart.spans import row, rows_of_width, span_count

LEFT, RIGHT = 0, 1
"""The columns of the node scores: a span's score as a left child, and as a right child."""


class Scores(NamedTuple):
    """The scores of nodes and splits for sentences of one length.

    Args:
        nodes: the scores of each span as a left and as a right child, one row per span in the order of
            `treenn.parsers.chart.spans`. Shape: `(B, spans, 2)`.
        splits: the score of each split, indexed by start, split point and end; entries that are no split are ignored.
            Shape: `(B, n + 1, n + 1, n + 1)`.
    """

    nodes: Tensor
    splits: Tensor

    @property
    def length(self) -> int:
        """The number of words of each sentence, n."""
        return self.splits.shape[1] - 1


def splits_of_width(splits: Tensor, width: int) -> Tensor:
    """Return a view of the splits of all spans of one width. Shape: `(B, starts, width - 1)`."""
    batch, n = len(splits), splits.shape[1] - 1
    sentence, start, split, end = splits.stride()
    shape, strides = (batch, n - width + 1, width - 1), (sentence, start + split + end, split)
    return splits.as_strided(shape, strides, splits.storage_offset() + split + width * end)


class Chart:
    """A value per span as a left and as a right child, laid out so that the pairs of children of a span are aligned.

    Left children are stored by start and width, right children by end and decreasing width. The left children of all
    splits of a span are therefore one slice, and its right children another of the same shape.

    Args:
        length: the number of words of each sentence.
        batch: the number of sentences.
        like: a tensor of the chart's dtype and device.
        ranks: the number of values per span (default: 1).

    Shape:
        `left` and `right`: `(batch, length, length, ranks)`.
    """

    def __init__(self, length: int, batch: int, like: Tensor, ranks: int = 1) -> None:
        self.length = length
        self.left = like.new_zeros(batch, length, length, ranks)
        self.right = like.new_zeros(batch, length, length, ranks)

    def at(self, width: int) -> tuple[Tensor, Tensor]:
        """Return writable views of all spans of one width, as left and as right children.

        The width must be below the sentence's length.

        Shape:
            Both `(B, starts, ranks)`.
        """
        starts = self.length - width + 1
        return self.left[:, :starts, width], self.right[:, width - 1 :, self.length - width]

    def parts(self, width: int) -> tuple[Tensor, Tensor]:
        """Return views of both children of the spans of a width, with one row per split.

        Shape:
            Both `(B, starts, width - 1, ranks)`.
        """
        n = self.length
        return self.left[:, : n - width + 1, 1:width], self.right[:, width - 1 :, n - width + 1 : n]

    def put(self, nodes: Tensor, width: int, below: Tensor) -> None:
        """Store the spans of one width: the node scores plus `below`, the score of the best or of all subtrees.

        The span of the whole sentence is not stored, since it is no child.
        """
        if width == self.length:
            return
        left, right = self.at(width)
        here = nodes[:, rows_of_width(self.length, width)]
        torch.add(below, here[..., LEFT, None], out=left)
        torch.add(below, here[..., RIGHT, None], out=right)


class Posterior(NamedTuple):
    """The log partition function and the marginals of nodes and splits.

    Args:
        log_partition: the log of the sum of exp(score) over all trees. Shape: `(B,)`.
        nodes: the marginal probability of each span as a left and as a right child. Shape: as `Scores.nodes`.
        splits: the marginal probability of each split. Shape: as `Scores.splits`.
    """

    log_partition: Tensor
    nodes: Tensor
    splits: Tensor


def inside_outside(scores: Scores) -> Posterior:
    """Compute the log partition function by the inside algorithm and the marginals by the outside algorithm."""
    chart, sums = _inside(scores)

    def shares(width: int) -> Tensor:
        return (_totals(chart, scores, width) - sums[width].unsqueeze(2)).exp_().squeeze(-1)

    return Posterior(sums[scores.length].flatten(), *outside(shares, scores.splits))


def log_partition(scores: Scores) -> Tensor:
    """The log of the sum of exp(score) over all trees, without the marginals; not differentiable. Shape: `(B,)`."""
    return _inside(scores)[1][scores.length].flatten()


def outside(shares: Callable[[int], Tensor], like: Tensor) -> tuple[Tensor, Tensor]:
    """Run the outside algorithm: distribute probability top-down, from each span to its splits.

    Args:
        shares: maps a width to the conditional probability of each split given its span. Shape: `(B, starts, width -
            1)`.
        like: a tensor of the splits' shape, dtype and device. Shape: `(B, n + 1, n + 1, n + 1)`.

    Returns:
        The marginals of nodes, `(B, spans, 2)`, and of splits, of the shape of `like`.
    """
    batch, n = len(like), like.shape[1] - 1
    nodes, splits, chart = like.new_zeros(batch, span_count(n), 2), torch.zeros_like(like), Chart(n, batch, like)
    here = like.new_ones(batch, 1, 1)
    for width in range(n, 0, -1):
        if width < n:
            left, right = chart.at(width)  # (B, starts, 1)
            here = left + right
            nodes[:, rows_of_width(n, width)] = torch.cat([left, right], dim=-1)
        if width > 1:
            joint = shares(width).mul_(here)  # (B, starts, width - 1)
            splits_of_width(splits, width).copy_(joint)
            for child in chart.parts(width):
                child.add_(joint.unsqueeze(-1))
    return nodes, splits


def _inside(scores: Scores) -> tuple[Chart, list[Tensor]]:
    """Compute the inside chart, and for each width the log of the sum of exp(score) over all subtrees.

    Shape:
        The result for a width: `(B, starts, 1)`.
    """
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
    """Compute the score of each split of a width's spans plus both subtrees. Shape: `(B, starts, width - 1, 1)`."""
    left, right = chart.parts(width)
    return (left + right).add_(splits_of_width(scores.splits, width).unsqueeze(-1))


class Node(NamedTuple):
    """A node of a k-best tree.

    Args:
        start: the first word of its span.
        width: the number of words.
        rank: the rank of its subtree among those of the span, 0 for the best (default: 0).
    """

    start: int
    width: int
    rank: int = 0


class BestTrees(NamedTuple):
    """The best trees of a sentence, as backpointers.

    Args:
        scores: the score of each tree, in descending order.
        choices: the split and the ranks of both children, encoded as one number, by width from 2 on, start and rank.
            One flat list, since Python's garbage collector visits nested ones.
        length: the number of words.
        ranks: the number of trees kept per span.
    """

    scores: list[float]
    choices: list[int]
    length: int
    ranks: int

    def children(self, node: Node) -> tuple[Node, Node]:
        """Return the two children of a node of two words or more."""
        span = row(self.length, node.start, node.start + node.width) - self.length  # words have no choice
        split, ranks = divmod(self.choices[span * self.ranks + node.rank], self.ranks**2)
        left, right = divmod(ranks, self.ranks)
        return Node(node.start, split + 1, left), Node(node.start + split + 1, node.width - split - 1, right)


def best_trees(scores: Scores, count: int = 1) -> list[BestTrees]:
    """Find the `count` best trees of each sentence (default: 1), or all if fewer; the first split wins ties."""
    batch, n = len(scores.nodes), scores.length
    chart = Chart(n, batch, scores.nodes, ranks=count)
    below = scores.nodes.new_full((batch, n, count), -torch.inf)
    below[..., 0] = 0  # a word has a single tree
    chart.put(scores.nodes, 1, below)
    choices: list[Tensor] = []
    for width in range(2, n + 1):
        left, right = chart.parts(width)
        totals = left.unsqueeze(-1) + right.unsqueeze(-2) + splits_of_width(scores.splits, width)[..., None, None]
        below, choice = _topk(totals.flatten(2), count)
        choices.append(choice)
        chart.put(scores.nodes, width, below)
    roots = below[:, 0].tolist()
    tables = torch.cat([choice.flatten(1) for choice in choices], dim=1).tolist() if choices else [[]] * batch
    return [
        BestTrees([score for score in of_root if score > -torch.inf], table, n, count)
        for of_root, table in zip(roots, tables, strict=True)
    ]


def _topk(totals: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """Return the largest values of each row and their indices; ties are in order of index.

    Shape:
        Both `(B, starts, count)`.
    """
    if count == 1:
        values, indices = totals.max(dim=2, keepdim=True)
        return values, indices
    values, indices = totals.sort(dim=2, descending=True, stable=True)
    return values[..., :count], indices[..., :count].clone()  # a view would keep the whole tensor in memory
