"""Baselines: constants, naive Bayes, and linear models of TF-IDF vectors."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from treebanks import AnyTreebank, TextCorpus
from treenn.analysis.post_training import analyse_predictions
from treenn.encoders import NO_LABEL
from treenn.evaluation.metrics import AnyPredictions
from treenn.experiment.baseline_models import Baseline, Majority, MeanScore, NaiveBayes
from treenn.experiment.phrases import phrases, unit_targets
from treenn.experiment.plan_spec import NGRAMS
from treenn.experiment.run_record import RunResults
from treenn.experiment.run_spec import baseline_settings
from treenn.experiment.tf_idf import TfIdfClassifier, TfIdfRegression
from treenn.lm.ngram_model import NGramModel, order_of
from treenn.models.settings import Settings
from treenn.runtime.environment import environment
from treenn.tasks import task_of
from treenn.training.run_results import measure_splits, unseen_predictions
from treenn.trees import InputError

BASELINES: Mapping[str, type[Baseline]] = {
    "majority": Majority,
    "naive-bayes": NaiveBayes,
    "tf-idf": TfIdfClassifier,
}
"""The baselines for classes by name."""

SCORE_BASELINES: Mapping[str, type[Baseline]] = {"majority": MeanScore, "tf-idf": TfIdfRegression}
"""The baselines for scores by name; `majority` is the mean, the best constant."""

_BATCH = 200  # sentences whose phrases are predicted at a time


def train_baseline(treebank: AnyTreebank, name: str, settings: Settings) -> RunResults:
    """Train and evaluate a baseline.

    Args:
        treebank: the treebank.
        name: `majority`, `naive-bayes` or `tf-idf`, for a corpus of plain text one of `NGRAMS`.
        settings: the settings, of which only the supervision is used (with `roots`, a baseline is trained on roots,
            else on every labelled phrase), and the vocabulary size of a language model.

    Raises:
        InputError: if the treebank has scores, but the baseline predicts classes; if one of them is for language models
            only.
    """
    start = time.perf_counter()
    fitted = _fit(treebank, name, settings)
    seconds = time.perf_counter() - start
    unseen = [split for split in treebank.splits if split != "train"]
    start = time.perf_counter()
    predictions = {split: fitted.predict(split) for split in unseen}
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
        parameters=fitted.parameters,
        embedding_parameters=0,
        seconds=seconds,
        trees_per_second=sum(1 for _ in treebank.trees("train")) / seconds,
        best_epoch=0,
        epochs=0,
        settings=baseline_settings(name, settings),
        history=(),
        environment=environment(),
        metrics=measure_splits(predictions),
        predictions=unseen_predictions(predictions),
        **vars(analysis),
    )


class _Fitted(NamedTuple):
    """A fitted baseline: its number of parameters, and the predictions of a split."""

    parameters: int
    predict: Callable[[str], AnyPredictions]


def _fit(treebank: AnyTreebank, name: str, settings: Settings) -> _Fitted:
    """Fit a baseline to a treebank, or an n-gram model to a corpus of plain text."""
    if (order := order_of(name)) is None:
        baseline = fit_baseline(treebank, name, settings)
        return _Fitted(baseline.parameters, partial(predict_split, baseline, treebank))
    if not isinstance(treebank, TextCorpus):
        raise InputError(f'model = "{name}": does not apply to {treebank.name}; must be a baseline for labelled trees')
    model = NGramModel.fit(treebank, order, settings.vocabulary_size)
    return _Fitted(model.parameters, lambda split: model.predict(treebank.splits[split]))


def fit_baseline(treebank: AnyTreebank, name: str, settings: Settings) -> Baseline:
    """Fit a baseline for classes or scores, as `train_baseline`."""
    if isinstance(treebank, TextCorpus):
        wanted = f"must be one of {', '.join(NGRAMS)}"
        raise InputError(f'model = "{name}": does not apply to {treebank.name}; {wanted}')
    kinds = BASELINES if treebank.classes is not None else SCORE_BASELINES
    if name not in kinds:
        raise InputError(f'model = "{name}": predicts a class, but {treebank.name} has scores')
    task = task_of(treebank)
    roots_only = settings.supervision == "roots"
    train, dev = (phrases(task, treebank.splits[split], roots_only) for split in ("train", "dev"))
    return kinds[name](train, dev, len(treebank.classes or ()))


def predict_split(baseline: Baseline, treebank: AnyTreebank, split: str) -> AnyPredictions:
    """Predict the phrases of a split; only the roots if the treebank labels no other node."""
    task, examples = task_of(treebank), treebank.splits[split]
    starts = range(0, len(examples), _BATCH)
    batches = [phrases(task, examples[start : start + _BATCH], task.roots_only) for start in starts]
    labels = np.concatenate([batch.labels for batch in batches])
    outputs = np.concatenate([baseline.outputs(batch) for batch in batches])
    sizes = np.array([len(unit_targets(task, each)) for each in examples])
    if task.roots_only:
        labels = _at_ends(labels, sizes, np.nan if treebank.classes is None else NO_LABEL)
        outputs = _at_ends(outputs, sizes, np.nan if treebank.classes is None else 0)
    predictions: AnyPredictions
    if treebank.score_range is not None:
        predictions = task.from_scores(labels, outputs.clip(*treebank.score_range), sizes)
    else:
        predictions = task.from_probabilities(labels, outputs, sizes)
    return predictions


def _at_ends(values: npt.NDArray[Any], sizes: npt.NDArray[np.int64], fill: float) -> npt.NDArray[Any]:
    """Place the value of each example at its last phrase. Shape: `(T, ...)` to `(N, ...)`; others have `fill`."""
    phrases = np.full((sizes.sum(), *values.shape[1:]), fill, values.dtype)
    phrases[np.cumsum(sizes) - 1] = values
    return phrases
