"""The section with gradients: how far they reach, and how long they were in training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from treenn.analysis.gradient_flow import gradient_lengths
from treenn.analysis.statistics import by_model
from treenn.report.charts import (
    REFERENCE,
    WIDTH,
    drawn,
    finish,
    legend,
    log_scale,
    look,
    name_epochs,
    styled,
)
from treenn.report.document import Block, Chart, Pictures, Record, Section, Table, Text, field_of
from treenn.report.formatting import NONE
from treenn.report.slices_section import label

_WHEN = {"start": "before training", "end": "after training"}
_DISTANCES = {"steps": "words to the end of the sentence", "edges": "edges to the root"}
_SHOWN = (0, 1, 2, 5, 10, 20, 30)
_FEW = 10  # words: fewer make no point of a curve
_LEAST = 1e-12  # what a picture draws of norms below it, so that one that has vanished leaves room for the others


def reaching(section: Mapping[str, Any]) -> Section | None:
    """The norm of the gradient by distance, and its length by epoch; `None` where no run has either."""
    runs = by_model(section["runs"])
    found = {model: group for model, group in runs.items() if all(run.get("reach") for run in group)}
    blocks: list[Block] = []
    if found:
        blocks += [Text(_about(found)), *(_table(section, found, distance) for distance in _DISTANCES)]
    logged = any(_lengths(group) for group in runs.values())
    if found or logged:
        blocks.append(Pictures(partial(_charts, section, found, logged=logged)))
    return Section("The reach of the gradient", blocks) if blocks else None


def _charts(section: Mapping[str, Any], found: Mapping[str, Sequence[Any]], *, logged: bool) -> list[Chart]:
    charts = [_chart(section, found, distance) for distance in _DISTANCES] if found else []
    return [*charts, _training(section)] if logged else charts


def _about(found: Mapping[str, Sequence[Mapping[str, Any]]]) -> str:
    measured = next(iter(found.values()))[0]["reach"]["end"]
    along = {
        way: [model for model, runs in found.items() if runs[0]["reach"]["end"]["path"] == way] for way in _DISTANCES
    }
    paths = "; ".join(f"{', '.join(models)}: by {_DISTANCES[way]}" for way, models in along.items() if models)
    return (
        "The norm of the gradient of a sentence's loss at a word, against how far that word is from the output:"
        f" geometric means over the words of {measured['sentences']} sentences of dev, and over seeds. Where it shrinks"
        f" or grows by a factor with each step, gradients vanish or explode. The way that gradients go: {paths}."
    )


def _table(section: Mapping[str, Any], found: Mapping[str, Sequence[Any]], distance: str) -> Table:
    records = [
        {"model": model, "when": words, **{f"{place}": norm for place, norm in _curve(runs, when, distance).items()}}
        for model, runs in found.items()
        for when, words in _WHEN.items()
    ]
    return Table(
        name=f"{section['slug']}/reach-{distance}",
        caption=f"Norm of the gradient by {_DISTANCES[distance]}",
        columns={"Model": field_of("model"), "When": field_of("when")}
        | {str(place): _norm(place) for place in _SHOWN if any(_at(each, place) is not None for each in records)},
        records=records,
        left=2,
    )


def _norm(place: int) -> Any:
    def show(record: Record) -> str:
        found = _at(record, place)
        return NONE if found is None else f"{found:.2g}"

    return show


def _at(record: Record, place: int) -> float | None:
    """The norm of the range that a distance is in."""
    for name, norm in record.items():
        start, _, end = name.partition("–")
        if start.isdigit() and int(start) <= place <= int(end or start):
            return None if norm is None else float(norm)
    return None


def _curve(runs: Sequence[Mapping[str, Any]], when: str, distance: str) -> dict[str, float]:
    """By range of distance, the geometric mean over runs; ranges with few words are left out."""
    norms: dict[str, list[float]] = {}
    for run in runs:
        for each in run["reach"][when][distance]:
            if each["words"] >= _FEW and each["mean"]:
                norms.setdefault(label(each), []).append(each["mean"])
    return {name: float(np.exp(np.mean(np.log(values)))) for name, values in norms.items()}


@styled
def _chart(section: Mapping[str, Any], found: Mapping[str, Sequence[Any]], distance: str) -> Chart:
    figure, words = Figure(figsize=(WIDTH, 3.3), layout="constrained"), []
    panels = figure.subplots(1, 2, sharey=True, sharex=True)
    for axes, (when, title) in zip(panels, _WHEN.items(), strict=True):
        for model, place in drawn(section).items():
            curve = _curve(found[model], when, distance) if model in found else {}
            _line(axes, curve, place, model)
            words += [f"{model} {title} {_ends(curve)}"] if curve else []
        axes.set_title(title.capitalize())
        log_scale(axes)
    figure.supxlabel(_DISTANCES[distance].capitalize(), fontsize=9)
    panels[0].set_ylabel("Norm of the gradient at a word")
    legend(figure, panels[0])
    return finish(
        figure,
        section["slug"],
        f"Gradient by {_DISTANCES[distance]}",
        "Geometric means. A straight line down is a gradient that vanishes by the same factor with every step.",
        f"Norm of the gradient by {_DISTANCES[distance]}: " + "; ".join(words),
    )


def _line(axes: Axes, curve: Mapping[str, float], place: int, model: str) -> None:
    starts = [int(name.partition("–")[0]) for name in curve]
    norms = [max(norm, _LEAST) for norm in curve.values()]
    axes.plot(starts, norms, **look(place), markersize=3, linewidth=1, label=model)


def _ends(curve: Mapping[str, float]) -> str:
    (first, start), *_ = found = list(curve.items())
    last, end = found[-1]
    return f"{start:.2g} at {first}, {end:.2g} at {last}"


def _lengths(runs: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The lengths of each run that has logged them."""
    return [
        gradient_lengths(run)
        for run in runs
        if run["history"] and all(epoch.get("gradient_norm") for epoch in run["history"]) and run.get("settings")
    ]


@styled
def _training(section: Mapping[str, Any]) -> Chart:
    """The length of the whole gradient by epoch: mean and longest before clipping, and where it was clipped."""
    figure, words, limits = Figure(figsize=(WIDTH, 3.1), layout="constrained"), [], set()
    axes, runs = figure.subplots(), by_model(section["runs"])
    for model, place in drawn(section).items():
        lengths = _lengths(runs[model])
        if not lengths:
            continue
        common = min(len(each["mean"]) for each in lengths)
        mean, most = (np.mean([each[name][:common] for each in lengths], axis=0) for name in ("mean", "max"))
        epochs = range(1, common + 1)
        axes.plot(epochs, mean, **look(place), markersize=4, label=model)
        axes.plot(epochs, most, **look(place) | {"marker": ""}, linewidth=0.8, alpha=0.6)
        limits |= {each["clip_norm"] for each in lengths if each["clip_norm"] is not None}
        words.append(f"{model} from {mean[0]:.2g} to {mean[-1]:.2g}, at most {most.max():.2g}")
    for limit in sorted(limits):
        axes.axhline(limit, **REFERENCE)
    log_scale(axes)
    name_epochs(axes)
    axes.set_ylabel("Length of the gradient")
    legend(figure, axes)
    clipped = ", ".join(f"{limit:g}" for limit in sorted(limits))
    return finish(
        figure,
        section["slug"],
        "Length of the gradient in training",
        "Of all parameters together, before clipping, mean over batches and seeds; thin and without marks, the longest"
        " of an epoch. "
        + (f"The dotted line is where it was clipped ({clipped})." if limits else "It was not clipped."),
        "; ".join(words) + (f"; clipped at {clipped}" if limits else "; not clipped"),
    )
