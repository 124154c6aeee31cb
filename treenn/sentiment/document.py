"""`Sentiment` and `Document`: the predictions for a sentence and for a text of any number of sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from treenn.trees import InputError, Tree


@dataclass(frozen=True)
class Sentiment:
    """The prediction for one sentence.

    Args:
        text: the sentence.
        tree: its tree, with the most probable class's number at every node.
        node_probabilities: for each node, in the tree's numbering, the probability of each class.
        classes: the classes' names, lowest first.
    """

    text: str
    tree: Tree
    node_probabilities: tuple[tuple[float, ...], ...]
    classes: tuple[str, ...]

    @property
    def label(self) -> int:
        """The number of the sentence's class: that of the root."""
        probabilities = self.probabilities
        return probabilities.index(max(probabilities))

    @property
    def name(self) -> str:
        """The name of the sentence's class."""
        return self.classes[self.label]

    @property
    def probabilities(self) -> tuple[float, ...]:
        """The probability of each class for the sentence."""
        return self.node_probabilities[-1]


@dataclass(frozen=True)
class Document:
    """The prediction for one text of any number of sentences.

    `Document.of` computes the probabilities of a text from those of its sentences: their mean, each sentence weighted
    by 1 - P(middle class). Sentences without an opinion, such as those that tell a film's plot, count little thereby.
    With an even number of classes there is no middle class, and every sentence counts the same. The probabilities of a
    text of one sentence are those of the sentence.

    A text without words is neutral: the middle class has probability 1, or the two middle classes 0.5 each.

    Args:
        text: the text.
        sentences: the predictions for its sentences, in order; empty if the text has no word.
        probabilities: the probability of each class for the text.
        classes: the classes' names, lowest first.
    """

    text: str
    sentences: tuple[Sentiment, ...]
    probabilities: tuple[float, ...]
    classes: tuple[str, ...]

    @classmethod
    def of(cls, text: str, sentences: Sequence[Sentiment], classes: tuple[str, ...]) -> Document:
        """The prediction for a text, from those for its sentences.

        >>> sentences = [Sentiment("a", Tree(("a",), ()), (p,), ("-", "0", "+")) for p in [(0, 0.9, 0.1), (1, 0, 0)]]
        >>> Document.of("a a", sentences, ("-", "0", "+")).name
        '-'
        """
        rows = [sentence.probabilities for sentence in sentences]
        return cls(text, tuple(sentences), _mean(rows) if rows else _neutral(len(classes)), classes)

    @property
    def label(self) -> int | None:
        """The number of the text's class, the most probable one; None if the text is blank and no class is neutral."""
        if not self.sentences and len(self.classes) % 2 == 0:
            return None
        return self.probabilities.index(max(self.probabilities))

    @property
    def name(self) -> str | None:
        """The name of the text's class; None where `label` is."""
        return None if self.label is None else self.classes[self.label]

    @property
    def tree(self) -> Tree:
        """The tree of a text of one sentence, with a class at every node.

        Raises:
            InputError: if the text has several sentences or none.
        """
        return self._only.tree

    @property
    def node_probabilities(self) -> tuple[tuple[float, ...], ...]:
        """For each node of `tree`, the probability of each class.

        Raises:
            InputError: if the text has several sentences or none.
        """
        return self._only.node_probabilities

    @property
    def _only(self) -> Sentiment:
        if len(self.sentences) != 1:
            raise InputError(f"this text has {len(self.sentences)} sentences; each of `sentences` has its own tree")
        return self.sentences[0]


def _mean(rows: Sequence[tuple[float, ...]]) -> tuple[float, ...]:
    """The probabilities of a text: the mean over its sentences, weighted by 1 - P(middle class)."""
    if len(rows) == 1:
        return rows[0]
    p = np.array(rows)
    middle, odd = divmod(p.shape[1], 2)
    weights = 1 - p[:, middle] if odd else np.ones(len(p))
    if not weights.any():
        weights = np.ones(len(p))
    mean: list[float] = (weights @ p / weights.sum()).tolist()
    return tuple(mean)


def _neutral(classes: int) -> tuple[float, ...]:
    """Probabilities concentrated on the middle of the scale.

    >>> _neutral(3), _neutral(2)
    ((0.0, 1.0, 0.0), (0.5, 0.5))
    """
    return tuple(((index == classes // 2) + (index == (classes - 1) // 2)) / 2 for index in range(classes))
