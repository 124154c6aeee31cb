"""`Gold`: the gold brackets of a batch as tensors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from treenn.parsers.brackets import crossing, inner_spans
from treenn.trees import NaryTree, Tree


class Gold(NamedTuple):
    """The gold brackets of a batch.

    An n-ary tree represents all binary trees that contain its brackets. The paper likewise allows several correct trees
    of an image.

    Shape:
        `S` sentences, `N` words in the longest, at most `G` brackets each.

    Args:
        starts: `(S, G)` the start of each bracket; padding brackets are (0, 0).
        ends: `(S, G)` the end of each bracket, exclusive.
        wrong: `(S, N + 1, N + 1)` whether a span, by start and end, crosses a bracket.
    """

    starts: Tensor
    ends: Tensor
    wrong: Tensor


def gold_of(trees: Sequence[Tree | NaryTree]) -> Gold:
    """Collect the gold brackets of trees.

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
        spans[index, : len(of_tree)] = np.array(of_tree).reshape(-1, 2)
        wrong[index, : n + 1, : n + 1] = crossing(n, of_tree)
    return Gold(torch.from_numpy(spans[:, :, 0]), torch.from_numpy(spans[:, :, 1]), torch.from_numpy(wrong))


def _brackets(tree: Tree | NaryTree) -> list[tuple[int, int]]:
    """Return the distinct spans of two words or more."""
    distinct = {(start, end) for start, end in inner_spans(tree) if end - start > 1}
    return sorted(distinct, key=lambda span: (span[1], -span[0]))
