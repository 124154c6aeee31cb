"""The section on calibration, before and after temperature scaling."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain, groupby
from operator import attrgetter

import numpy as np

from treenn.analysis.calibration import CurvePoint, SplitCalibration
from treenn.experiment.results import TaskResults
from treenn.report.charts import REFERENCE, drawn, finish, look, panels, pictures
from treenn.report.document import Chart, Record, Section, Table
from treenn.report.formatting import in_all_runs, model_table, over_seeds, percent, spread_of

_NUMBERS: Mapping[str, tuple[str, float, int]] = {
    "ece": ("ECE (%)", 100, 1),
    "ece_adaptive": ("adaptive (%)", 100, 1),
    "nll": ("NLL", 1, 3),
    "brier": ("Brier", 1, 3),
}
_WHEN = {"before": "unscaled", "after": "scaled"}
Calibrations = Mapping[str, Sequence[SplitCalibration]]
"""By model the calibration of its runs on one split."""


def calibration_section(task: TaskResults) -> Section | None:
    """Calibration before and after temperature scaling; None if no run has it."""
    by_split = {split: found for split in task.unseen_splits if (found := _of_models(task, split))}
    tables = [_table(task, split, found) for split, found in by_split.items()]
    return Section("Calibration", [*tables, pictures(lambda: _charts(task, by_split))]) if tables else None


def _of_models(task: TaskResults, split: str) -> dict[str, list[SplitCalibration]]:
    return in_all_runs(task, lambda run: run.calibration.get(split))


def _table(task: TaskResults, split: str, found: Calibrations) -> Table:
    columns = {
        f"{head}, {_WHEN[when]}": spread_of(f"{when} {name}", scale, digits)
        for name, (head, scale, digits) in _NUMBERS.items()
        for when in _WHEN
    }
    return model_table(
        task,
        f"calibration-{split}",
        f"Predictions for whole examples of {split}, mean ± standard deviation over seeds",
        columns | {"Temperature": spread_of("temperature", 1, 2)},
        {model: _record(runs) for model, runs in found.items()},
        note="ECE: expected calibration error, the mean distance between confidence and accuracy over 15 bins of equal"
        " width; adaptive: of equal counts. NLL: mean negative log-likelihood of the gold class. Brier: mean squared"
        " distance from the one-hot gold class, 0 to 2. Scaled: with temperature scaling, fitted to dev.",
    )


def _record(runs: Sequence[SplitCalibration]) -> Record:
    """All numbers over seeds, without those after scaling if dev has no label."""
    measured = {
        f"{when} {name}": [getattr(getattr(run, when), name, None) for run in runs]
        for when in _WHEN
        for name in _NUMBERS
    }
    return over_seeds(measured | {"temperature": [run.temperature for run in runs]})


def _charts(task: TaskResults, by_split: Mapping[str, Calibrations]) -> list[Chart]:
    return [_chart(task, split, found) for split, found in by_split.items() if found.keys() & drawn(task)]


def _chart(task: TaskResults, split: str, found: Calibrations) -> Chart:
    """Accuracy by confidence, all seeds of a model together, before and after temperature scaling."""
    (figure, both), words = panels(3.1, 2), []
    for axes, when in zip(both, _WHEN, strict=True):
        axes.plot([0, 100], [0, 100], **REFERENCE)
        for model, place in drawn(task).items():
            points = _pooled([each.curve for run in found.get(model, ()) if (each := getattr(run, when)) is not None])
            at, right = ([100 * point[number] for point in points] for number in (0, 1))
            axes.plot(at, right, **look(place), markersize=4, label=model)
            said = ", ".join(f"{percent(confidence)}: {percent(accuracy)}" for confidence, accuracy in points)
            words += [f"{model} {_WHEN[when]} {said}"] if points else []
        axes.set_title(_WHEN[when].capitalize())
        axes.set_xlabel("Confidence (%)")
    both[0].set_ylabel("Accuracy (%)")
    return finish(
        figure,
        task.slug,
        f"Reliability on {split}",
        "Below the dotted line a model is overconfident. All seeds together.",
        "Accuracy by confidence in percent: " + "; ".join(words),
    )


def _pooled(curves: Sequence[Sequence[CurvePoint]]) -> list[tuple[float, float]]:
    """Mean confidence and accuracy in each bin of several curves, weighted by their counts."""
    points = sorted(chain.from_iterable(curves), key=attrgetter("start"))
    return [_means(list(group)) for _, group in groupby(points, key=attrgetter("start"))]


def _means(points: Sequence[CurvePoint]) -> tuple[float, float]:
    values, counts = [(point.confidence, point.accuracy) for point in points], [point.count for point in points]
    confidence, accuracy = np.average(values, axis=0, weights=counts).tolist()
    return confidence, accuracy
