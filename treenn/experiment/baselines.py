"""Baselines that are not networks: the majority class, and naive Bayes over unigrams and bigrams."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from treebanks import AnyTreebank
from treenn.analysis.post_training import analyse_predictions
from treenn.encoders import NO_LABEL
from treenn.evaluation.metrics import AnyPredictions
from treenn.experiment.mean_score import MeanScore
from treenn.experiment.results import RunResults
from treenn.models.settings import Settings
from treenn.models.task import Task
from treenn.runtime.environment import environment
from treenn.tasks import task_of
from treenn.training.run_results import measure_splits, unseen_predictions
from treenn.trees import InputError

Probabilities = npt.NDArray[np.float32]
_BATCH = 200  # sentences whose phrases are counted at a time


def train_baseline(treebank: AnyTreebank, name: str, settings: Settings) -> RunResults:
    """Train and evaluate a baseline.

    Args:
        treebank: the treebank.
        name: `majority` or `naive-bayes`.
        settings: the settings, of which only the supervision is used: with `roots`, a baseline is trained on roots,
            else on every labelled phrase.

    Raises:
        InputError: if the treebank has no classes; `majority` is the mean of scores.
    """
    if not treebank.classes and name != "majority":
        raise InputError(f'model = "{name}": predicts a class, but {treebank.name} has scores')
    start = time.perf_counter()
    task = task_of(treebank)
    parameters, predict = _fitted(task, treebank, name, settings.supervision == "roots")
    seconds = time.perf_counter() - start
    unseen = [split for split in treebank.splits if split != "train"]
    start = time.perf_counter()
    predictions = {split: predict(treebank.splits[split]) for split in unseen}
    predicting = time.perf_counter() - start
    n_predicted = sum(1 for split in unseen for _ in treebank.trees(split))
    analysis = replace(
        analyse_predictions(predictions, treebank),
        seconds_to_best=seconds,
        prediction_trees_per_second=n_predicted / predicting,
    )
    return RunResults(
        model=name,
        seed=0,
        treebank=treebank.name,
        parameters=parameters,
        embedding_parameters=0,
        seconds=seconds,
        trees_per_second=sum(1 for _ in treebank.trees("train")) / seconds,
        best_epoch=0,
        epochs=0,
        settings={"model": name, "supervision": settings.supervision},
        history=(),
        environment=environment(),
        metrics=measure_splits(predictions),
        predictions=unseen_predictions(predictions),
        **vars(analysis),
    )


def _fitted(
    task: Task, treebank: AnyTreebank, name: str, roots_only: bool
) -> tuple[int, Callable[[Sequence[Any]], AnyPredictions]]:
    """The number of a baseline's parameters, and the function of examples that predicts."""
    if not treebank.classes:
        mean = MeanScore(task, treebank.train, roots_only=roots_only)
        return mean.parameters, mean.predict
    baseline = BASELINES[name](phrases(task, treebank.train, roots_only), len(treebank.classes))
    return baseline.parameters, partial(_predict, baseline, task)


@dataclass(frozen=True)
class Phrases:
    """The phrases of sentences, or pairs of sentences, as features and labels; a pair counts as one phrase.

    Args:
        features: the words and bigrams of each phrase.
        labels: the class of each phrase, -100 if it has none. Shape: `(N,)`.
        roots: True for sentences and pairs, False for phrases within a sentence. Shape: `(N,)`.

    Shape legend: `N` phrases.
    """

    features: Iterator[list[str]]
    labels: npt.NDArray[np.int64]
    roots: npt.NDArray[np.bool_]


def phrases(task: Task, examples: Sequence[Any], roots_only: bool = False) -> Phrases:
    """Extract the phrases of examples, in the order of `Task.unit_labels`.

    Args:
        task: the task of the examples.
        examples: trees or pairs.
        roots_only: whether to skip phrases within sentences (default: False).
    """
    labels, roots = list[int](), list[bool]()
    for each in examples:
        of_example = task.unit_labels(each, roots_only=roots_only)
        labels += of_example
        roots += [False] * (len(of_example) - 1) + [True]
    units = (words for each in examples for words in task.unit_words(each, roots_only=roots_only))
    return Phrases(map(_features, units), np.array(labels, dtype=np.int64), np.array(roots))


def _features(sides: tuple[Sequence[str], ...]) -> list[str]:
    """The words and bigrams of a phrase; of a pair, each with the number of its side."""
    if len(sides) == 1:
        return _words_and_bigrams(sides[0])
    return [f"{side} {each}" for side, words in enumerate(sides, start=1) for each in _words_and_bigrams(words)]


def _words_and_bigrams(words: Sequence[str]) -> list[str]:
    return [*words, *map(" ".join, pairwise(words))]


class Baseline(ABC):
    """A classifier of phrases.

    Args:
        phrases: the phrases of training.
        classes: the number of classes.
    """

    parameters: int
    """The number of parameters."""

    @abstractmethod
    def __init__(self, phrases: Phrases, classes: int) -> None: ...

    @abstractmethod
    def probabilities(self, phrases: Phrases) -> Probabilities:
        """Return the class probabilities of each phrase. Shape: `(N, classes)`."""


class Majority(Baseline):
    """The class frequencies: among roots for a root, among all phrases for any other phrase."""

    def __init__(self, phrases: Phrases, classes: int) -> None:
        self._all, self._roots = (
            _shares(labels, classes) for labels in (phrases.labels, phrases.labels[phrases.roots])
        )
        self.parameters = classes if phrases.roots.all() else 2 * classes

    def probabilities(self, phrases: Phrases) -> Probabilities:
        """Return the class probabilities, as `Baseline.probabilities`."""
        return np.where(phrases.roots[:, None], self._roots, self._all)


def _shares(labels: npt.NDArray[np.int64], classes: int) -> Probabilities:
    counts = np.bincount(labels[labels != NO_LABEL], minlength=classes)
    shares: Probabilities = (counts / max(counts.sum(), 1)).astype(np.float32)
    return shares


class NaiveBayes(Baseline):
    """Multinomial naive Bayes over unigrams and bigrams (Wang and Manning 2012, section 2.1), with add-one smoothing.

    Every phrase of a tree is counted separately: time and memory are proportional to sentence length times depth.
    """

    def __init__(self, phrases: Phrases, classes: int) -> None:
        from sklearn.feature_extraction.text import CountVectorizer
        from sklearn.naive_bayes import MultinomialNB

        self._classes = classes
        self._counts = CountVectorizer(analyzer=_as_it_is)
        counted, labelled = self._counts.fit_transform(phrases.features), phrases.labels != NO_LABEL
        self._model = MultinomialNB().fit(counted[labelled], phrases.labels[labelled])
        self.parameters = self._model.feature_log_prob_.size + self._model.class_log_prior_.size

    def probabilities(self, phrases: Phrases) -> Probabilities:
        """Return the class probabilities, as `Baseline.probabilities`."""
        found = np.zeros((len(phrases.labels), self._classes), dtype=np.float32)
        found[:, self._model.classes_] = self._model.predict_proba(self._counts.transform(phrases.features))
        return found


def _as_it_is(features: list[str]) -> list[str]:
    return features


BASELINES: dict[str, type[Baseline]] = {"majority": Majority, "naive-bayes": NaiveBayes}
"""The baselines by name."""


def _predict(baseline: Baseline, task: Task, examples: Sequence[Any]) -> AnyPredictions:
    batches = [phrases(task, examples[start : start + _BATCH]) for start in range(0, len(examples), _BATCH)]
    labels = np.concatenate([batch.labels for batch in batches])
    p = np.concatenate([baseline.probabilities(batch) for batch in batches])
    ends = np.flatnonzero(np.concatenate([batch.roots for batch in batches])) + 1
    predictions: AnyPredictions = task.from_probabilities(labels, p, np.diff(ends, prepend=0))
    return predictions
