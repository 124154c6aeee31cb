"""`NaryTree`: an immutable constituency tree with any number of children per node."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from treenn.trees.displayed import Displayed
from treenn.trees.errors import InputError
from treenn.trees.tree import Tree
from treenn.trees.tree_checks import Label, check_rows, check_tuple, check_words


@dataclass(frozen=True, repr=False)
class NaryTree(Displayed):
    """A constituency tree over `words`.

    Node `i < n` is word `i`, and node `n + k` has the children `children[k]`. The label of a word is its part-of-speech
    tag: the nodes of `(NP (NN dogs))` are 0, the word with the label NN, and its parent 1 with the label NP.

    Args:
        words: the `n >= 1` words, in order.
        children: the one or more children of each inner node, from left to right, children before parents.
        labels: one label per node, None for nodes without a label.

    Raises:
        InputError: if the children are not one tree over the words in order; the message names the value.

    >>> NaryTree(("dogs", "bark"), ((0,), (2, 1)), ("NN", "VBP", "NP", "S")).children
    ((0,), (2, 1))
    """

    words: tuple[str, ...]
    children: tuple[tuple[int, ...], ...]
    labels: tuple[Label, ...]

    def __post_init__(self) -> None:
        for name, value in (
            ("words", check_words(self.words)),
            ("children", check_rows("children", self.children)),
            ("labels", check_tuple("labels", self.labels, Label)),
        ):
            object.__setattr__(self, name, value)
        n, nodes = len(self.words), len(self.words) + len(self.children)
        if len(self.labels) != nodes:
            raise InputError(f"this tree has {nodes} nodes, so it needs {nodes} labels, not {len(self.labels)}")
        spans, parents = [(i, i + 1) for i in range(n)], [0] * nodes
        for node, children in enumerate(self.children, start=n):
            if not children or min(children) < 0 or max(children) >= node:
                raise InputError(f"children of node {node} are {children}; must be one or more of 0 to {node - 1}")
            for child in children:
                parents[child] += 1
            for left, right in pairwise(children):
                if spans[left][1] != spans[right][0]:
                    raise InputError(f"children {left} and {right} of node {node} must be adjacent")
            spans.append((spans[children[0]][0], spans[children[-1]][1]))
        if parents != [1] * (nodes - 1) + [0]:
            odd = next(node for node in range(nodes) if parents[node] != (node < nodes - 1))
            raise InputError(f"node {odd} has {parents[odd]} parents; every node except the last must have one")

    @classmethod
    def _trusted(
        cls, words: tuple[str, ...], children: tuple[tuple[int, ...], ...], labels: tuple[Label, ...]
    ) -> NaryTree:
        """Construct without validation, for arguments that are valid by construction."""
        tree = object.__new__(cls)
        tree.__dict__.update(words=words, children=children, labels=labels)
        return tree

    def __str__(self) -> str:
        from treenn.trees.brackets import format_tree

        return format_tree(self)

    @cached_property
    def heights(self) -> tuple[int, ...]:
        """The height of each node, the maximum number of edges to a word below it: 0 for a word."""
        heights = [0] * len(self.words)
        for children in self.children:
            heights.append(1 + max(heights[child] for child in children))
        return tuple(heights)


def inner_children(tree: Tree | NaryTree) -> tuple[tuple[int, ...], ...]:
    """The children of each inner node, in node order."""
    return tree.merges if isinstance(tree, Tree) else tree.children
