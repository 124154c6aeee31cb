"""The section on calibration, before and after temperature scaling."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from statistics import fmean
from typing import Any

from matplotlib.axes import Axes

from treenn.analysis.calibration import CurvePoint, SplitCalibration, ece_if_calibrated, merged_curve
from treenn.analysis.neighbours import LEAST
from treenn.experiment.results import TaskResults
from treenn.report.charts import REFERENCE, drawn, finish, look, panels_over_counts, percent_axis, pictures
from treenn.report.document import Chart, Record, Section, Table
from treenn.report.formatting import NONE, in_all_runs, model_table, over_seeds, percent, spread_of
from treenn.report.multi_test import MANY

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
    columns: dict[str, Callable[[Record], str]] = {}
    for name, (head, scale, digits) in _NUMBERS.items():
        for when, scaled in _WHEN.items():
            columns[f"{head}, {scaled}"] = spread_of(f"{when} {name}", scale, digits)
            if name == "ece":
                columns[f"if calibrated (%), {scaled}"] = partial(_interval, when)
    return model_table(
        task,
        f"calibration-{split}",
        f"Predictions for whole examples of {split}, mean ± standard deviation over seeds",
        columns | {"Temperature": spread_of("temperature", 1, 2)},
        {model: _record(runs) for model, runs in found.items()},
        note="ECE: expected calibration error, the mean distance between confidence and accuracy over 15 bins of equal"
        " width; if calibrated: 95% of the errors that calibrated probabilities with these confidences have by chance;"
        " adaptive: of equal counts. NLL: mean negative log-likelihood of the gold class. Brier: mean squared"
        " distance from the one-hot gold class, 0 to 2. Scaled: with temperature scaling, fitted to dev.",
        folded=len(task.unseen_splits) >= MANY,
    )


def _record(runs: Sequence[SplitCalibration]) -> Record:
    """All numbers over seeds, without those after scaling if dev has no label."""
    measured = {
        f"{when} {name}": [getattr(getattr(run, when), name, None) for run in runs]
        for when in _WHEN
        for name in _NUMBERS
    }
    limits = {f"{when} {name}": limit for when in _WHEN for name, limit in _limits(runs, when).items()}
    return over_seeds(measured | {"temperature": [run.temperature for run in runs]}) | limits


def _limits(runs: Sequence[SplitCalibration], when: str) -> dict[str, float]:
    """The range of the error of calibrated probabilities, averaged over runs; empty if a run lacks the curve."""
    found = [getattr(run, when) for run in runs]
    if None in found:
        return {}
    intervals = [ece_if_calibrated(each.curve) for each in found]
    return {
        "ece calibrated low": fmean(each.low for each in intervals),
        "ece calibrated high": fmean(each.high for each in intervals),
    }


def _interval(when: str, record: Record) -> str:
    low, high = record.get(f"{when} ece calibrated low"), record.get(f"{when} ece calibrated high")
    return NONE if low is None or high is None else f"{percent(low)} to {percent(high)}"


def _charts(task: TaskResults, by_split: Mapping[str, Calibrations]) -> list[Chart]:
    return [_chart(task, split, found) for split, found in by_split.items() if found.keys() & drawn(task)]


def _chart(task: TaskResults, split: str, found: Calibrations) -> Chart:
    """Accuracy by confidence, all seeds of a model together, before and after temperature scaling, over the counts."""
    (figure, upper, lower), words = panels_over_counts(4.2, 2), []
    for axes, counts, when in zip(upper, lower, _WHEN, strict=True):
        axes.plot([0, 100], [0, 100], **REFERENCE)
        for model, place in drawn(task).items():
            curves = [each.curve for run in found.get(model, ()) if (each := getattr(run, when)) is not None]
            if curves:
                points = merged_curve(curves)
                _draw(axes, counts, points, len(curves), look(place) | {"label": model})
                words.append(f"{model} {_WHEN[when]} {', '.join(_in_words(points, len(curves)))}")
        axes.set_title(_WHEN[when].capitalize())
        counts.set_xlabel("Confidence (%)")
    percent_axis(upper[0])
    upper[0].set_ylabel("Accuracy (%)")
    lower[0].set_ylabel("Examples")
    lower[0].set_ylim(bottom=0)
    return finish(
        figure,
        task.slug,
        f"Reliability on {split}",
        "Below the dotted line a model is overconfident. All seeds together. Below: the number of examples of each bin,"
        f" averaged over seeds; neighbouring bins of fewer than {LEAST} examples are merged.",
        "Accuracy by confidence in percent: " + "; ".join(words),
    )


def _draw(axes: Axes, counts: Axes, points: Sequence[CurvePoint], runs: int, style: Mapping[str, Any]) -> None:
    """Draw the curve of a model, and the outline of its counts."""
    at, right = ([100 * getattr(point, name) for point in points] for name in ("confidence", "accuracy"))
    axes.plot(at, right, **style, markersize=4)
    heights, edges = _outline(points, runs)
    counts.stairs(heights, edges, color=style["color"], linestyle=style["linestyle"], linewidth=1.2)


def _outline(points: Sequence[CurvePoint], runs: int) -> tuple[list[float], list[float]]:
    """The counts of all bins, 0 between bins with a gap, and the edges in percent."""
    heights, edges = [], [100 * points[0].start]
    for point in points:
        if 100 * point.start > edges[-1] + 1e-6:
            heights.append(0.0)
            edges.append(100 * point.start)
        heights.append(point.count / runs)
        edges.append(100 * point.end)
    return heights, edges


def _in_words(points: Sequence[CurvePoint], runs: int) -> Iterator[str]:
    for point in points:
        yield f"{percent(point.confidence)}: {percent(point.accuracy)} of {point.count / runs:.0f}"
