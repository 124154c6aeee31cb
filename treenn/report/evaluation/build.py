"""`evaluation_report`: the evaluation of a trained model on one split, also against other models."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from treebanks import AnyTreebank
from treebanks.own_data import DatasetSpec
from treenn.analysis import calibration
from treenn.analysis.class_report import class_report
from treenn.analysis.intervals import bootstrap_intervals
from treenn.analysis.statistics import Interval
from treenn.evaluation.metrics import METRICS, Labelling, measure
from treenn.evaluation.run_predictions import RunPredictions
from treenn.experiment.evaluate import predict_split
from treenn.experiment.evaluation_data import evaluation_data
from treenn.experiment.ledger import before, data_of, known_readings, unseen
from treenn.experiment.matching_classes import check_same_classes, in_order_of, with_classes_of
from treenn.experiment.outline import gold_of
from treenn.experiment.trained_model import TrainedModel, open_model
from treenn.models.task import Task
from treenn.report.evaluation.evaluation_report import EvaluationReport, MetricValue
from treenn.report.evaluation.other_models import other_models
from treenn.runtime.environment import environment
from treenn.runtime.progress import Progress, ignore
from treenn.training.run_results import portable_origin
from treenn.trees import OnError
from treenn.trees.arguments import AnyPath, checked
from treenn.trees.errors import InputError, argument
from treenn.trees.json_records import from_json


@checked
def evaluation_report(
    model: AnyPath,
    treebank: AnyTreebank | AnyPath | None = None,
    split: str = "test",
    *,
    against: AnyPath | Sequence[AnyPath] = (),
    spec: DatasetSpec | None = None,
    given: Collection[str] | None = None,
    contextual: str | Sequence[str] = (),
    trust: str | Sequence[str] = (),
    command: str = "treenn.evaluation_report",
    on_error: OnError | None = None,
    progress: Progress = ignore,
) -> EvaluationReport:
    """Evaluate a trained model on a split: metrics with intervals, scores by class, calibration, and paired tests.

    The tests compare two trained models on the same examples. They say nothing of the methods behind them, which
    `treenn.compare` compares over several seeds.

    An evaluation on any split but train and dev is a reading of each model, as in `treenn.evaluate`. The metrics and
    predictions are added to the `results.json` of folders of training runs; other folders are not written to.

    Args:
        model: a folder of `treenn train`, of a run of `treenn compare` or `reproduce` or of `treenn export`, or
            `sentiment`, the model that ships with treenn.
        treebank: the treebank, its name, or a folder or file (`treenn.experiment.evaluation_data`; default: the data of
            the model's training).
        split: the split (default: `"test"`).
        against: other models with the same classes (default: none).
        spec: the form, labels and trees of a folder or file (default: inferred, and as in the model's training).
        given: the fields of `spec` that are given (default: None, those that do not have their default).
        contextual: the contextual encoders that the models may name (`treenn.load_model`).
        trust: the modules that the models may name (`treenn.load_model`).
        command: the command in the ledger and in the report.
        on_error: called with the error of each skipped example (default: None, the first error is raised).
        progress: called after every batch and every bootstrap sample (default: no report).

    Raises:
        InputError: if a model cannot be loaded, is for another task or other classes, or is named twice; if the
            treebank has no such split, or the ledger cannot be written.
    """
    others = [against] if isinstance(against, AnyPath) else list(against)
    models = [open_model(each, contextual, trust) for each in (model, *others)]
    _check_models(models)
    if isinstance(treebank, AnyTreebank):
        data = treebank
    else:
        how: dict[str, Any] = {"given": given, "on_error": on_error, "progress": progress}
        data = evaluation_data(models[0], treebank, spec or DatasetSpec(), split=split, **how)
    earlier = _earlier_configurations(models, data, split)
    found = predict_split(models, data, split, command=command, progress=progress)
    name, *names = _names(models)
    first = replace(_of_model(models[0], data, split, found[0], progress), command=command, model=name)
    compared = {
        name: (predictions, metric_values(predictions, first.metrics, progress))
        for name, other, each in zip(names, models[1:], found[1:], strict=True)
        for predictions in [in_order_of(each, other.network.classes, models[0].network.classes)]
    }
    return replace(first, earlier_configurations=earlier, against=other_models(first, compared))


def _check_models(models: Sequence[TrainedModel]) -> None:
    """Validate that the models are different ones, with the same classes."""
    paths = [Path(model.path).resolve() for model in models]
    for model, path in zip(models[1:], paths[1:], strict=True):
        if paths.count(path) > 1:
            raise InputError(f"{argument('against')} {model.path}: must be another model; it is named twice")
        check_same_classes(model.network, models[0].network, model.path, models[0].path)


def _names(models: Sequence[TrainedModel]) -> list[str]:
    """The names of the models; equal ones are numbered."""
    names = [model.name for model in models]
    return [
        name if names.count(name) == 1 else f"{name} ({names[: index + 1].count(name)})"
        for index, name in enumerate(names)
    ]


def _earlier_configurations(models: Sequence[TrainedModel], treebank: AnyTreebank, split: str) -> int | None:
    if not unseen([split]) or split not in treebank.splits:
        return None
    shown = {model.configuration(treebank) for model in models}
    return before(known_readings(treebank), treebank.name, split, shown)


def _of_model(
    model: TrainedModel, treebank: AnyTreebank, split: str, predictions: Any, progress: Progress
) -> EvaluationReport:
    """The report on one model alone."""
    data = with_classes_of(model.network, treebank, split, model.path)
    settings = model.network.settings
    assert settings is not None
    return report_on(
        model.network.task,
        data.splits[split],
        predictions,
        progress,
        below_roots=model.reads_gold_trees,
        model=model.name,
        network=settings.model,
        seed=None if model.results is None else model.results.seed,
        treebank=treebank.name,
        split=split,
        data=data_of(treebank, split),
        origin=portable_origin(treebank.origin),
    )


def report_on(
    task: Task,
    examples: Sequence[Any],
    predictions: Any,
    progress: Progress,
    *,
    below_roots: bool = True,
    **described: Any,
) -> EvaluationReport:
    """The report on predictions.

    Args:
        task: the task of the model, with the classes of the predictions.
        examples: the examples.
        predictions: their predictions.
        progress: called after every bootstrap sample.
        below_roots: whether labels below the roots are of the predicted nodes (default: True).
        **described: the fields of the report that name the model and the data.
    """
    gold, classes = gold_of(task, examples), task.classes or ()
    below_roots = below_roots and any(count > 1 for count in gold.nodes or ())
    labelling, measured = Labelling(classes, below_roots, task.scale), measure(predictions)
    metrics = [name for name in METRICS if name in measured and METRICS[name].suits(labelling)]
    report = EvaluationReport(
        **{"command": "", **described},
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        size=len(examples),
        noun=task.noun,
        classes=classes,
        metrics=metric_values(predictions, metrics, progress),
        predictions=from_json(RunPredictions, dict(predictions.by_example()), "predictions"),
        gold=gold,
        environment=environment(),
        texts=tuple(tuple(" ".join(tree.words) for tree in task.trees(each)) for each in examples),
    )
    return _with_classes(report, predictions, below_roots=below_roots) if classes else report


def _with_classes(report: EvaluationReport, predictions: Any, *, below_roots: bool) -> EvaluationReport:
    """The report with scores by class and calibration, if these are predictions of nodes or pairs."""
    if predictions.kind not in ("nodes", "pairs"):
        return report
    count, (probabilities, labels) = len(report.classes), predictions.whole_probabilities
    (gold, predicted), labelled = predictions.whole, labels >= 0
    return replace(
        report,
        roots=class_report(gold, predicted, count),
        nodes=class_report(predictions.labels, predictions.classes, count) if below_roots else None,
        calibration=calibration.measure(probabilities[labelled].astype(float), labels[labelled])
        if labelled.any()
        else None,
    )


def metric_values(predictions: Any, metrics: Iterable[str], progress: Progress = ignore) -> dict[str, MetricValue]:
    """Metrics of predictions with bootstrap intervals and the value of the best constant prediction.

    Args:
        predictions: the predictions.
        metrics: the names of the metrics.
        progress: called after every bootstrap sample (default: no report).
    """
    measured, intervals = measure(predictions), bootstrap_intervals(predictions, progress=progress)
    return {name: _value(measured[name], intervals.get(name), measured["majority"].get(name)) for name in metrics}


def _value(value: float | None, interval: Interval | None, majority: float | None) -> MetricValue:
    low, high = (None, None) if interval is None else (interval.low, interval.high)
    return MetricValue(_finite(value), low, high, _finite(majority))


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
