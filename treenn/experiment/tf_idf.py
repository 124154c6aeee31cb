"""TF-IDF of words and bigrams with a linear model: logistic regression for classes, ridge regression for scores."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from itertools import compress
from typing import Any

import numpy as np

from treenn.experiment.baseline_models import Baseline, Outputs, as_it_is, probabilities
from treenn.experiment.phrases import Phrases, words_and_bigrams

STRENGTHS = (1, 3, 10, 30, 100)
"""The candidates for C, the inverse strength of the L2 penalty of logistic regression."""

ALPHAS = (30, 10, 3, 1, 0.3)
"""The candidates for the strength of the L2 penalty of ridge regression."""

MOST_WEIGHTS = 10_000_000
"""The maximum number of weights of logistic regression; with more, the most frequent features are selected."""

Unit = tuple[Sequence[str], ...]
"""The words of a phrase, or of both sides of a pair."""


class TfIdfVectors:
    """TF-IDF vectors of phrases: lower-cased words and bigrams, sublinear term frequency, unit length.

    The vector of a pair of texts u and v is `[u, v, |u - v|, u * v, u . v]`: both vectors, their absolute difference,
    their element-wise product (the features of Conneau, Kiela, Schwenk, Barrault and Bordes 2017, section 3.1) and
    their cosine similarity.

    Args:
        train: the phrases, of which the labelled ones define the vocabulary.
        most: the maximum number of features; with more, the most frequent ones are selected (default: None, no
            maximum).
    """

    def __init__(self, train: Phrases, most: int | None = None) -> None:
        from sklearn.feature_extraction.text import TfidfVectorizer

        self._vectorizer = TfidfVectorizer(analyzer=as_it_is, sublinear_tf=True)
        units = _labelled(train)
        self.train = _combined(self._vectorizer.fit_transform(_features(units)), units)
        self.is_limited = most is not None and self.train.shape[1] > most
        if most is not None and self.is_limited:
            blocks = -(-self.train.shape[1] // len(self._vectorizer.vocabulary_))  # of features, several for pairs
            self._vectorizer.set_params(max_features=max(1, most // blocks))
            self.train = _combined(self._vectorizer.fit_transform(_features(units)), units)

    def of(self, units: Sequence[Unit]) -> Any:
        """The sparse matrix of vectors. Shape: `(N, features)`."""
        return _combined(self._vectorizer.transform(_features(units)), units)


def _features(units: Iterable[Unit]) -> Iterable[list[str]]:
    """The features of every side; both sides of a pair are adjacent."""
    return (words_and_bigrams([word.lower() for word in side]) for unit in units for side in unit)


def _combined(sides: Any, units: Sequence[Unit]) -> Any:
    """Combine the vectors of the two sides of pairs. Shape: `(sides * N, V)` to `(N, features)`."""
    if len(units[0]) == 1:
        return sides
    from scipy.sparse import csr_matrix, hstack

    left, right = sides[::2], sides[1::2]
    product = left.multiply(right).tocsr()
    return hstack([left, right, abs(left - right), product, csr_matrix(product.sum(axis=1))]).tocsr()


class TfIdfClassifier(Baseline):
    """Logistic regression on TF-IDF vectors, with C selected from `STRENGTHS` by accuracy on the phrases of dev.

    For thousands of classes, the features are limited (`MOST_WEIGHTS`), and one C is used, to limit memory and time.
    """

    def __init__(self, train: Phrases, dev: Phrases, classes: int) -> None:
        from sklearn.dummy import DummyClassifier
        from sklearn.linear_model import LogisticRegression

        self._classes = classes
        models = [LogisticRegression(C=strength, max_iter=1000) for strength in STRENGTHS]
        count = len(np.unique(train.labels[train.labelled]))
        vectors = TfIdfVectors(train, MOST_WEIGHTS // max(1, count))
        if count == 1:
            models = [DummyClassifier(strategy="prior")]
        elif vectors.is_limited:
            models = [LogisticRegression(C=STRENGTHS[len(STRENGTHS) // 2], max_iter=20)]
        self._vectors, self._model = _best(models, vectors, train, dev)
        self.parameters = _parameters(self._model)

    def outputs(self, phrases: Phrases) -> Outputs:
        """Return the class probabilities, as `Baseline.outputs`."""
        return probabilities(self._model, self._vectors.of(list(phrases.words)), self._classes)


class TfIdfRegression(Baseline):
    """Ridge regression on TF-IDF vectors, with the penalty selected from `ALPHAS` by R² on the phrases of dev."""

    def __init__(self, train: Phrases, dev: Phrases, classes: int = 0) -> None:
        from sklearn.linear_model import Ridge

        self._vectors, self._model = _best([Ridge(alpha=alpha) for alpha in ALPHAS], TfIdfVectors(train), train, dev)
        self.parameters = _parameters(self._model)

    def outputs(self, phrases: Phrases) -> Outputs:
        """Return the scores, as `Baseline.outputs`."""
        scores: Outputs = self._model.predict(self._vectors.of(list(phrases.words)))
        return scores


def _best(models: Sequence[Any], vectors: TfIdfVectors, train: Phrases, dev: Phrases) -> tuple[TfIdfVectors, Any]:
    """Train models on the labelled phrases, and return the best on those of dev. Ties are broken by order."""
    from sklearn.exceptions import ConvergenceWarning

    x, y, dev_y = vectors.train, train.labels[train.labelled], dev.labels[dev.labelled]
    if len(dev_y) < 2:  # R² needs two
        models = [models[len(models) // 2]]
    dev_x = vectors.of(_labelled(dev)) if len(models) > 1 else None
    best, best_score = None, -np.inf
    for model in models:
        with warnings.catch_warnings(action="ignore", category=ConvergenceWarning):
            model.fit(x, y)
        score = model.score(dev_x, dev_y) if len(models) > 1 else 0.0
        if score > best_score:
            best, best_score = model, score
    return vectors, best


def _labelled(phrases: Phrases) -> list[Unit]:
    return list(compress(phrases.words, phrases.labelled))


def _parameters(model: Any) -> int:
    return int(model.coef_.size + np.size(model.intercept_)) if hasattr(model, "coef_") else 1
