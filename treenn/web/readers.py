"""Readers: the states of a tree's phrases and of a sentence's prefixes, by one model."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np

from treenn.encoders import SequenceEncoder
from treenn.sentiment.model import SentimentModel
from treenn.trees import Tree
from treenn.web.scale_record import scale_record

LONGEST = 120
"""The maximum number of words of a sentence whose prefixes are read; their cost is quadratic in it."""


class State(NamedTuple):
    """The prediction for a phrase.

    Args:
        label: the most probable class, or the score.
        probabilities: the probability of each class; empty for scores.
    """

    label: int | float
    probabilities: tuple[float, ...]


class Reader(ABC):
    """Abstract base class of readers.

    Args:
        name: the name of the reader on the page.
        model: the model.
    """

    def __init__(self, name: str, model: SentimentModel) -> None:
        self.name, self.model = name, model

    @property
    def scale(self) -> dict[str, Any]:
        """The name, the classes and the colours, as `tree.mjs` reads them."""
        model = self.model
        scale = scale_record(self.name, model.network.scale, model.classes, model.score_range)
        return scale | {"about": self.about, "local": self.is_local}

    @property
    def about(self) -> str:
        """A remark on the page below the name (default: none)."""
        return ""

    @property
    def is_local(self) -> bool:
        """True if a phrase's state depends on its words and brackets only, not on the rest of the sentence."""
        return self.model.network.supports_dedup

    def unknown(self, words: Sequence[str]) -> list[int]:
        """The positions of the words that the vocabulary lacks."""
        unknown = set(self.model.network.vocabulary.unknown(words))
        return [position for position, word in enumerate(words) if word in unknown]

    def columns(self, tree: Tree, nodes: Sequence[int]) -> dict[str, Any]:
        """The states of some nodes of a tree and the unknown words, as `tree.mjs` reads them.

        Args:
            tree: the tree.
            nodes: the nodes.
        """
        states = self.states(tree)
        columns = columns_of([states[node] for node in nodes])
        return {"nodes": list(nodes), **columns, "unknown": self.unknown(tree.words)}

    @abstractmethod
    def states(self, tree: Tree) -> list[State]:
        """Compute the state of each node of a tree."""

    @abstractmethod
    def prefixes(self, tree: Tree) -> list[State]:
        """Compute the state of each prefix of a sentence of at most `LONGEST` words."""

    def _predict(self, trees: Sequence[Tree], *, roots_only: bool = False) -> list[list[State]]:
        """Predict the nodes of each tree, or only its root."""
        rows = self.model.network.predict([tree.unlabelled for tree in trees], roots_only=roots_only)
        ends = np.cumsum([len(tree) for tree in trees])
        starts = ends - 1 if roots_only else ends - [len(tree) for tree in trees]
        values = rows.probabilities.tolist() if self.model.classes else rows.scores.tolist()
        return [[_state(value) for value in values[start:end]] for start, end in zip(starts, ends, strict=True)]


def columns_of(states: Sequence[State]) -> dict[str, Any]:
    """The labels and the probabilities of states, as `tree.mjs` reads them."""
    return {"labels": [state.label for state in states], "probabilities": [state.probabilities for state in states]}


class TreeReader(Reader):
    """A model over the tree: the state of each phrase. A prefix has the tree without the words after it."""

    def states(self, tree: Tree) -> list[State]:
        """As `Reader.states`."""
        return self._predict([tree])[0]

    def prefixes(self, tree: Tree) -> list[State]:
        """As `Reader.prefixes`."""
        return [state for [state] in self._predict(prefix_trees(tree), roots_only=True)]


class LeftToRightReader(Reader):
    """The same network over the left-branching tree of each phrase, which makes it a recurrent network.

    On a left-branching tree, a recursive network reads word by word, as an Elman network or an LSTM does. The network
    was trained on other trees, so this is a contrast for teaching, not a trained sequence model.
    """

    @property
    def about(self) -> str:
        """As `Reader.about`."""
        return "the same weights, reading every phrase word by word; the network was trained on parse trees"

    def states(self, tree: Tree) -> list[State]:
        """As `Reader.states`. The left-branching tree of a suffix has the phrases that begin at its first word."""
        starts = sorted({start for start, _ in tree.spans})
        longest = {start: max(end for first, end in tree.spans if first == start) for start in starts}
        trees = [left_branching(tree.words[start:end]) for start, end in longest.items()]
        rows = dict(zip(starts, self._predict(trees), strict=True))
        return [rows[start][prefix_node(longest[start] - start, end - start)] for start, end in tree.spans]

    def prefixes(self, tree: Tree) -> list[State]:
        """As `Reader.prefixes`."""
        n = len(tree.words)
        states = self._predict([left_branching(tree.words)])[0]
        return [states[prefix_node(n, length)] for length in range(1, n + 1)]


def make_readers(models: Iterable[tuple[str, SentimentModel]]) -> list[Reader]:
    """The reader of each model. A single model that reads trees is also read from left to right."""
    readers: list[Reader] = [TreeReader(name, model) for name, model in models]
    network = readers[0].model.network
    if len(readers) == 1 and network.contextual is None and not isinstance(network.encoder, SequenceEncoder):
        readers.append(LeftToRightReader(f"{readers[0].name}, left to right", readers[0].model))
    return readers


def left_branching(words: Sequence[str]) -> Tree:
    """The left-branching tree of the words, whose nodes are their prefixes.

    >>> print(left_branching(("not", "very", "good")))
    (X (X (X not) (X very)) (X good))
    """
    n = len(words)
    return Tree(tuple(words), tuple((n + k - 1 if k else 0, k + 1) for k in range(n - 1)))


def prefix_node(count: int, length: int) -> int:
    """The node of the prefix of `length` words in the left-branching tree of `count` words."""
    return 0 if length == 1 else count + length - 2


def prefix_trees(tree: Tree) -> list[Tree]:
    """The tree of each prefix: the tree without the later words, and without brackets that have one part left.

    >>> from treenn.trees import parse_tree
    >>> for prefix in prefix_trees(parse_tree("(X (X not) (X (X very) (X good)))")):
    ...     print(prefix)
    (X not)
    (X (X not) (X very))
    (X (X not) (X (X very) (X good)))
    """
    return [_prefix(tree, length) for length in range(1, len(tree.words) + 1)]


def _prefix(tree: Tree, length: int) -> Tree:
    n, spans = len(tree.words), tree.spans
    nodes, merges = list(range(n)), list[tuple[int, int]]()  # `nodes`: the node of the prefix for each node of the tree
    for left, right in tree.merges:
        if spans[right][0] >= length:
            nodes.append(nodes[left])
        else:
            merges.append((nodes[left], nodes[right]))
            nodes.append(length + len(merges) - 1)
    return Tree(tree.words[:length], tuple(merges))


def _state(value: list[float] | float) -> State:
    """A state from class probabilities or from a score."""
    if isinstance(value, float):
        return State(float(f"{value:.6g}"), ())
    return State(value.index(max(value)), tuple(round(p, 6) for p in value))
