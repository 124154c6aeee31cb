"""The section on gradient flow: gradient norms by distance, and by epoch of training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np

from treenn.analysis.gradient_flow import TrainingGradientFlow
from treenn.experiment.results import TaskResults
from treenn.experiment.run_record import GradientNorms, RunResults
from treenn.report.charts import REFERENCE, drawn, finish, log_scale, look, name_epochs, panels, pictures
from treenn.report.document import Block, Chart, Section, Table, Text, field_of
from treenn.report.formatting import in_all_runs

_WHEN = {"start": "before training", "end": "after training"}
_DISTANCES = {"steps": "words to the end of the sentence", "edges": "edges to the root"}
_SHOWN = (0, 1, 2, 5, 10, 20, 30)
_FEW = 10  # the minimum number of words for a point of a curve
_LEAST = 1e-12  # the minimum norm in a chart, so that one that has vanished leaves room for the others

Flows = Mapping[str, Sequence[TrainingGradientFlow]]
"""By model the gradient flow of its runs."""


def gradient_flow_section(task: TaskResults) -> Section | None:
    """Gradient norms by distance and by epoch; None if no run has either."""
    flows = in_all_runs(task, lambda run: run.gradient_flow)
    logged = bool(_norms(task.runs))
    blocks: list[Block] = []
    if flows:
        blocks += [Text(_about(flows)), *(_table(task, flows, distance) for distance in _DISTANCES)]
    if flows or logged:
        blocks.append(pictures(partial(_charts, task, flows, logged=logged)))
    return Section("Gradient flow", blocks) if blocks else None


def _charts(task: TaskResults, flows: Flows, *, logged: bool) -> list[Chart]:
    charts = [_chart(task, flows, distance) for distance in _DISTANCES] if flows else []
    return [*charts, _training(task)] if logged else charts


def _about(flows: Flows) -> str:
    sentences = next(iter(flows.values()))[0].end.sentences
    along = {path: [model for model, runs in flows.items() if runs[0].end.path == path] for path in _DISTANCES}
    paths = "; ".join(f"{', '.join(models)}: by {_DISTANCES[path]}" for path, models in along.items() if models)
    return (
        "The gradient norm of a sentence's loss with respect to a word's vector, by the distance of the word from the"
        f" output: geometric means over the words of {sentences} sentences of dev, and over seeds. Gradients"
        f" vanish or explode if it shrinks or grows by a constant factor per step. Paths of the gradients: {paths}."
    )


def _table(task: TaskResults, flows: Flows, distance: str) -> Table:
    records = [
        {"model": model, "when": words, **_curve(runs, when, distance)}
        for model, runs in flows.items()
        for when, words in _WHEN.items()
    ]
    ranges = {each.label: each for runs in flows.values() for run in runs for each in getattr(run.end, distance)}
    shown = [(place, label) for place in _SHOWN for label, each in ranges.items() if each.start <= place <= each.end]
    norms = {
        str(place): field_of(label, "{:.2g}".format)
        for place, label in shown
        if any(label in record for record in records)
    }
    return Table(
        name=f"{task.slug}/gradient-norms-{distance}",
        caption=f"Gradient norm by {_DISTANCES[distance]}",
        columns={"Model": field_of("model"), "When": field_of("when"), **norms},
        records=records,
        left=2,
    )


def _curve(runs: Sequence[TrainingGradientFlow], when: str, distance: str) -> dict[str, float]:
    """The geometric mean over runs by range of distance, without ranges of few words."""
    norms: dict[str, list[float]] = {}
    for run in runs:
        for each in getattr(getattr(run, when), distance):
            if each.words >= _FEW and each.mean:
                norms.setdefault(each.label, []).append(each.mean)
    return {name: float(np.exp(np.mean(np.log(values)))) for name, values in norms.items()}


def _chart(task: TaskResults, flows: Flows, distance: str) -> Chart:
    (figure, both), words = panels(3.3, 2), []
    for axes, (when, title) in zip(both, _WHEN.items(), strict=True):
        for model, place in drawn(task).items():
            curve = _curve(flows[model], when, distance) if model in flows else {}
            starts = [int(name.partition("–")[0]) for name in curve]
            norms = [max(norm, _LEAST) for norm in curve.values()]
            axes.plot(starts, norms, **look(place), markersize=3, linewidth=1, label=model)
            words += [f"{model} {title} {_ends(curve)}"] if curve else []
        axes.set_title(title.capitalize())
        log_scale(axes)
    figure.supxlabel(_DISTANCES[distance].capitalize(), fontsize=9)
    both[0].set_ylabel("Gradient norm at a word")
    return finish(
        figure,
        task.slug,
        f"Gradient norm by {_DISTANCES[distance]}",
        "Geometric means. A straight line down is exponential decay.",
        f"Gradient norm by {_DISTANCES[distance]}: " + "; ".join(words),
    )


def _ends(curve: Mapping[str, float]) -> str:
    (first, start), *_ = points = list(curve.items())
    last, end = points[-1]
    return f"{start:.2g} at {first}, {end:.2g} at {last}"


def _norms(runs: Sequence[RunResults]) -> list[GradientNorms]:
    """The gradient norms of the runs that logged them."""
    return [norms for run in runs if (norms := run.gradient_norms) is not None]


def _training(task: TaskResults) -> Chart:
    """The gradient norm by epoch: mean and maximum before clipping, and the limit of clipping."""
    (figure, [axes]), runs, words, limits = panels(3.1), task.runs_by_model, [], set()
    for model, place in drawn(task).items():
        norms = _norms(runs[model])
        if not norms:
            continue
        common = min(len(each.mean) for each in norms)
        mean = np.mean([each.mean[:common] for each in norms], axis=0)
        most = np.mean([each.max[:common] for each in norms], axis=0)
        epochs = range(1, common + 1)
        axes.plot(epochs, mean, **look(place), markersize=4, label=model)
        axes.plot(epochs, most, **look(place) | {"marker": ""}, linewidth=0.8, alpha=0.6)
        limits |= {each.clip_norm for each in norms if each.clip_norm is not None}
        words.append(f"{model} from {mean[0]:.2g} to {mean[-1]:.2g}, at most {most.max():.2g}")
    for limit in sorted(limits):
        axes.axhline(limit, **REFERENCE)
    log_scale(axes)
    name_epochs(axes)
    axes.set_ylabel("Gradient norm")
    clipped = ", ".join(f"{limit:g}" for limit in sorted(limits))
    return finish(
        figure,
        task.slug,
        "Gradient norm in training",
        "Of all parameters together, before clipping, averaged over batches and seeds; thin lines: the maximum of each"
        " epoch. " + (f"Dotted: the clipping threshold ({clipped})." if limits else "No clipping."),
        "; ".join(words) + (f"; clipped at {clipped}" if limits else "; not clipped"),
    )
