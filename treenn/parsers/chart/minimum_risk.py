"""Minimum Bayes risk search: the trees with the largest expected number of correct spans, without split marginals.

`TreeDistribution.expected_best` computes the same trees from the marginals of nodes and splits. Search needs those of
nodes only, so the scores of splits become in place the conditional probabilities of splits, and node scores are added
to them beforehand. Sentences are the innermost dimension, so each operation on all spans of one width has long
contiguous rows.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from treenn.parsers.chart.distribution import LARGE
from treenn.parsers.chart.span_scorer import Factors
from treenn.parsers.chart.spans import first_row, rows_by_split


def split_table(length: int, batch: int, like: Tensor) -> Tensor:
    """Return an uninitialized table of scores of splits, indexed by start, end, split point and sentence.

    Shape:
        `(n + 1, n + 1, n + 1, B)`.
    """
    return like.new_empty(*[length + 1] * 3, batch)


def write_scores(ensemble: Sequence[Factors], table: Tensor) -> None:
    """Write the mean scores of splits, including the scores of both children, into a table.

    The node scores are two more columns of the vectors of children: (left, node score, 1) · (right, 1, node score).

    Args:
        ensemble: the factors of each network.
        table: a `split_table`, of which only the entries of splits are written. Shape: `(n + 1, n + 1, n + 1, B)`.
    """
    nodes, whole, left, right, fencepost = zip(*ensemble, strict=True)
    n, total = table.shape[0] - 1, sum(nodes[1:], nodes[0])  # (B, spans, 2)
    as_left, as_right = total.split(1, dim=-1)
    ends, starts = map(torch.from_numpy, rows_by_split(n))
    lefts = torch.cat([*left, as_left, torch.ones_like(as_left)], dim=-1).index_select(1, ends)
    rights = torch.cat([*right, torch.ones_like(as_right), as_right], dim=-1).index_select(1, starts)
    for split in range(1, n):
        first, first_right = split * (split - 1) // 2, split * n - split * (split - 1) // 2
        children = lefts[:, first : first + split] @ rights[:, first_right : first_right + n - split].transpose(1, 2)
        table[:split, split + 1 :, split] = children.permute(1, 2, 0)  # (starts, ends, B)
    parents = whole[0] @ fencepost[0].transpose(1, 2)  # (B, spans, n + 1)
    for vectors, posts in zip(whole[1:], fencepost[1:], strict=True):
        parents.baddbmm_(vectors, posts.transpose(1, 2))
    for width in range(2, n + 1):
        offset = parents.storage_offset() + first_row(n, width) * (n + 1) + 1
        shape, strides = (n - width + 1, width - 1, len(parents)), (n + 2, 1, parents.stride(0))
        scores = _splits_of_width(table, width).add_(parents.as_strided(shape, strides, offset))
        if len(ensemble) > 1:
            scores.div_(len(ensemble))


def minimum_risk_splits(table: Tensor) -> list[list[int]] | None:
    """Find the tree of each sentence with the largest expected number of correct spans.

    Args:
        table: the scores of splits by `write_scores`, which are overwritten. Shape: `(n + 1, n + 1, n + 1, B)`.

    Returns:
        For each sentence, the split of each span of two words or more as the number of words of its left child less 1,
        in the order of `treenn.parsers.chart.spans`; the first split wins ties. None if scores are NaN, infinite or so
        large that they must be summed in double precision (`TreeDistribution`).
    """
    n, batch = table.shape[0] - 1, table.shape[-1]
    if n == 1:
        return [[] for _ in range(batch)]
    chart, sums = _inside(table)
    if not float(chart.values.abs().max()) <= LARGE * n:
        return None
    _outside(chart, table, sums)
    choices = []
    for width in range(2, n + 1):
        below, choice = torch.max(chart.left(width) + chart.right(width), dim=1)  # (starts, B) each
        chart.at(width).add_(below)
        choices.append(choice)
    splits: list[list[int]] = torch.cat(choices).t().tolist()
    return splits


class _Chart:
    """A value per span, indexed by start and end; children of all splits of a width are views.

    Args:
        values: the values. Shape: `(n + 1, n + 1, B)`.
    """

    def __init__(self, values: Tensor) -> None:
        self.values, self.length = values, len(values) - 1

    def at(self, width: int) -> Tensor:
        """Return a view of all spans of one width. Shape: `(starts, B)`."""
        start, end, _ = self.values.stride()
        return self.values.as_strided((self.length - width + 1, self.values.shape[2]), (start + end, 1), width * end)

    def left(self, width: int) -> Tensor:
        """Return a view of the left children of all splits of a width. Shape: `(starts, width - 1, B)`."""
        start, end, _ = self.values.stride()
        return self.values.as_strided(self._splits(width), (start + end, end, 1), end)

    def right(self, width: int) -> Tensor:
        """Return a view of the right children of all splits of a width. Shape: `(starts, width - 1, B)`."""
        start, end, _ = self.values.stride()
        return self.values.as_strided(self._splits(width), (start + end, start, 1), start + width * end)

    def _splits(self, width: int) -> tuple[int, int, int]:
        return self.length - width + 1, width - 1, self.values.shape[2]


def _inside(table: Tensor) -> tuple[_Chart, list[Tensor]]:
    """Run the inside algorithm, which replaces the score of each split by its unnormalized conditional probability.

    Returns:
        The log of the sum of exp(score) over all subtrees, and for each width from 2 on the sums of the conditional
        probabilities of each span. Shape of a sum: `(starts, B)`.
    """
    chart, sums = _Chart(table.new_zeros(table.shape[1:])), []
    for width in range(2, chart.length + 1):
        totals = _splits_of_width(table, width).add_(chart.left(width)).add_(chart.right(width))
        largest = totals.amax(dim=1)
        sums.append(totals.sub_(largest.unsqueeze(1)).exp_().sum(dim=1))
        torch.add(largest, sums[-1].log(), out=chart.at(width))
    return chart, sums


def _outside(chart: _Chart, table: Tensor, sums: Sequence[Tensor]) -> None:
    """Replace the values of the chart by the marginals of nodes, top-down from the root."""
    chart.values.zero_()
    chart.at(chart.length).fill_(1)
    for width in range(chart.length, 1, -1):
        joint = _splits_of_width(table, width).mul_((chart.at(width) / sums[width - 2]).unsqueeze(1))
        chart.left(width).add_(joint)
        chart.right(width).add_(joint)


def _splits_of_width(table: Tensor, width: int) -> Tensor:
    """Return a view of the splits of all spans of one width. Shape: `(starts, width - 1, B)`."""
    n, (start, end, split, sentence) = table.shape[0] - 1, table.stride()
    shape, strides = (n - width + 1, width - 1, table.shape[3]), (start + end + split, split, sentence)
    return table.as_strided(shape, strides, table.storage_offset() + width * end + split)
