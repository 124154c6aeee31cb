"""`TreeSentimentClassifier`: a scikit-learn classifier of texts and trees."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from functools import cache
from numbers import Real
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import Tags, check_random_state, column_or_1d
from sklearn.utils.multiclass import check_classification_targets, unique_labels
from sklearn.utils.validation import check_consistent_length, check_is_fitted

from treebanks import Treebank
from treenn.evaluation.predictions import predict
from treenn.models.settings import Settings
from treenn.models.vectors import read_vectors
from treenn.parsers import Parser
from treenn.parsers.loading import SHIPPED, load_parser
from treenn.parsers.long_sentences import divide_sentences, find_sentences, join_trees
from treenn.training import train
from treenn.trees import InputError, Label, Tree
from treenn.trees.arguments import AnyPath, check, check_items, refusal

_OWN = ("model", "size", "word_size", "epochs", "batch_size", "learning_rate", "weight_decay", "dropout")
"""The settings of `treenn.Settings` that are parameters of the classifier."""

_WHOLE = ("size", "word_size", "epochs", "batch_size")

_named_parser = cache(load_parser)


class TreeSentimentClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # sklearn has no types
    """A network over trees as a scikit-learn classifier of texts, for pipelines, grid search and cross-validation.

    X is a list, an array or a Series of texts, which are parsed, or of `Tree`s. y has the label of each text or root.
    Labels of other nodes are trained on, too, if they occur in y, so that trees of `treenn label` or of a treebank
    provide more supervision than their roots.

    Each text becomes one tree: that of its sentence, or the trees of its sentences below a balanced binary tree
    (`treenn.parsers.join_trees`). A sentence of more than the parser's `max_words` words is divided at punctuation; a
    text may have any length.

    A text without words cannot be trained on; its prediction is the class prior.

    Args:
        model: the network, by its name in `treenn cells` (default: `"tree-lstm"`).
        size: the width of hidden states (default: 100).
        word_size: the width of word vectors if no pretrained ones are given (default: 100).
        epochs: the number of passes over the training texts; the default suits some thousands of texts, fewer need
            more. The last epoch's weights are used (default: 10).
        batch_size: texts per step (default: 25).
        learning_rate: the learning rate of all parameters but the word vectors (default: 0.05).
        weight_decay: L2, on all parameters but the word vectors (default: 1e-4).
        dropout: the dropout probability of the classifier's input (default: 0.5).
        settings: further settings of `treenn.Settings`, by name (default: none).
        vectors: a file of pretrained word vectors or a list of them, read for the words of the training texts (default:
            none).
        parser: a parser, its folder, or a name of `treenn.load_parser` (default: the shipped parser).
        random_state: the seed; an integer makes results reproducible on one machine (default: None).

    Attributes:
        classes_: the labels, sorted, in the order of `predict_proba`'s columns.
        model_: the trained network.
        class_prior_: the share of each label among the training texts.

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
            y: the label of each; for trees, None uses the labels of their nodes (default: None).

        Raises:
            InputError: (a ValueError) if an item of X is something else or a text without words, or nothing has a
                label.
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
            # Required by the trainer, but unused: the last epoch is kept.
            {"train": tuple(examples), "dev": tuple(each for each in examples if each.label is not None)[:1]},
        )
        paths = [self.vectors] if isinstance(self.vectors, str | Path) else self.vectors
        files = [read_vectors(path, words) for path in check("vectors", paths, Sequence[AnyPath])]
        run = train(treebank, self._settings(), vectors=files)
        self.model_ = run.model
        counts = np.bincount([tree.label for tree in examples if tree.label is not None], minlength=len(numbers))
        self.class_prior_ = counts / counts.sum()
        return self

    def predict(self, X: Iterable[str | Tree]) -> npt.NDArray[Any]:
        """The most probable label of each text or tree. Shape: `(len(X),)`."""
        best = self.predict_proba(X).argmax(axis=1)  # first: it refuses a classifier that is not fitted
        labels: npt.NDArray[Any] = self.classes_[best]
        return labels

    def predict_proba(self, X: Iterable[str | Tree]) -> npt.NDArray[np.float64]:
        """The probability of each label. Shape: `(len(X), len(classes_))`."""
        check_is_fitted(self)
        given = self._trees(X)
        trees = [tree.with_labels([None] * len(tree)) for tree in given if tree is not None]
        p = np.tile(self.class_prior_, (len(given), 1))
        if trees:
            predictions = predict(self.model_, trees)
            p[[tree is not None for tree in given]] = predictions.probabilities[predictions.roots]
        return p

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array, tags.input_tags.string = False, True
        return tags

    def _trees(self, X: Iterable[str | Tree]) -> list[Tree | None]:
        """X as trees, with texts parsed; None for a text without words."""
        given = check_items("X", X, str, Tree)
        if not given:
            raise InputError("X is empty; there must be at least one text or tree")
        # Not an attribute of the fitted classifier, which would pickle it.
        parser = self.parser if isinstance(self.parser, Parser) else _named_parser(str(self.parser))
        texts = [divide_sentences(find_sentences(each), parser.max_words) for each in given if isinstance(each, str)]
        trees = iter(parser.parse_batch([sentence.words for sentences in texts for sentence in sentences]))
        joined = iter([join_trees([next(trees) for _ in sentences]) if sentences else None for sentences in texts])
        return [each if isinstance(each, Tree) else next(joined) for each in given]

    def _full_trees(self, X: Iterable[str | Tree]) -> list[Tree]:
        trees = self._trees(X)
        if None in trees:
            raise InputError(f"X[{trees.index(None)}] has no words; there is nothing to learn from it")
        return [tree for tree in trees if tree is not None]

    def _labels(self, trees: Sequence[Tree], y: Sequence[Any] | None) -> list[Label]:
        """The label of each root; sets `classes_`."""
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
            raise InputError(f"settings has {unknown[0]!r}, which is no field of treenn.Settings")
        if twice := sorted(others.keys() & {*_OWN, "seed", "checkpoint"}):
            raise InputError(f"settings has {twice[0]}, which is a parameter of the classifier")
        try:
            seed = int(check_random_state(self.random_state).randint(2**31 - 1))
        except ValueError as error:
            raise InputError(f"random_state: {error}") from None
        return Settings(**own, **others, seed=seed, checkpoint="last")


def _whole(name: str, value: Any) -> int:
    """A whole number of any type, such as 6.0 or a NumPy integer from a parameter search."""
    number = float(value) if isinstance(value, Real) and not isinstance(value, bool) else math.nan
    if not number.is_integer():
        raise refusal(name, value, "a whole number")
    return int(number)
