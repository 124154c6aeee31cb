"""The report on predictions: metrics with intervals, scores by class, and calibration."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from treenn.analysis import calibration
from treenn.analysis.class_report import class_report
from treenn.analysis.intervals import bootstrap_intervals
from treenn.analysis.statistics import Interval
from treenn.evaluation.measuring import measure
from treenn.evaluation.metrics import METRICS, Labelling
from treenn.evaluation.run_predictions import RunPredictions
from treenn.experiment.outline import gold_of
from treenn.models.task import Task
from treenn.report.evaluation.evaluation_report import EvaluationReport, MetricValue
from treenn.runtime.environment import environment
from treenn.runtime.progress import Progress, ignore
from treenn.trees.json_records import from_json


def report_on(
    task: Task,
    examples: Sequence[Any],
    predictions: Any,
    progress: Progress,
    *,
    below_roots: bool = True,
    **described: Any,
) -> EvaluationReport:
    """Build the report on predictions.

    Args:
        task: the task of the model, with the classes of the predictions.
        examples: the examples.
        predictions: their predictions.
        progress: called after every bootstrap sample.
        below_roots: whether the labelled nodes below the roots are predicted (default: True).
        **described: the fields of the report on the model and the data.
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
    """Compute metrics of predictions, with bootstrap intervals and the value of the best constant prediction.

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
