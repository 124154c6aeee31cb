"""The section with calibration: how far a model's probabilities can be believed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.figure import Figure

from treenn.analysis.statistics import by_model, summarize
from treenn.report.charts import REFERENCE, WIDTH, drawn, finish, legend, look, styled
from treenn.report.document import Chart, Pictures, Record, Section, Table, field_of
from treenn.report.formatting import NONE, percent, spread, unseen_splits

_NUMBERS = {"ece": ("ECE (%)", 100, 1), "ece_adaptive": ("adaptive (%)", 100, 1), "nll": ("NLL", 1, 3)}
_NUMBERS |= {"brier": ("Brier", 1, 3)}
_WHEN = {"before": "as it is", "after": "scaled"}
Found = Mapping[str, Sequence[Mapping[str, Any]]]


def calibrated(section: Mapping[str, Any]) -> Section | None:
    """Calibration before and after temperature scaling; `None` where no run has it."""
    by_split = {split: found for split in unseen_splits(section) if (found := _of_models(section, split))}
    tables = [_table(section, split, found) for split, found in by_split.items()]
    return Section("Calibration", [*tables, Pictures(lambda: _charts(section, by_split))]) if tables else None


def _of_models(section: Mapping[str, Any], split: str) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {
        model: [(run.get("calibration") or {}).get(split) for run in runs]
        for model, runs in by_model(section["runs"]).items()
    }
    return {model: runs for model, runs in found.items() if all(runs)}


def _table(section: Mapping[str, Any], split: str, found: Found) -> Table:
    return Table(
        name=f"{section['slug']}/calibration-{split}",
        caption=f"On {split}, of whole examples, mean ± standard deviation over seeds",
        columns={"Model": field_of("model")}
        | {
            f"{head}, {_WHEN[when]}": _spread(f"{when} {name}", scale, digits)
            for name, (head, scale, digits) in _NUMBERS.items()
            for when in _WHEN
        }
        | {"Temperature": _spread("temperature", 1, 2)},
        records=[{"model": model, **_record(runs)} for model, runs in found.items()],
        note="ECE: the mean distance between confidence and accuracy over 15 bins of equal width, adaptive: of equal"
        " numbers. NLL: the mean negative log-likelihood of the gold class. Brier: the mean squared distance from the"
        " gold class's corner, 0 to 2. Scaled: the logarithms of the probabilities divided by one temperature, that"
        " which is best on dev.",
    )


def _record(runs: Sequence[Mapping[str, Any]]) -> Record:
    values: dict[str, list[float | None]] = {
        f"{when} {name}": [run[when] and run[when][name] for run in runs] for when in _WHEN for name in _NUMBERS
    }
    values["temperature"] = [run["temperature"] for run in runs]
    record: dict[str, Any] = {}
    for name, column in values.items():
        numbers = [number for number in column if number is not None]
        if len(numbers) == len(runs):
            found = summarize(numbers)
            record |= {name: found["mean"], f"{name} std": found["std"]}
    return record


def _spread(name: str, scale: float, digits: int) -> Any:
    def show(record: Record) -> str:
        if record.get(name) is None:
            return NONE
        return spread({"mean": record[name], "std": record[f"{name} std"]}, scale, digits)

    return show


def _charts(section: Mapping[str, Any], by_split: Mapping[str, Found]) -> list[Chart]:
    return [_chart(section, split, found) for split, found in by_split.items() if found.keys() & drawn(section)]


@styled
def _chart(section: Mapping[str, Any], split: str, found: Found) -> Chart:
    """Accuracy against confidence, all seeds of a model together, as it is and with its temperature."""
    figure, words = Figure(figsize=(WIDTH, 3.1), layout="constrained"), []
    panels = figure.subplots(1, 2, sharey=True, sharex=True)
    for axes, when in zip(panels, _WHEN, strict=True):
        axes.plot([0, 100], [0, 100], **REFERENCE)
        for model, place in drawn(section).items():
            points = _pooled([run[when]["curve"] for run in found.get(model, ()) if run[when]])
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
        section["slug"],
        f"Reliability on {split}",
        "Below the dotted line a model is surer than it is right. All seeds together.",
        "Accuracy by confidence in percent: " + "; ".join(words),
    )


def _pooled(curves: Sequence[Sequence[Mapping[str, float]]]) -> list[tuple[float, float]]:
    """The points of one curve for several: each bin's means, weighted by how many answers are in it."""
    bins: dict[float, list[Mapping[str, float]]] = {}
    for each in (point for curve in curves for point in curve):
        bins.setdefault(each["from"], []).append(each)
    return [(_mean(bins[start], "confidence"), _mean(bins[start], "accuracy")) for start in sorted(bins)]


def _mean(points: Sequence[Mapping[str, float]], name: str) -> float:
    return sum(each["count"] * each[name] for each in points) / sum(each["count"] for each in points)
