"""The section on calibration, before and after temperature scaling."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from treenn.analysis.calibration import Calibration, CurvePoint, SplitCalibration
from treenn.experiment.results import TaskResults
from treenn.report.charts import REFERENCE, WIDTH, drawn, finish, legend, look, styled
from treenn.report.document import Chart, Pictures, Record, Section, Table, field_of
from treenn.report.formatting import over_seeds, percent, spread_of

_NUMBERS: Mapping[str, tuple[str, float, int]] = {
    "ece": ("ECE (%)", 100, 1),
    "ece_adaptive": ("adaptive (%)", 100, 1),
    "nll": ("NLL", 1, 3),
    "brier": ("Brier", 1, 3),
}
_WHEN = {"before": "as it is", "after": "scaled"}
Calibrations = Mapping[str, Sequence[SplitCalibration]]
"""By model the calibration of its runs on one split."""


def calibration_section(task: TaskResults) -> Section | None:
    """Calibration before and after temperature scaling; None if no run has it."""
    by_split = {split: found for split in task.unseen_splits if (found := _of_models(task, split))}
    tables = [_table(task, split, found) for split, found in by_split.items()]
    return Section("Calibration", [*tables, Pictures(lambda: _charts(task, by_split))]) if tables else None


def _of_models(task: TaskResults, split: str) -> dict[str, list[SplitCalibration]]:
    """The calibration of each model whose runs all have it."""
    by_model = task.runs_by_model
    found = {model: [each for run in runs if (each := run.calibration.get(split))] for model, runs in by_model.items()}
    return {model: runs for model, runs in found.items() if len(runs) == len(by_model[model])}


def _table(task: TaskResults, split: str, found: Calibrations) -> Table:
    return Table(
        name=f"{task.slug}/calibration-{split}",
        caption=f"On {split}, of whole examples, mean ± standard deviation over seeds",
        columns={"Model": field_of("model")}
        | {
            f"{head}, {_WHEN[when]}": spread_of(f"{when} {name}", scale, digits)
            for name, (head, scale, digits) in _NUMBERS.items()
            for when in _WHEN
        }
        | {"Temperature": spread_of("temperature", 1, 2)},
        records=[{"model": model, **_record(runs)} for model, runs in found.items()],
        note="ECE: the mean distance between confidence and accuracy over 15 bins of equal width, adaptive: of equal"
        " numbers. NLL: the mean negative log-likelihood of the gold class. Brier: the mean squared distance from the"
        " gold class's corner, 0 to 2. Scaled: the logarithms of the probabilities divided by one temperature, that"
        " which is best on dev.",
    )


def _record(runs: Sequence[SplitCalibration]) -> Record:
    values: dict[str, list[float | None]] = {
        f"{when} {name}": [_value(run, when, name) for run in runs] for when in _WHEN for name in _NUMBERS
    }
    values["temperature"] = [run.temperature for run in runs]
    record: dict[str, object] = {}
    for name, column in values.items():
        numbers = [number for number in column if number is not None]
        if len(numbers) == len(runs):
            record |= over_seeds(name, numbers)
    return record


def _value(run: SplitCalibration, when: str, name: str) -> float | None:
    calibration: Calibration | None = getattr(run, when)
    return None if calibration is None else float(getattr(calibration, name))


def _charts(task: TaskResults, by_split: Mapping[str, Calibrations]) -> list[Chart]:
    return [_chart(task, split, found) for split, found in by_split.items() if found.keys() & drawn(task)]


@styled
def _chart(task: TaskResults, split: str, found: Calibrations) -> Chart:
    """Accuracy against confidence, all seeds of a model together, as it is and with its temperature."""
    figure, words = Figure(figsize=(WIDTH, 3.1), layout="constrained"), []
    panels = figure.subplots(1, 2, sharey=True, sharex=True)
    for axes, when in zip(panels, _WHEN, strict=True):
        axes.plot([0, 100], [0, 100], **REFERENCE)
        for model, place in drawn(task).items():
            points = _pooled([each.curve for run in found.get(model, ()) if (each := getattr(run, when)) is not None])
            at, right = ([100 * point[number] for point in points] for number in (0, 1))
            axes.plot(at, right, **look(place), markersize=4, label=model)
            said = ", ".join(f"{percent(confidence)}: {percent(accuracy)}" for confidence, accuracy in points)
            words += [f"{model} {_WHEN[when]} {said}"] if points else []
        axes.set_title(_WHEN[when].capitalize())
        axes.set_xlabel("Confidence (%)")
    panels[0].set_ylabel("Accuracy (%)")
    legend(figure, panels[0])
    return finish(
        figure,
        task.slug,
        f"Reliability on {split}",
        "Below the dotted line a model is surer than it is right. All seeds together.",
        "Accuracy by confidence in percent: " + "; ".join(words),
    )


def _pooled(curves: Sequence[Sequence[CurvePoint]]) -> list[tuple[float, float]]:
    """The points of several curves as one: each bin's means, weighted by its counts."""
    bins: dict[float, list[CurvePoint]] = {}
    for point in (point for curve in curves for point in curve):
        bins.setdefault(point.start, []).append(point)
    return [_means(bins[start]) for start in sorted(bins)]


def _means(points: Sequence[CurvePoint]) -> tuple[float, float]:
    """Mean confidence and accuracy."""
    count = sum(point.count for point in points)
    confidence, accuracy = (
        sum(point.count * value for point, value in zip(points, values, strict=True)) / count
        for values in ([point.confidence for point in points], [point.accuracy for point in points])
    )
    return confidence, accuracy
