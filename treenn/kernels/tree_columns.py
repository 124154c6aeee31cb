"""A kernel of the columns of trees: heights, children and spans of all nodes."""

from __future__ import annotations

from treenn.kernels.elementwise import kernel
from treenn.runtime.arrays import IntArray


@kernel
def fill_columns(
    n_words: IntArray, merges: IntArray, heights: IntArray, children: IntArray, starts: IntArray, ends: IntArray
) -> None:
    """Write the columns of `treenn.encoders.tree_table.Columns`.

    Args:
        n_words: `(T,)`, the number of words of each tree.
        merges: `(M, 2)`, the merges of all trees.
        heights: `(N,)`, written.
        children: `(N, 2)`, written.
        starts: `(N,)`, written.
        ends: `(N,)`, written.
    """
    first, merge = 0, 0
    for n in n_words:
        for word in range(n):
            heights[first + word] = 0
            children[first + word] = 0
            starts[first + word], ends[first + word] = word, word + 1
        for node in range(first + n, first + 2 * n - 1):
            left, right = first + merges[merge, 0], first + merges[merge, 1]
            heights[node] = max(heights[left], heights[right]) + 1
            children[node] = merges[merge]
            starts[node], ends[node] = starts[left], ends[right]
            merge += 1
        first += 2 * n - 1
