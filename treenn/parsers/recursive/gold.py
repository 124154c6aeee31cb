"""`Gold`: the gold brackets of a batch as tensors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from treenn.trees import NaryTree, Tree
from treenn.trees.nary import inner_children


class Gold(NamedTuple):
    """The gold brackets of a batch.

    An n-ary tree represents all binary trees that contain its brackets, as the paper allows several correct trees of an
    image.

    Shape:
        `S` sentences, `N` words in the longest, at most `G` brackets each.

    Args:
        starts: `(S, G)` the start of each bracket; padding brackets are (0, 0).
        ends: `(S, G)` the end of each, exclusive.
        wrong: `(S, N + 1, N + 1)` whether a span, by start and end, crosses a bracket.
    """

    starts: Tensor
    ends: Tensor
    wrong: Tensor


def gold_of(trees: Sequence[Tree | NaryTree]) -> Gold:
    """The gold brackets of trees.

    >>> from treenn.trees import parse_trees
    >>> gold = gold_of(parse_trees("(3 (2 not) (1 (2 so) (2 bad)))", classes=5))
    >>> gold.starts.tolist(), gold.ends.tolist(), gold.wrong.nonzero().tolist()
    ([[1, 0]], [[3, 3]], [[0, 0, 2]])
    """
    brackets = [_brackets(tree) for tree in trees]
    most, longest = max(map(len, brackets)), max(len(tree.words) for tree in trees)
    spans = np.zeros((len(trees), most, 2), dtype=np.int64)
    wrong = np.zeros((len(trees), longest + 1, longest + 1), dtype=bool)
    for index, (tree, of_tree) in enumerate(zip(trees, brackets, strict=True)):
        n = len(tree.words)
        spans[index, : len(of_tree)] = of_tree
        wrong[index, : n + 1, : n + 1] = _crossing(of_tree, n)
    return Gold(torch.from_numpy(spans[:, :, 0]), torch.from_numpy(spans[:, :, 1]), torch.from_numpy(wrong))


def _brackets(tree: Tree | NaryTree) -> npt.NDArray[np.int64]:
    """The distinct spans of two words or more. Shape: `(brackets, 2)`."""
    spans = [(word, word + 1) for word in range(len(tree.words))]
    for children in inner_children(tree):
        spans.append((spans[children[0]][0], spans[children[-1]][1]))
    distinct = sorted({span for span in spans if span[1] - span[0] > 1}, key=lambda span: (span[1], -span[0]))
    return np.array(distinct, dtype=np.int64).reshape(-1, 2)


def _crossing(brackets: npt.NDArray[np.int64], n: int) -> npt.NDArray[np.bool_]:
    """The mask of spans that cross a bracket. Shape: `(n + 1, n + 1)` by start and end.

    A span crosses a bracket from `a` to `b` if it starts inside and ends after it, or the other way round.
    """
    position = np.arange(n + 1)
    # The largest end that a span may have, by its start, and the smallest start, by its end.
    starts, ends = brackets[:, :1], brackets[:, 1:]
    inside = (starts < position) & (position < ends)
    right = np.where(inside, ends, n).min(axis=0, initial=n)
    left = np.where(inside, starts, 0).max(axis=0, initial=0)
    crossing: npt.NDArray[np.bool_] = (position > right[:, None]) | (position[:, None] < left)
    return crossing & (position[:, None] < position)
