"""The predictions of an evaluation as CSV, one row per example."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from treenn.report.evaluation.evaluation_report import EvaluationReport


def as_csv(report: EvaluationReport) -> str:
    """Texts, gold labels and predictions as CSV.

    The columns are `text`, `gold` (empty without a label) and `predicted`; for classes also `P(CLASS)` for each class,
    and `correct`, 1 or 0. Pairs have the columns `left` and `right` instead of `text`.
    """
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow([*_text_columns(report), "gold", "predicted", *_probability_columns(report)])
    for text, cells in zip(report.texts, _cells(report), strict=True):
        writer.writerow([*text, *cells])
    return file.getvalue()


def _text_columns(report: EvaluationReport) -> list[str]:
    return ["left", "right"] if report.noun == "pair" else ["text"]


def _probability_columns(report: EvaluationReport) -> list[str]:
    return [*(f"P({name})" for name in report.classes), "correct"] if report.classes else []


def _cells(report: EvaluationReport) -> Iterator[list[Any]]:
    """The cells of each example after its text."""
    predictions, gold = report.predictions, report.gold
    if predictions.score is not None and gold.score is not None:
        yield from ([*pair] for pair in zip(gold.score, predictions.score, strict=True))
    elif predictions.root is not None and gold.root is not None:
        for label, predicted, shares in zip(
            gold.root, predictions.root, predictions.root_probabilities or (), strict=True
        ):
            name = report.classes[label] if label >= 0 else ""
            correct = int(label == predicted) if label >= 0 else ""
            yield [name, report.classes[predicted], *shares, correct]
    else:
        columns = zip(*gold.columns.values(), *predictions.columns.values(), strict=True)
        yield from ([*row] for row in columns)
