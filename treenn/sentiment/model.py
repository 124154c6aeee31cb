"""`SentimentModel`: a parser and a network over its trees, from text to a class at every node of every sentence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np

from treenn.evaluation.predictions import predict
from treenn.models.building import SHIPPED, NodeClassifier, load_model
from treenn.parsers import Parser
from treenn.parsers.loading import SHIPPED as SHIPPED_PARSER
from treenn.parsers.loading import load_parser
from treenn.parsers.long_sentences import divide_sentences, find_sentences
from treenn.parsers.parser import check_text, describe
from treenn.sentiment.document import Document, Sentiment
from treenn.trees import InputError, Tree
from treenn.trees.arguments import AnyPath, checked

Blank = Literal["neutral", "skip", "error"]
"""How a text without words is answered: by a neutral `Document`, not at all, or by an InputError."""


class SentimentModel:
    """Predicts how positive texts, their sentences, and every phrase in them are.

    Args:
        network: a trained network, as `treenn.load_model` gives it.
        classes: the names of its classes, lowest first.
        parser: what finds the trees of texts.

    Raises:
        InputError: if the network has another number of classes.
    """

    def __init__(self, network: NodeClassifier, classes: Sequence[str], parser: Parser) -> None:
        if len(classes) != (count := network.head.linear.out_features):
            raise InputError(f"classes has {len(classes)} names, but the network has {count} classes")
        self.network, self.classes, self.parser = network, tuple(classes), parser

    def predict(self, text: str) -> Document:
        """Predict one text: its sentences get a tree each, and the text a class (`Document`).

        A text may be of any length; a sentence of more than `parser.max_words` words is divided at punctuation. A text
        without words is neutral.

        Raises:
            InputError: if the text is not a `str`.
        """
        return self.predict_batch([check_text(text)])[0]

    def predict_batch(self, texts: Iterable[str], *, blank: Blank = "neutral") -> list[Document]:
        """Predict many texts at once, which is several times as fast as one by one.

        Args:
            texts: a list, a NumPy array, a pandas Series, or any other iterable of texts.
            blank: how a text without words is answered: `"neutral"`, by a neutral document without sentences;
                `"skip"`, not at all, so there are fewer documents than texts; `"error"`, by an InputError.

        Raises:
            InputError: if `texts` is one text, or an item is not a `str`; the message names the item.
        """
        if blank not in get_args(Blank):
            raise InputError(f"blank is {blank!r}; it must be one of {', '.join(get_args(Blank))}")
        given = [str(text) for text in check_items(texts, "texts", (str,), "a text (str)")]
        found = [divide_sentences(find_sentences(text), self.parser.max_words) for text in given]
        if blank == "error" and not all(found):
            raise InputError(f"texts[{found.index([])}] has no words")
        trees = iter(self.parser.parse_batch([sentence.words for sentences in found for sentence in sentences]))
        parsed = [[(sentence.text, next(trees)) for sentence in sentences] for sentences in found]
        documents = self.predict_parsed(given, parsed)
        return [document for document in documents if document.sentences] if blank == "skip" else documents

    def predict_parsed(self, texts: Sequence[str], sentences: Sequence[Sequence[tuple[str, Tree]]]) -> list[Document]:
        """Predict texts whose trees are known.

        Args:
            texts: the texts.
            sentences: for each text, its sentences, each with its tree; none if the text has no word.

        Raises:
            InputError: if the numbers of texts and of lists of sentences differ, or a sentence is no such pair.
        """
        if len(texts) != len(sentences):
            raise InputError(f"sentences has {len(sentences)} items, but there are {len(texts)} texts; one per text")
        for index, each in enumerate(sentences):
            if not all(isinstance(pair, tuple) and len(pair) == 2 for pair in each):
                raise InputError(f"sentences[{index}] must be a list of pairs, each a sentence (str) and its Tree")
        pairs = [pair for each in sentences for pair in each]
        found = iter(self.predict_trees([tree for _, tree in pairs], [text for text, _ in pairs]))
        return [
            Document.of(text, [next(found) for _ in each], self.classes)
            for text, each in zip(texts, sentences, strict=True)
        ]

    def predict_tree(self, tree: Tree) -> Sentiment:
        """Predict a sentence whose tree is known; labels that it has are ignored.

        Raises:
            InputError: if it is not a `Tree`.
        """
        if not isinstance(tree, Tree):
            raise InputError(f"tree is {describe(tree)}; it must be a Tree; predict takes a text")
        return self.predict_trees([tree])[0]

    def predict_trees(self, trees: Iterable[Tree], texts: Iterable[str] | None = None) -> list[Sentiment]:
        """Predict sentences whose trees are known; labels that they have are ignored.

        Args:
            trees: the trees.
            texts: the sentences, one per tree; if None, the trees' words joined by spaces.

        Raises:
            InputError: if an item is not a `Tree`, or the numbers of trees and texts differ.
        """
        trees = check_items(trees, "trees", (Tree,), "a Tree")
        default = [" ".join(tree.words) for tree in trees]
        texts = default if texts is None else check_items(texts, "texts", (str,), "a text (str)")
        if len(texts) != len(trees):
            raise InputError(f"there are {len(trees)} trees, but {len(texts)} texts; there must be one text per tree")
        return [*self._predicted(trees, texts)] if trees else []

    def _predicted(self, trees: Sequence[Tree], texts: Sequence[str]) -> Iterator[Sentiment]:
        found = predict(self.network, [tree.with_labels([None] * len(tree)) for tree in trees])
        ends = np.cumsum(found.sizes)[:-1]
        for text, tree, p in zip(texts, trees, np.split(found.probabilities, ends), strict=True):
            labels = p.argmax(axis=1).tolist()
            yield Sentiment(text, tree.with_labels(labels), tuple(map(tuple, p.tolist())), self.classes)


@checked
def load_sentiment(
    model: AnyPath | None = None,
    parser: str | Path | Parser = SHIPPED_PARSER,
    contextual: str | Sequence[str] = (),
) -> SentimentModel:
    """A sentiment model and a parser, ready for text.

    Args:
        model: a folder of `treenn train`; if None, the model that ships with treenn.
        parser: a parser, its folder, or a name that `load_parser` knows.
        contextual: the contextual encoders that the model's folder may name (`treenn.load_model`).

    Raises:
        InputError: if there is no such model or parser; as `load_model`.

    >>> found = load_sentiment().predict("A wonderful film!")
    >>> found.label > 2, found.tree.words
    (True, ('A', 'wonderful', 'film', '!'))
    >>> [sentence.name for sentence in load_sentiment().predict("A wonderful cast! The plot is dull.").sentences]
    ['very positive', 'very negative']
    """
    network, _, classes = load_model(SHIPPED if model is None else model, contextual)
    return SentimentModel(network, classes, parser if isinstance(parser, Parser) else load_parser(parser))


def check_items(values: Iterable[Any], name: str, kinds: tuple[type, ...], wanted: str) -> list[Any]:
    """Validate a list, a one-dimensional array, a Series or another iterable, and return its items.

    Args:
        values: the argument.
        name: its name.
        kinds: the types that an item may have.
        wanted: what an item must be, in words.

    Raises:
        InputError: if `values` is itself such an item or not a sequence, or an item is of another type.
    """
    mistaken = isinstance(values, (*kinds, bytes, Mapping)) or not isinstance(values, Iterable)
    if mistaken or getattr(values, "ndim", 1) != 1:
        dimensions = "" if mistaken else f" with {getattr(values, 'ndim', 1)} dimensions"
        raise InputError(f"{name} is {describe(values)}{dimensions}; it must be a list, each item {wanted}")
    items = list(values)
    for index, item in enumerate(items):
        if not isinstance(item, kinds):
            raise InputError(f"{name}[{index}] is {describe(item)}; it must be {wanted}")
    return items
