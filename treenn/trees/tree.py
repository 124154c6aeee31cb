"""`Tree`: an immutable binary tree over the words of a sentence, stored as flat tuples."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

from treenn.trees.arguments import check
from treenn.trees.displayed import Displayed
from treenn.trees.errors import InputError, argument
from treenn.trees.tree_checks import Label, check_node, check_rows, check_tuple, check_words

__all__ = ["Label", "Tree"]


@dataclass(frozen=True, repr=False)
class Tree(Displayed):
    """A binary tree over `words`, with nodes numbered as in SciPy's linkage matrices.

    Node `i < n` is word `i`; node `n + k` is `merges[k]`, a (left, right) pair of earlier nodes with adjacent spans.
    The `2n - 1` nodes are in topological order, and the last one is the root. No method recurses: depth is unlimited.

    Args:
        words: the `n >= 1` words of the sentence, in order.
        merges: `n - 1` pairs of node numbers, children before parents.
        labels: one label per node, None for nodes without a label (default: no node has a label).

    Raises:
        InputError: if the merges are not one binary tree over the words in order; the message names the value.

    >>> tree = Tree(("not", "very", "good"), ((1, 2), (0, 3)), (2, 2, 3, 4, 1))
    >>> tree.spans[tree.root], tree.heights[tree.root], tree.labels[tree.root]
    ((0, 3), 2, 1)
    >>> print(tree)
    (1 (2 not) (4 (2 very) (3 good)))
    """

    words: tuple[str, ...]
    merges: tuple[tuple[int, int], ...]
    labels: tuple[Label, ...] = ()

    def __post_init__(self) -> None:
        words = check_words(self.words)
        labels = check_tuple("labels", self.labels, Label) or (None,) * (2 * len(words) - 1)
        for name, value in (("words", words), ("merges", check_rows("merges", self.merges)), ("labels", labels)):
            object.__setattr__(self, name, value)
        _check(self)

    @classmethod
    def _trusted(cls, words: tuple[str, ...], merges: tuple[tuple[int, int], ...], labels: tuple[Label, ...]) -> Tree:
        """Construct without validation, for arguments that are valid by construction, with one label per node."""
        tree = object.__new__(cls)
        tree.__dict__.update(words=words, merges=merges, labels=labels)
        return tree

    def __len__(self) -> int:
        """The number of nodes, `2n - 1`."""
        return len(self.labels)

    def __str__(self) -> str:
        from treenn.trees.brackets import format_tree

        return format_tree(self)

    @property
    def root(self) -> int:
        """The number of the root: the last node."""
        return len(self.labels) - 1

    @property
    def label(self) -> Label:
        """The label of the root."""
        return self.labels[-1]

    def children(self, node: int) -> tuple[int, int] | None:
        """The (left, right) children of a node; None for a word."""
        node = check_node(node, len(self))
        return None if node < len(self.words) else self.merges[node - len(self.words)]

    @cached_property
    def spans(self) -> tuple[tuple[int, int], ...]:
        """The span of words of each node, as (start, end) with `end` exclusive."""
        spans = [(i, i + 1) for i in range(len(self.words))]
        for left, right in self.merges:
            spans.append((spans[left][0], spans[right][1]))
        return tuple(spans)

    @cached_property
    def heights(self) -> tuple[int, ...]:
        """The height of each node, the maximum number of edges to a word below it: 0 for a word."""
        heights = [0] * len(self.words)
        for left, right in self.merges:
            heights.append(1 + max(heights[left], heights[right]))
        return tuple(heights)

    @cached_property
    def parents(self) -> tuple[int, ...]:
        """The parent of each node; -1 for the root."""
        parents = [-1] * len(self)
        for node, (left, right) in enumerate(self.merges, start=len(self.words)):
            parents[left] = parents[right] = node
        return tuple(parents)

    def subtree(self, node: int) -> Tree:
        """The subtree of a node as a new tree, with nodes in the same order.

        >>> print(Tree(("not", "very", "good"), ((1, 2), (0, 3)), (2, 2, 3, 4, 1)).subtree(3))
        (4 (2 very) (3 good))
        """
        n, (start, end) = len(self.words), self.spans[check_node(node, len(self))]
        inside = [node for node, span in enumerate(self.spans) if start <= span[0] and span[1] <= end]
        renumbered = {old: new for new, old in enumerate(inside)}
        pairs = (self.merges[node - n] for node in inside if node >= n)
        merges = tuple((renumbered[left], renumbered[right]) for left, right in pairs)
        return self._trusted(self.words[start:end], merges, tuple(self.labels[node] for node in inside))

    @cached_property
    def unlabelled(self) -> Tree:
        """The tree without labels."""
        return self._trusted(self.words, self.merges, (None,) * len(self.labels))

    def map_labels(self, change: Callable[[Label], Label]) -> Tree:
        """A tree of the same shape with the labels `change(label)`."""
        check("change", change, Callable)
        labels = check_tuple("labels", tuple(map(change, self.labels)), Label)
        return self._trusted(self.words, self.merges, labels)

    def with_labels(self, labels: Iterable[Label]) -> Tree:
        """A tree of the same shape with other labels, one per node in node order."""
        checked = check_tuple("labels", labels, Label)
        if len(checked) != len(self.labels):
            return Tree(self.words, self.merges, checked)  # raises the error
        return self._trusted(self.words, self.merges, checked)


def _check(tree: Tree) -> None:
    """Validate that the merges are one binary tree over the words in order."""
    n, merges = len(tree.words), tree.merges
    if len(merges) != n - 1:
        raise InputError(f"a binary tree over {n} words has {n - 1} merges, not {len(merges)}")
    if len(tree.labels) != 2 * n - 1:
        raise InputError(f"a binary tree over {n} words has {2 * n - 1} labels, not {len(tree.labels)}")
    starts, ends = list(range(n)), list(range(1, n + 1))
    if not {2}.issuperset(map(len, merges)):
        raise InputError(f"{argument('merges')}: must be pairs of node numbers, (left child, right child)")
    used = bytearray(2 * n - 1)
    for node, (left, right) in enumerate(merges, start=n):
        if not (0 <= left < node and 0 <= right < node):
            raise InputError(f"merge {node - n} is {(left, right)}: children of node {node} must be 0 to {node - 1}")
        if used[left] or used[right]:
            raise InputError(f"merge {node - n} is {(left, right)}: node {left if used[left] else right} has a parent")
        if ends[left] != starts[right]:
            raise InputError(
                f"merge {node - n} is {(left, right)}: the left child ends at word {ends[left]}, "
                f"the right child starts at word {starts[right]}; they must be adjacent"
            )
        used[left] = used[right] = 1
        starts.append(starts[left])
        ends.append(ends[right])
