"""Paired tests of the evaluated model against other models, and the examples on which both differ most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from treenn.analysis.disagreement import Disagreement, disagreements
from treenn.analysis.statistics import Difference, differences
from treenn.evaluation.measuring import paired_metrics
from treenn.evaluation.run_predictions import RunPredictions
from treenn.report.evaluation.evaluation_report import DifferingExample, EvaluationReport, MetricValue, OtherModel
from treenn.trees.json_records import from_json

MOST_EXAMPLES = 5
"""The maximum number of examples on which two models differ most."""


def other_models(
    report: EvaluationReport, compared: Mapping[str, tuple[Any, Mapping[str, MetricValue]]]
) -> tuple[OtherModel, ...]:
    """Compare the evaluated model with each other model, with Holm's correction over all tests.

    Args:
        report: the report on the evaluated model.
        compared: the predictions and metrics of the others by name, with the classes in the report's order.
    """
    columns = {
        name: from_json(RunPredictions, dict(predictions.by_example()), "predictions")
        for name, (predictions, _) in compared.items()
    }
    tested = _differences(report, columns)
    return tuple(
        OtherModel(
            name,
            metrics,
            tuple(each for each in tested if each.models[1] == name),
            tuple(differing_examples(report, name, columns[name])),
        )
        for name, (_, metrics) in compared.items()
    )


def _differences(report: EvaluationReport, others: Mapping[str, RunPredictions]) -> list[Difference]:
    runs = {name: [predictions] for name, predictions in {report.model: report.predictions, **others}.items()}
    metrics = [name for name in paired_metrics() if name in report.metrics]
    return differences(
        {report.split: runs},
        {report.split: report.gold},
        report.model,
        n_classes=len(report.classes),
        metrics=metrics,
    )


def differing_examples(report: EvaluationReport, name: str, other: RunPredictions) -> Sequence[DifferingExample]:
    """The examples on which two models differ most, sorted by decreasing difference; none for user-defined tasks.

    Args:
        report: the report on one model.
        name: the other model.
        other: its predictions.
    """
    both = {report.model: report.predictions, name: other}
    if report.gold.root is not None and all(each.root_probabilities is not None for each in both.values()):
        probabilities = {model: [each.root_probabilities] for model, each in both.items()}
        found = disagreements(probabilities, report.gold.root, report.split, MOST_EXAMPLES)
        return [_of_classes(report, each) for each in found if each.distance > 0]
    if report.gold.score is not None and all(each.score is not None for each in both.values()):
        return _of_scores(report, {model: each.score or () for model, each in both.items()})
    return []


def _of_classes(report: EvaluationReport, each: Disagreement) -> DifferingExample:
    answers = each.models.items()
    return DifferingExample(
        line=each.line,
        gold=None if each.gold < 0 else report.classes[each.gold],
        predicted={model: report.classes[answer.predicted] for model, answer in answers},
        distance=each.distance,
        probabilities={model: answer.probabilities[answer.predicted] for model, answer in answers},
    )


def _of_scores(report: EvaluationReport, scores: Mapping[str, Sequence[float]]) -> list[DifferingExample]:
    assert report.gold.score is not None
    first, second = (np.array(values) for values in scores.values())
    distances = np.abs(first - second)
    order = np.argsort(-distances, kind="stable")[:MOST_EXAMPLES].tolist()
    return [
        DifferingExample(
            line=index + 1,
            gold=report.gold.score[index],
            predicted={model: values[index] for model, values in scores.items()},
            distance=round(float(distances[index]), 4),
        )
        for index in order
        if distances[index] > 0
    ]
