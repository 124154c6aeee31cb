"""`SentimentModel`: a parser and a tree network, which predict a class for every node of every sentence of a text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from treenn.datasets.language_check import NOT_ENGLISH, is_english, is_foreign
from treenn.datasets.tokenizers import Tokenizer, TreebankTokenizer, load_tokenizer
from treenn.models.network import Network
from treenn.models.saving import SHIPPED, load_model
from treenn.parsers import Parser
from treenn.parsers.loading import SHIPPED as SHIPPED_PARSER
from treenn.parsers.loading import load_parser
from treenn.parsers.long_sentences import Sentence, divide_sentences, find_sentences
from treenn.sentiment.document import Document, Sentiment
from treenn.tasks.node_scores import NodeRegression
from treenn.trees import InputError, Tree
from treenn.trees.arguments import AnyPath, checked

TASKS = ("nodes", "node-scores")
"""The tasks of sentence models: classification and regression of nodes."""

_OTHER_INPUTS = {"pairs": "pairs", "relatedness": "pairs", "dependencies": "dependency trees"}

Blank = Literal["neutral", "skip", "error"]
"""The result for a text without words: a neutral `Document`, none, or an InputError."""


class SentimentModel:
    """Predicts the sentiment of texts, of their sentences, and of every phrase in them.

    Args:
        network: a trained network of `treenn.load_model`.
        classes: the names of its classes, on an ordinal scale lowest first; empty for scores.
        parser: the parser of sentences.
        tokenizer: the tokenizer of texts (default: that of the Stanford Sentiment Treebank).

    Raises:
        InputError: if the number of classes differs from the network's, or it is for another task.
    """

    def __init__(
        self, network: Network, classes: Sequence[str], parser: Parser, tokenizer: Tokenizer | None = None
    ) -> None:
        if network.task.name not in TASKS:
            raise InputError(f"the task of this model is {network.task.name}: must be {' or '.join(TASKS)}")
        if len(classes) != (count := 0 if network.scale == "score" else network.head.linear.out_features):
            raise InputError(f"classes has {len(classes)} names, but the network has {count} classes")
        self.network, self.classes, self.parser = network, tuple(classes), parser
        self.tokenizer = tokenizer or TreebankTokenizer()
        self.is_english = is_english(network.vocabulary)

    @property
    def score_range(self) -> tuple[float, float] | None:
        """The lowest and the highest score; None for classes."""
        task = self.network.task
        return (task.score_scale.low, task.score_scale.high) if isinstance(task, NodeRegression) else None

    def __repr__(self) -> str:
        parameters = sum(parameter.numel() for parameter in self.network.parameters())
        return f"SentimentModel(classes={self.classes}, parser={self.parser}, parameters={parameters})"

    def find_sentences(self, text: str, *, split: bool = True) -> list[Sentence]:
        """Split a text into sentences and words by the model's tokenizer.

        Args:
            text: the text.
            split: whether to split into sentences (default: True). If False, the text is one sentence.

        Returns:
            The sentences in order; an empty list if the text has no words.
        """
        if isinstance(self.tokenizer, TreebankTokenizer):
            return find_sentences(text, split=split)
        sentences = self.tokenizer.sentences(text)
        if split or not sentences:
            return sentences
        return [Sentence(text.strip(), tuple(word for sentence in sentences for word in sentence.words))]

    @checked
    def predict(self, text: str) -> Document:
        """Predict one text: a class for the text, and a tree with a class per node for each sentence.

        A text may have any length; a sentence of more than `parser.max_words` words is divided at punctuation. A text
        without words is neutral. If the model's vocabulary is English, texts and sentences in other languages are not
        judged (`treenn.datasets.language_check.is_foreign`).

        Raises:
            InputError: if the text is not a `str`.
        """
        return self.predict_batch([text])[0]

    @checked
    def predict_batch(self, texts: Iterable[str], *, blank: Blank = "neutral") -> list[Document]:
        """Predict texts in batches, several times as fast as individually.

        Args:
            texts: a list, a NumPy array, a pandas Series, or any other iterable of texts.
            blank: the result for a text without words: `"neutral"`, a neutral document without sentences; `"skip"`,
                none, so there are fewer documents than texts; `"error"`, an InputError (default: `"neutral"`).

        Raises:
            InputError: if `texts` is one text, or an item is not a `str`; the message names the item.
        """
        given = list(texts)
        split = [divide_sentences(self.find_sentences(text), self.parser.max_words) for text in given]
        if blank == "error" and not all(split):
            raise InputError(f"texts[{split.index([])}] has no words")
        trees = iter(self.parser.parse_batch([sentence.words for sentences in split for sentence in sentences]))
        parsed = [[(sentence.text, next(trees)) for sentence in sentences] for sentences in split]
        documents = self.predict_parsed(given, parsed)
        return [document for document in documents if document.sentences] if blank == "skip" else documents

    def predict_parsed(self, texts: Sequence[str], sentences: Sequence[Sequence[tuple[str, Tree]]]) -> list[Document]:
        """Predict texts that have been parsed. Texts in other languages are not judged, as in `predict`.

        Args:
            texts: the texts.
            sentences: the sentences of each text with their trees; none if the text has no words.

        Raises:
            InputError: if the numbers of texts and of lists of sentences differ, or a sentence is no pair of a text and
                a `Tree`.
        """
        if len(texts) != len(sentences):
            raise InputError(f"sentences has {len(sentences)} items, but there are {len(texts)} texts; one per text")
        for index, of_text in enumerate(sentences):
            if not all(isinstance(pair, tuple) and len(pair) == 2 for pair in of_text):
                raise InputError(f"sentences[{index}] must be a list of pairs, each a sentence (str) and its Tree")
        pairs = [pair for of_text in sentences for pair in of_text]
        predictions = iter(self.predict_trees([tree for _, tree in pairs], [text for text, _ in pairs]))
        by_text = [self._judged([next(predictions) for _ in of_text]) for of_text in sentences]
        options = self.classes, self.network.scale, self.score_range, self.network.text_temperature
        return [Document.of(text, of_text, *options) for text, of_text in zip(texts, by_text, strict=True)]

    def _judged(self, sentences: list[Sentiment]) -> list[Sentiment]:
        """Remove the labels of sentences in another language.

        If the whole text is in another language, so are all sentences with an unknown word, however short.
        """
        if not self.is_english:
            return sentences
        words = [word for sentence in sentences for word in sentence.tree.words]
        unknown = {word for sentence in sentences for word in sentence.unknown_words}
        whole = is_foreign(words, unknown)
        return [
            each.unjudged(NOT_ENGLISH)
            if (whole and each.unknown_words) or is_foreign(each.tree.words, each.unknown_words)
            else each
            for each in sentences
        ]

    @checked
    def predict_tree(self, tree: Tree) -> Sentiment:
        """Predict a sentence by its tree, whose labels are ignored.

        Raises:
            InputError: if it is not a `Tree`.
        """
        return self.predict_trees([tree])[0]

    @checked
    def predict_trees(self, trees: Iterable[Tree], texts: Iterable[str] | None = None) -> list[Sentiment]:
        """Predict sentences by their trees, whose labels are ignored.

        Args:
            trees: the trees.
            texts: the sentences, one per tree (default: the trees' words joined by spaces).

        Raises:
            InputError: if an item is not a `Tree`, or the numbers of trees and texts differ.
        """
        trees = list(trees)
        texts = [" ".join(tree.words) for tree in trees] if texts is None else list(texts)
        if len(texts) != len(trees):
            raise InputError(f"there are {len(trees)} trees, but {len(texts)} texts; there must be one text per tree")
        if not trees:
            return []
        predictions = self.network.predict([tree.unlabelled for tree in trees])
        rows = predictions.probabilities if self.classes else predictions.scores
        make = self._of_classes if self.classes else self._of_scores
        by_tree = np.split(rows, np.cumsum(predictions.sizes)[:-1])
        return [make(text, tree, rows) for text, tree, rows in zip(texts, trees, by_tree, strict=True)]

    def _of_classes(self, text: str, tree: Tree, p: npt.NDArray[np.float32]) -> Sentiment:
        """The prediction for a sentence from class probabilities. Shape of `p`: `(nodes, classes)`."""
        labelled, unknown = tree.with_labels(p.argmax(axis=1).tolist()), self.network.vocabulary.unknown(tree.words)
        return Sentiment(text, labelled, tuple(map(tuple, p.tolist())), self.classes, unknown, self.network.scale)

    def _of_scores(self, text: str, tree: Tree, scores: npt.NDArray[np.float64]) -> Sentiment:
        """The prediction for a sentence from scores. Shape of `scores`: `(nodes,)`."""
        labelled = tree.with_labels([float(f"{score:.6g}") for score in scores.tolist()])
        unknown = self.network.vocabulary.unknown(tree.words)
        return Sentiment(text, labelled, (), (), unknown, "score", self.score_range)


@checked
def load_sentiment(
    model: AnyPath | None = None,
    parser: str | Path | Parser | None = None,
    contextual: str | Sequence[str] = (),
    trust: str | Sequence[str] = (),
) -> SentimentModel:
    """Load a sentiment model and a parser.

    Args:
        model: a folder of `treenn train` (default: the shipped model).
        parser: a parser, its folder, or a name of `load_parser` (default: the parser of the model's training texts if
            its folder records one, otherwise the shipped parser).
        contextual: the contextual encoders that the model's folder may name, see `treenn.load_model` (default: none).
        trust: the modules that the model's folder may name, see `treenn.load_model` (default: none).

    Raises:
        InputError: if there is no such model or parser; as `load_model`.

    >>> found = load_sentiment().predict("A wonderful film!")
    >>> found.label > 2, found.tree.words
    (True, ('A', 'wonderful', 'film', '!'))
    >>> [sentence.name for sentence in load_sentiment().predict("A wonderful cast! The plot is dull.").sentences]
    ['very positive', 'very negative']
    """
    return with_parser(load_text_network(SHIPPED if model is None else model, contextual, trust), parser)


def load_text_network(
    model: str | Path, contextual: str | Sequence[str] = (), trust: str | Sequence[str] = ()
) -> Network:
    """Load a network that predicts single texts.

    Args:
        model: a folder of `treenn train`, or the shipped model.
        contextual: as in `treenn.load_model` (default: none).
        trust: as in `treenn.load_model` (default: none).

    Raises:
        InputError: if there is no such model, or it reads pairs or dependency trees; as `load_model`.
    """
    network = load_model(model, contextual, trust)
    if (input_of := _OTHER_INPUTS.get(network.task.name)) is not None:
        remedy = "`treenn evaluate MODEL FILE --out FILE.csv` writes its predictions for labelled ones"
        raise InputError(f"this model reads {input_of}, not single texts; {remedy}", source=model)
    return network


def with_parser(
    network: Network, parser: str | Path | Parser | None = None, load: Callable[[str], Parser] = load_parser
) -> SentimentModel:
    """Combine a network with its tokenizer and a parser.

    Args:
        network: the network, with the tokenizer of its training texts, if there were any.
        parser: a parser, its folder or name (default: that of the training texts, otherwise the shipped parser).
        load: loads a parser by its folder or name (default: `treenn.load_parser`).

    Raises:
        InputError: if there is no such parser or tokenizer, or the model's folder names the folder of a parser.
    """
    recorded = network.text_parsing
    if parser is None and recorded is not None:
        recorded.check_permitted(name="parser")
        parser = recorded.trees
    if not isinstance(parser, Parser):
        parser = load(str(parser or SHIPPED_PARSER))
    tokenizer = None if recorded is None else load_tokenizer(recorded.tokenizer)
    return SentimentModel(network, network.classes or (), parser, tokenizer)
