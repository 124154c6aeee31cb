"""Baselines for phrases: constants, and naive Bayes over unigrams and bigrams."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import numpy as np
import numpy.typing as npt

from treenn.experiment.phrases import Phrases

Outputs = npt.NDArray[np.floating[Any]]


class Baseline(ABC):
    """A classifier or a regression of phrases.

    Args:
        train: the phrases of training.
        dev: the phrases for the selection of hyperparameters.
        classes: the number of classes; 0 for scores.
    """

    parameters: int
    """The number of parameters."""

    @abstractmethod
    def __init__(self, train: Phrases, dev: Phrases, classes: int) -> None: ...

    @abstractmethod
    def outputs(self, phrases: Phrases) -> Outputs:
        """Return the class probabilities of each phrase, or its score. Shape: `(N, classes)`, of scores `(N,)`."""


class Majority(Baseline):
    """The class frequencies of roots for a root, of all phrases for any other phrase."""

    def __init__(self, train: Phrases, dev: Phrases, classes: int) -> None:
        self._all, self._roots = (
            _shares(labels, classes) for labels in (train.labels[train.labelled], train.labels[_labelled_roots(train)])
        )
        self.parameters = classes if train.roots.all() else 2 * classes

    def outputs(self, phrases: Phrases) -> Outputs:
        """Return the class probabilities, as `Baseline.outputs`."""
        return np.where(phrases.roots[:, None], self._roots, self._all)


def _labelled_roots(phrases: Phrases) -> npt.NDArray[np.bool_]:
    return phrases.labelled & phrases.roots


def _shares(labels: npt.NDArray[Any], classes: int) -> Outputs:
    counts = np.bincount(labels, minlength=classes)
    shares: Outputs = (counts / max(counts.sum(), 1)).astype(np.float32)
    return shares


class MeanScore(Baseline):
    """The mean score: of roots for a root, of all phrases for any other phrase."""

    def __init__(self, train: Phrases, dev: Phrases, classes: int = 0) -> None:
        everything, roots = train.labels[train.labelled], train.labels[_labelled_roots(train)]
        self._all = everything.mean() if len(everything) else np.nan
        self._roots = roots.mean() if len(roots) else self._all
        self.parameters = 1 if train.roots.all() else 2

    def outputs(self, phrases: Phrases) -> Outputs:
        """Return the scores, as `Baseline.outputs`."""
        return np.where(phrases.roots, self._roots, self._all)


class NaiveBayes(Baseline):
    """Multinomial naive Bayes over unigrams and bigrams (Wang and Manning 2012, section 2.1), with add-one smoothing.

    Every phrase of a tree is counted separately: time and memory are proportional to sentence length times depth.
    """

    def __init__(self, train: Phrases, dev: Phrases, classes: int) -> None:
        from sklearn.feature_extraction.text import CountVectorizer
        from sklearn.naive_bayes import MultinomialNB

        self._classes = classes
        self._counts = CountVectorizer(analyzer=as_it_is)
        counted, labelled = self._counts.fit_transform(train.features), train.labelled
        self._model = MultinomialNB().fit(counted[labelled], train.labels[labelled])
        self.parameters = self._model.feature_log_prob_.size + self._model.class_log_prior_.size

    def outputs(self, phrases: Phrases) -> Outputs:
        """Return the class probabilities, as `Baseline.outputs`."""
        return probabilities(self._model, self._counts.transform(phrases.features), self._classes)


def as_it_is(features: list[str]) -> list[str]:
    """Return the features of a phrase, for vectorizers of scikit-learn."""
    return features


def probabilities(model: Any, features: Any, classes: int) -> Outputs:
    """The class probabilities of a scikit-learn classifier; 0 for classes that do not occur in training.

    Shape: `(N, classes)`.
    """
    outputs = np.zeros((features.shape[0], classes), dtype=np.float32)
    outputs[:, model.classes_] = model.predict_proba(features)
    return outputs
