"""`TreeSentimentClassifier`: trained on one's own texts or trees, by scikit-learn's rules."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from functools import cache
from numbers import Real
from pathlib import Path
from typing import Any, Self, cast

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import Tags, check_random_state, column_or_1d
from sklearn.utils.multiclass import check_classification_targets, unique_labels
from sklearn.utils.validation import check_consistent_length, check_is_fitted

from treebanks import Treebank
from treenn.evaluation.predictions import predict
from treenn.models.building import NodeClassifier
from treenn.models.settings import Settings
from treenn.models.vectors import read_vectors
from treenn.parsers import Parser
from treenn.parsers.loading import SHIPPED, load_parser
from treenn.parsers.long_sentences import Sentence, divide_sentences, find_sentences, join_trees
from treenn.parsers.parser import describe
from treenn.sentiment.model import check_items
from treenn.training import train
from treenn.trees import InputError, Label, Tree
from treenn.trees.arguments import AnyPath, check

_OWN = ("model", "size", "word_size", "epochs", "batch_size", "learning_rate", "weight_decay", "dropout")
"""The settings of `treenn.Settings` that are parameters of the classifier."""

_WHOLE = ("size", "word_size", "epochs", "batch_size")


class TreeSentimentClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # sklearn has no types
    """A network over trees as a scikit-learn classifier of texts; stands in a pipeline, a grid search, a validation.

    X is a list, an array or a Series of texts, which `parser` finds the trees of, or of `Tree`s. What y says is the
    label of the whole; labels at a tree's other nodes are learned from too, where they are among y's, so trees of
    `treenn label` or of a treebank teach more than their roots.

    Each text becomes one tree: that of its sentence, or the trees of its sentences below a balanced binary tree
    (`treenn.parsers.join_trees`), so that every sentence is near the root. A sentence of more than the parser's
    `max_words` words is divided at punctuation; no text is refused for its length.

    A text without words cannot be learned from; its prediction is the distribution of labels in training.

    Args:
        model: which network; `treenn cells` lists them.
        size: width of the network's states.
        word_size: width of the word vectors where no pretrained ones are given.
        epochs: how many times training sees each text; the default suits some thousands of texts, fewer want more. The
            last epoch's weights are kept.
        batch_size: texts in one step.
        learning_rate: of all but the word vectors.
        weight_decay: L2, on all but the word vectors.
        dropout: on the classifier's input.
        settings: any others of `treenn.Settings`, by name.
        vectors: a file of pretrained word vectors or a list of them, read for the words of the training texts.
        parser: a parser, its folder, or a name that `treenn.load_parser` knows.
        random_state: decides all that is random; a seed gives the same model every time on one machine.

    Attributes:
        classes_: the labels, sorted; columns of `predict_proba` are in this order.
        model_: the trained network.
        class_prior_: the share of each label among the training texts; the prediction for a text without words.

    >>> texts, y = ["a good film", "a bad film"] * 10, ["pos", "neg"] * 10
    >>> classifier = TreeSentimentClassifier(size=10, word_size=10, parser="right", epochs=20, random_state=0)
    >>> classifier.fit(texts, y).predict(["good", "a bad book"])
    array(['pos', 'neg'], dtype='<U3')
    """

    def __init__(
        self,
        model: str = "tree-lstm",
        *,
        size: int = 100,
        word_size: int = 100,
        epochs: int = 10,
        batch_size: int = 25,
        learning_rate: float = 0.05,
        weight_decay: float = 1e-4,
        dropout: float = 0.5,
        settings: Mapping[str, Any] | None = None,
        vectors: str | Path | Sequence[str | Path] = (),
        parser: str | Parser = SHIPPED,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        self.model, self.size, self.word_size, self.epochs = model, size, word_size, epochs
        self.batch_size, self.learning_rate, self.weight_decay = batch_size, learning_rate, weight_decay
        self.dropout, self.settings, self.vectors = dropout, settings, vectors
        self.parser, self.random_state = parser, random_state

    def fit(self, X: Iterable[str | Tree], y: Sequence[Any] | None = None) -> Self:
        """Train.

        Args:
            X: texts or trees.
            y: the label of each; with trees it may be left out, then the labels of their nodes are it.

        Raises:
            InputError: (a ValueError) where X holds something else, a text without words, or nothing with a label.
        """
        trees = self._full_trees(X)
        labels = self._labels(trees, y)
        numbers = {label: number for number, label in enumerate(self.classes_.tolist())}
        examples = [
            tree.with_labels([*(numbers.get(label) for label in tree.labels[:-1]), numbers.get(root)])
            for tree, root in zip(trees, labels, strict=True)
        ]
        words = {word for tree in trees for word in tree.words}
        treebank = Treebank(
            type(self).__name__,
            tuple(map(str, numbers)),
            # Nothing is chosen on dev, since the last epoch is kept, but a treebank must have one.
            {"train": tuple(examples), "dev": tuple(each for each in examples if each.label is not None)[:1]},
        )
        files = [read_vectors(file, words) for file in _paths(self.vectors)]
        run = train(treebank, self._settings(), vectors=files)
        self.model_ = cast(NodeClassifier, run.model)
        counts = np.bincount([tree.label for tree in examples if tree.label is not None], minlength=len(numbers))
        self.class_prior_ = counts / counts.sum()
        return self

    def predict(self, X: Iterable[str | Tree]) -> npt.NDArray[Any]:
        """The most probable label of each text or tree. Shape: `(len(X),)`."""
        best = self.predict_proba(X).argmax(axis=1)
        found: npt.NDArray[Any] = self.classes_[best]
        return found

    def predict_proba(self, X: Iterable[str | Tree]) -> npt.NDArray[np.float64]:
        """The probability of each label. Shape: `(len(X), len(classes_))`."""
        check_is_fitted(self)
        given = self._trees(X)
        trees = [tree.with_labels([None] * len(tree)) for tree in given if tree is not None]
        p = np.tile(self.class_prior_, (len(given), 1))
        if trees:
            found = predict(self.model_, trees)
            p[[tree is not None for tree in given]] = found.probabilities[found.roots]
        return p

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array, tags.input_tags.string = False, True
        return tags

    def _trees(self, X: Iterable[str | Tree]) -> list[Tree | None]:
        """X as trees, texts parsed; None for a text without words."""
        given = check_items(X, "X", (str, Tree), "a text or a Tree")
        if not given:
            raise InputError("X is empty; there must be at least one text or tree")
        parser = _parser(self.parser)
        texts = [divide_sentences(find_sentences(each), parser.max_words) for each in given if isinstance(each, str)]
        parsed = iter(_joined(parser, texts))
        return [each if isinstance(each, Tree) else next(parsed) for each in given]

    def _full_trees(self, X: Iterable[str | Tree]) -> list[Tree]:
        trees = self._trees(X)
        if None in trees:
            raise InputError(f"X[{trees.index(None)}] has no words; there is nothing to learn from it")
        return [tree for tree in trees if tree is not None]

    def _labels(self, trees: Sequence[Tree], y: Sequence[Any] | None) -> list[Label]:
        """The label of each root; what labels there are becomes `classes_`."""
        if y is None:
            known = [label for tree in trees for label in tree.labels if label is not None]
            if not known:
                raise InputError("requires y to be passed, but the target y is None, and X has no labels of its own")
            self.classes_ = np.unique(known)
            return [tree.label for tree in trees]
        check_consistent_length(trees, y)
        check_classification_targets(y)
        targets = column_or_1d(y, warn=True)
        self.classes_ = unique_labels(targets)
        roots: list[Label] = targets.tolist()
        return roots

    def _settings(self) -> Settings:
        own = {name: getattr(self, name) for name in _OWN}
        own |= {name: _whole(name, own[name]) for name in _WHOLE}
        others: Mapping[str, Any] = check("settings", self.settings, Mapping[str, Any] | None) or {}
        if unknown := [name for name in others if name not in {field.name for field in fields(Settings)}]:
            raise InputError(f"settings has {describe(unknown[0])}, which is no field of treenn.Settings")
        if twice := sorted(others.keys() & {*_OWN, "seed", "checkpoint"}):
            raise InputError(f"settings has {twice[0]}, which is the classifier's own to say")
        try:
            seed = int(check_random_state(self.random_state).randint(2**31 - 1))
        except ValueError as error:
            raise InputError(f"random_state is {describe(self.random_state)}: {error}") from None
        return Settings(**own, **others, seed=seed, checkpoint="last")


def _joined(parser: Parser, texts: Sequence[Sequence[Sentence]]) -> list[Tree | None]:
    """One tree per text over all its sentences; None for a text without sentences."""
    trees = iter(parser.parse_batch([sentence.words for sentences in texts for sentence in sentences]))
    return [join_trees([next(trees) for _ in sentences]) if sentences else None for sentences in texts]


def _paths(vectors: Any) -> Sequence[Path]:
    """The parameter `vectors` as paths; a single path is accepted as well."""
    paths: Sequence[Path] = check(
        "vectors", [vectors] if isinstance(vectors, str | Path) else vectors, Sequence[AnyPath]
    )
    return paths


def _whole(name: str, value: Any) -> int:
    """A whole number of any type, such as 6.0 or a NumPy integer, which searches over parameters give."""
    number = float(value) if isinstance(value, Real) and not isinstance(value, bool) else math.nan
    if not number.is_integer():
        raise InputError(f"{name} is {describe(value)}; it must be a whole number")
    return int(number)


@cache
def _named(name: str) -> Parser:
    return load_parser(name)


def _parser(parser: str | Parser) -> Parser:
    # Not kept with the fitted classifier: it would be pickled with it.
    return parser if isinstance(parser, Parser) else _named(str(parser))
