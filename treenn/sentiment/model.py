"""`SentimentModel`: a parser and a network over its trees, from text to a class at every node."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from treenn.evaluation import predict
from treenn.models import SHIPPED, NodeClassifier, load_model
from treenn.parsers import Parser
from treenn.parsers.loading import SHIPPED as SHIPPED_PARSER
from treenn.parsers.loading import load_parser
from treenn.text.tokenizer import tokenize
from treenn.trees import InputError, Tree


@dataclass(frozen=True)
class Sentiment:
    """What a model says of one sentence.

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


class SentimentModel:
    """Says of sentences, and of every phrase in them, how positive they are.

    Args:
        network: a trained network, as `treenn.load_model` gives it.
        classes: the names of its classes.
        parser: what finds the trees of texts.
    """

    def __init__(self, network: NodeClassifier, classes: Sequence[str], parser: Parser) -> None:
        self.network, self.classes, self.parser = network, tuple(classes), parser

    def predict(self, text: str) -> Sentiment:
        """Of one sentence as people write it; it is split into words as the parser's `parse_text` does.

        Raises:
            InputError: where the text holds no word, or more than the parser takes.
        """
        return self.predict_batch([text])[0]

    def predict_batch(self, texts: Sequence[str]) -> list[Sentiment]:
        """As `predict`, of many sentences at once, which is several times as fast.

        Raises:
            InputError: as `predict`; the message says of which text, counted from 0.
        """
        return self.predict_trees(self.parser.parse_batch([split_text(*each) for each in enumerate(texts)]), texts)

    def predict_tree(self, tree: Tree) -> Sentiment:
        """Of a sentence whose tree is known; labels that it has are not looked at."""
        return self.predict_trees([tree])[0]

    def predict_trees(self, trees: Sequence[Tree], texts: Sequence[str] | None = None) -> list[Sentiment]:
        """As `predict_tree`, of many trees; `texts` are the sentences they stand for, left out, their words."""
        if not trees:
            return []
        found = predict(self.network, [tree.with_labels([None] * len(tree)) for tree in trees])
        ends = np.cumsum(found.sizes)[:-1]
        texts = texts or [" ".join(tree.words) for tree in trees]
        return [
            Sentiment(text, tree.with_labels(p.argmax(axis=1).tolist()), tuple(map(tuple, p.tolist())), self.classes)
            for text, tree, p in zip(texts, trees, np.split(found.probabilities, ends), strict=True)
        ]


def load_sentiment(model: str | Path | None = None, parser: str | Path | Parser = SHIPPED_PARSER) -> SentimentModel:
    """A sentiment model and a parser, ready for text.

    Args:
        model: a folder of `treenn train`; left out, the model that ships with treenn.
        parser: a parser, its folder, or a name that `load_parser` knows.

    Raises:
        InputError: where there is no such model or parser.

    >>> found = load_sentiment().predict("A wonderful film!")
    >>> found.label > 2, found.tree.words
    (True, ('A', 'wonderful', 'film', '!'))
    """
    network, _, classes = load_model(SHIPPED if model is None else model)
    return SentimentModel(network, classes, parser if isinstance(parser, Parser) else load_parser(parser))


def split_text(number: int, text: str) -> list[str]:
    """The words of text `number` of several.

    Raises:
        InputError: where the text holds no word; the message says which it is.
    """
    try:
        return tokenize(text)
    except InputError as error:
        raise InputError(f"text {number}: {error.message}") from None
