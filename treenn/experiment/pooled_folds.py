"""The runs of a cross-validated comparison, pooled over folds to one run per model and seed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from statistics import mean, median_low
from typing import Any, TypeVar

import numpy as np

from treenn.analysis.statistics import measure_of
from treenn.evaluation.metrics import METRICS
from treenn.evaluation.predictions import Predictions
from treenn.evaluation.run_predictions import Gold, RunPredictions
from treenn.evaluation.score_predictions import ScorePredictions
from treenn.experiment.folds import HELD_OUT, Fold
from treenn.experiment.plan_record import TaskOutline
from treenn.experiment.results import CrossValidation, MissingRun, TaskResults
from treenn.experiment.run_record import RunResults, summarize_runs
from treenn.training.run_results import Epoch, SplitMetrics

Record = TypeVar("Record", Gold, RunPredictions)


def pooled_results(tasks: Sequence[TaskOutline], runs: Sequence[Mapping[tuple[str, int], RunResults]]) -> TaskResults:
    """The results of a cross-validation without differences. A run is missing if a fold lacks it.

    Args:
        tasks: the tasks of all folds.
        runs: the finished runs of each task, by model and seed.
    """
    first, folds = tasks[0], [task.fold for task in tasks if task.fold is not None]
    gold = pooled_columns([(fold, task.gold[HELD_OUT]) for fold, task in zip(folds, tasks, strict=True)])
    planned = [(entry.model, entry.seed) for entry in first.planned]
    finished = [key for key in planned if all(key in of_fold for of_fold in runs)]
    size, n_classes = sum(len(fold.examples) for fold in folds), len(first.treebank.classes)
    pooled = [
        pooled_run([(fold, of_fold[key]) for fold, of_fold in zip(folds, runs, strict=True)], gold, n_classes)
        for key in finished
    ]
    return TaskResults(
        treebank=replace(first.treebank, sizes={HELD_OUT: size}),
        settings=first.settings,
        supervision=first.supervision,
        evaluated=first.evaluated,
        gold={HELD_OUT: gold},
        runs=tuple(pooled),
        missing=tuple(MissingRun(*key) for key in planned if key not in finished),
        summary=summarize_runs(pooled, first.evaluated),
        differences=(),
        match=first.match,
        vectors=next((run.vectors for run in pooled if run.vectors), ()),
        cross_validation=CrossValidation(folds[0].of, folds[0].seed, folds[0].unread),
    )


def pooled_columns(parts: Sequence[tuple[Fold, Record]]) -> Record:
    """Pool the values by example of all folds, in the order of `pooled_examples`.

    A column that a fold lacks is omitted.

    Args:
        parts: the folds with their gold labels or predictions.
    """
    kind = type(parts[0][1])
    named = [field.name for field in fields(kind) if field.name != "others"]
    columns = {name: _placed([(fold, getattr(record, name)) for fold, record in parts]) for name in named}
    others = {name: _placed([(fold, record.others.get(name)) for fold, record in parts]) for name in parts[0][1].others}
    return kind(**columns, others={name: values for name, values in others.items() if values is not None})


def _placed(parts: Sequence[tuple[Fold, Sequence[Any] | None]]) -> tuple[Any, ...] | None:
    values: dict[int, Any] = {}
    for fold, column in parts:
        if column is None:
            return None
        values |= zip(fold.examples, column, strict=True)
    return tuple(values[index] for index in range(len(values)))


def pooled_run(parts: Sequence[tuple[Fold, RunResults]], gold: Gold, n_classes: int) -> RunResults:
    """Pool the runs of a model with one seed on all folds.

    Times are sums. The numbers of parameters and the metrics on dev, also those by epoch, are means over folds. Metrics
    over nodes are undefined if they cannot be computed from the stored predictions.

    Args:
        parts: the folds with their runs.
        gold: the gold labels of all examples.
        n_classes: the number of classes, 0 for scores.
    """
    runs = [run for _, run in parts]
    predictions = pooled_columns([(fold, run.predictions[HELD_OUT]) for fold, run in parts])
    by_fold = [run.metrics[HELD_OUT] for run in runs]
    return replace(
        runs[0],
        parameters=round(mean(run.parameters for run in runs)),
        embedding_parameters=round(mean(run.embedding_parameters for run in runs)),
        seconds=sum(run.seconds for run in runs),
        trees_per_second=mean(run.trees_per_second for run in runs),
        epochs=max(run.epochs for run in runs),
        best_epoch=median_low(run.best_epoch for run in runs),
        history=_mean_history([run.history for run in runs]),
        metrics={
            "dev": _mean_metrics([run.metrics["dev"] for run in runs]),
            HELD_OUT: _measured(predictions, gold, n_classes, by_fold[0].values),
        },
        predictions={HELD_OUT: predictions},
        folds=tuple(by_fold),
        seconds_to_best=None,
        prediction_trees_per_second=None,
        minimal_pairs=None,
        gradient_flow=None,
        slices={},
        calibration={},
    )


def _mean_history(histories: Sequence[Sequence[Epoch]]) -> tuple[Epoch, ...]:
    """The epochs common to all folds, with means over folds."""
    return tuple(
        Epoch(
            epoch=of_folds[0].epoch,
            loss=_mean([each.loss for each in of_folds]),
            seconds=sum(each.seconds for each in of_folds),
            dev=_mean_metrics([each.dev for each in of_folds]),
        )
        for of_folds in zip(*histories, strict=False)
    )


def _mean_metrics(metrics: Sequence[SplitMetrics]) -> SplitMetrics:
    def means(columns: Sequence[Mapping[str, float | None]]) -> dict[str, float | None]:
        return {name: _mean([column.get(name) for column in columns]) for name in columns[0]}

    return SplitMetrics(means([each.majority for each in metrics]), means([each.values for each in metrics]))


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return mean(known) if len(known) == len(values) else None


def _measured(
    predictions: RunPredictions, gold: Gold, n_classes: int, metrics: Mapping[str, float | None]
) -> SplitMetrics:
    """The metrics that can be computed from the columns of pooled predictions."""
    whole = _of_whole_examples(predictions, gold)
    values, majority = dict[str, float | None](), dict[str, float | None]()
    for name in metrics:
        metric = METRICS[name]
        if whole is not None and metric.level != "node":
            values[name] = metric.compute(whole)
            majority |= {} if metric.constant is None else {name: metric.constant(whole)}
        else:
            values[name] = _by_sums(predictions, gold, n_classes, name)
    return SplitMetrics(majority, values)


def _of_whole_examples(predictions: RunPredictions, gold: Gold) -> Any:
    """The predictions of roots, pairs or scores; None for those of user-defined tasks."""
    if predictions.score is not None and gold.score is not None:
        labels, scores = (np.array(values, dtype=np.float64) for values in (gold.score, predictions.score))
        return ScorePredictions(labels, scores, np.ones(len(labels), dtype=np.int64))
    if predictions.root is None or gold.root is None or predictions.root_probabilities is None:
        return None
    probabilities = np.array(predictions.root_probabilities, dtype=np.float32)
    sizes = np.ones(len(gold.root), dtype=np.int64)
    positive = np.array(predictions.root_binary or np.zeros(len(sizes)), dtype=bool)
    return Predictions(
        np.array(gold.root), np.array(predictions.root), positive, probabilities, sizes, probabilities.shape[1]
    )


def _by_sums(predictions: RunPredictions, gold: Gold, n_classes: int, metric: str) -> float | None:
    if METRICS[metric].paired is None:
        return None
    measure = measure_of({"": [predictions]}, gold, n_classes, metric)
    return None if measure is None or not measure.sentences else float(measure.values()[""][0])
