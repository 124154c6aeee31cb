"""Replacement of words by unknown ones, which shows how far predictions depend on a model's vocabulary."""

from __future__ import annotations

import random
import string
from collections.abc import Sequence
from dataclasses import dataclass

from treenn.models.vocabulary import Vocabulary
from treenn.trees import Tree
from treenn.trees.arguments import Probability, checked

_LETTERS = (4, 9)  # of a made-up word


@dataclass(frozen=True)
class UnknownWords:
    """The predictions of whole sentences after a share of their words was replaced by unknown ones.

    Args:
        share: the share of words.
        accuracy: the accuracy of classes; None without labels.
        positive: the share of sentences whose classes above the middle of the scale have a higher total probability
            than those below; None for nominal classes.
    """

    share: float
    accuracy: float | None
    positive: float | None = None


@checked
def with_unknown_words(trees: Sequence[Tree], share: Probability, vocabulary: Vocabulary, seed: int = 0) -> list[Tree]:
    """Replace a share of all words, drawn at random, by made-up words that a vocabulary lacks.

    The larger share replaces all words that the smaller one does, by the same words.

    Args:
        trees: the trees.
        share: the share of words, punctuation included.
        vocabulary: the vocabulary.
        seed: the seed of the draw (default: 0).

    >>> from treenn.trees import parse_trees
    >>> vocabulary = Vocabulary(["not", "bad"])
    >>> [tree] = with_unknown_words(parse_trees("(3 (1 not) (1 bad))", classes=5), 1.0, vocabulary)
    >>> vocabulary.unknown(tree.words) == tree.words, tree.labels
    (True, (1, 1, 3))
    """
    draw = random.Random(seed)
    replaced = []
    for tree in trees:
        words = []
        for word in tree.words:
            chosen, made_up = draw.random() < share, _made_up(draw, vocabulary)
            words.append(made_up if chosen else word)
        replaced.append(Tree(tuple(words), tree.merges, tree.labels))
    return replaced


def _made_up(draw: random.Random, vocabulary: Vocabulary) -> str:
    """A word of random letters that a vocabulary lacks."""
    while True:
        word = "".join(draw.choices(string.ascii_lowercase, k=draw.randint(*_LETTERS)))
        if vocabulary.unknown([word]):
            return word
