"""`DependencyTree`: an immutable dependency tree over the words of a sentence, stored as flat tuples."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from treenn.trees.displayed import Displayed
from treenn.trees.errors import InputError
from treenn.trees.tree_checks import Label, check_tuple, check_words


@dataclass(frozen=True, repr=False)
class DependencyTree(Displayed):
    """A dependency tree, projective or not, whose nodes are the words.

    Args:
        words: the `n >= 1` words of the sentence, in order.
        heads: the index of each word's head, -1 for the root.
        relations: the relation of each word to its head, None for words without one (default: no relations).
        labels: one label per word, None for words without a label (default: no labels).

    Raises:
        InputError: if the heads are not one tree over the words; the message names the word.

    >>> tree = DependencyTree(("dogs", "like", "old", "bones"), (1, -1, 3, 1), ("nsubj", "root", "amod", "obj"))
    >>> tree.root, tree.children[1], tree.heights
    (1, (0, 3), (0, 2, 0, 1))
    """

    words: tuple[str, ...]
    heads: tuple[int, ...]
    relations: tuple[str | None, ...] = ()
    labels: tuple[Label, ...] = ()

    def __post_init__(self) -> None:
        words = check_words(self.words)
        for name, value in (
            ("words", words),
            ("heads", check_tuple("heads", self.heads, int)),
            ("relations", check_tuple("relations", self.relations, str | None) or (None,) * len(words)),
            ("labels", check_tuple("labels", self.labels, Label) or (None,) * len(words)),
        ):
            if len(value) != len(words):
                raise InputError(f"a dependency tree over {len(words)} words has {len(words)} {name}, not {len(value)}")
            object.__setattr__(self, name, value)
        if fault := head_fault(self.heads):
            raise InputError(fault[1])

    def __str__(self) -> str:
        """All fields on one line. Equal lines imply equal trees."""
        return repr((self.words, self.heads, self.relations, self.labels))

    def __len__(self) -> int:
        """The number of nodes, which are the words."""
        return len(self.words)

    @property
    def root(self) -> int:
        """The index of the root."""
        return self.heads.index(-1)

    @cached_property
    def children(self) -> tuple[tuple[int, ...], ...]:
        """The dependents of each word, in sentence order."""
        children: list[list[int]] = [[] for _ in self.words]
        for word, head in enumerate(self.heads):
            if head >= 0:
                children[head].append(word)
        return tuple(map(tuple, children))

    @cached_property
    def heights(self) -> tuple[int, ...]:
        """The height of each word, the maximum number of edges to a word below it: 0 for a word without dependents."""
        heights = [0] * len(self.words)
        for word in upwards(self.heads):
            head = self.heads[word]
            if head >= 0:
                heights[head] = max(heights[head], heights[word] + 1)
        return tuple(heights)

    @cached_property
    def depths(self) -> tuple[int, ...]:
        """The number of edges from each word to the root: 0 for the root."""
        depths = [0] * len(self.words)
        for word in reversed(upwards(self.heads)):
            head = self.heads[word]
            if head >= 0:
                depths[word] = depths[head] + 1
        return tuple(depths)

    @cached_property
    def unlabelled(self) -> DependencyTree:
        """The tree without labels."""
        return dataclasses.replace(self, labels=())

    def map_labels(self, change: Callable[[Label], Label]) -> DependencyTree:
        """A tree of the same shape with the labels `change(label)`."""
        return dataclasses.replace(self, labels=tuple(change(label) for label in self.labels))


def head_fault(heads: Sequence[int], first: int = 0) -> tuple[int, str] | None:
    """Find the first fault of heads that are not one tree.

    Args:
        heads: the heads as in `DependencyTree`, from 0.
        first: the number of the first word in messages, 1 for files (default: 0).

    Returns:
        The index of a word and a message, or None if the heads are one tree.
    """
    n, roots = len(heads), [word for word, head in enumerate(heads) if head == -1]
    for word, head in enumerate(heads):
        if not -1 <= head < n:
            right = f"a word of the sentence, {first} to {n - 1 + first}, or {first - 1} for the root"
            return word, f"the head of word {word + first} is {head + first}; it must be {right}"
    if not roots:
        return 0, f"no word is the root; the head of one word must be {first - 1}"
    if len(roots) > 1:
        both = f"words {roots[0] + first} and {roots[1] + first} are both roots"
        return roots[1], f"{both}, their head is {first - 1}; a sentence has one root"
    on_cycle = set(range(n)).difference(upwards(heads))
    if not on_cycle:
        return None
    word = min(on_cycle)
    cycle = [word, heads[word]]
    while cycle[-1] != word:
        cycle.append(heads[cycle[-1]])
    shown = [str(step + first) for step in cycle]
    shown = shown if len(shown) <= 8 else [*shown[:4], "…", *shown[-3:]]
    return word, f"word {shown[0]} is on a cycle, {' → '.join(shown)}; heads must lead to the root"


def upwards(heads: Sequence[int]) -> list[int]:
    """A topological order of the words, dependents before heads, without the words on a cycle."""
    waiting = [0] * len(heads)
    for head in heads:
        if head >= 0:
            waiting[head] += 1
    order = [word for word, count in enumerate(waiting) if not count]
    for word in order:  # grows during iteration
        head = heads[word]
        if head >= 0:
            waiting[head] -= 1
            if not waiting[head]:
                order.append(head)
    return order
