"""`Gold`: what a search must know of the right trees of its sentences."""

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
    """The brackets of the right trees.

    A tree of any number of children counts as every binary tree that keeps its brackets, as where the paper allows an
    image more than one right tree.

    Shape: `S` sentences, `N` words in the longest, `G` brackets in the fullest.

    Args:
        starts: `(S, G)` where each bracket begins; brackets that fill up the table are (0, 0).
        ends: `(S, G)` where each ends, exclusive.
        wrong: `(S, N + 1, N + 1)` whether the span from a start to an end crosses one of the brackets.
    """

    starts: Tensor
    ends: Tensor
    wrong: Tensor


def gold_of(trees: Sequence[Tree | NaryTree]) -> Gold:
    """The brackets of some trees.

    >>> from treenn.trees import parse_trees
    >>> gold = gold_of(parse_trees("(3 (2 not) (1 (2 so) (2 bad)))", classes=5))
    >>> gold.starts.tolist(), gold.ends.tolist(), gold.wrong.nonzero().tolist()
    ([[1, 0]], [[3, 3]], [[0, 0, 2]])
    """
    brackets = [_brackets(tree) for tree in trees]
    most, longest = max(map(len, brackets)), max(len(tree.words) for tree in trees)
    spans = np.zeros((len(trees), most, 2), dtype=np.int64)
    wrong = np.zeros((len(trees), longest + 1, longest + 1), dtype=bool)
    for number, (tree, found) in enumerate(zip(trees, brackets, strict=True)):
        n = len(tree.words)
        spans[number, : len(found)] = found
        wrong[number, : n + 1, : n + 1] = _crossing(found, n)
    return Gold(torch.from_numpy(spans[:, :, 0]), torch.from_numpy(spans[:, :, 1]), torch.from_numpy(wrong))


def _brackets(tree: Tree | NaryTree) -> npt.NDArray[np.int64]:
    """The spans of two words or more, each once. Shape: `(brackets, 2)`."""
    spans = [(word, word + 1) for word in range(len(tree.words))]
    for children in inner_children(tree):
        spans.append((spans[children[0]][0], spans[children[-1]][1]))
    several = sorted({span for span in spans if span[1] - span[0] > 1}, key=lambda span: (span[1], -span[0]))
    return np.array(several, dtype=np.int64).reshape(-1, 2)


def _crossing(brackets: npt.NDArray[np.int64], n: int) -> npt.NDArray[np.bool_]:
    """Whether each span crosses a bracket. Shape: `(n + 1, n + 1)` by start and end.

    A span crosses a bracket from `a` to `b` where it begins inside and ends behind it, or the other way round.
    """
    place = np.arange(n + 1)
    # The furthest that a span may reach to the right, by its start, and to the left, by its end.
    starts, ends = brackets[:, :1], brackets[:, 1:]
    inside = (starts < place) & (place < ends)
    right = np.where(inside, ends, n).min(axis=0, initial=n)
    left = np.where(inside, starts, 0).max(axis=0, initial=0)
    crossing: npt.NDArray[np.bool_] = (place > right[:, None]) | (place[:, None] < left)
    return crossing & (place[:, None] < place)
