"""Brackets of gold trees: the spans of inner nodes, and the spans that cross them."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from treenn.trees import NaryTree, Tree
from treenn.trees.nary import inner_children


def inner_spans(tree: Tree | NaryTree) -> list[tuple[int, int]]:
    """Return the spans (start, end) of the inner nodes, in node order."""
    n = len(tree.words)
    spans = [(i, i + 1) for i in range(n)]
    for children in inner_children(tree):
        spans.append((spans[children[0]][0], spans[children[-1]][1]))
    return spans[n:]


def crossing(length: int, brackets: Iterable[tuple[int, int]]) -> npt.NDArray[np.bool_]:
    """Return the mask of spans that cross a bracket: the two overlap, but neither contains the other.

    Args:
        length: the number of words.
        brackets: the start and the end of each bracket.

    Returns:
        Whether a span crosses a bracket, by start and end. Shape: `(length + 1, length + 1)`.

    >>> crossing(3, [(0, 2)]).nonzero()
    (array([1]), array([3]))
    """
    crosses = np.zeros((length + 1, length + 1), dtype=np.bool_)
    for start, end in brackets:
        crosses[:start, start + 1 : end] = True
        crosses[start + 1 : end, end + 1 :] = True
    return crosses
