"""The section with learning curves: dev by epoch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from treenn.analysis.statistics import by_model, networks
from treenn.report.charts import WIDTH, drawn, finish, legend, look, name_epochs, styled
from treenn.report.document import Chart, Pictures, Section
from treenn.report.formatting import METRICS, of_seeds, phrase, unseen_splits
from treenn.report.results_section import tested_metrics


def learning(section: Mapping[str, Any]) -> Section | None:
    """A picture for each of the first two metrics; `None` where nothing was trained."""
    metrics = [metric for metric in tested_metrics(section)[:2] if _learners(section, metric)]
    if not metrics:
        return None
    return Section("Learning", [Pictures(lambda: [_chart(section, metric) for metric in metrics])])


def _learners(section: Mapping[str, Any], metric: str) -> dict[str, list[list[float]]]:
    """The curves of each model that a chart draws."""
    runs = by_model(section["runs"])
    split = unseen_splits(section)[0]
    # Nodes of other trees than the treebank's have no metric, though their training has a history of it.
    measured = [model for model in drawn(section) if of_seeds(section, model, split, metric) is not None]
    found = {model: [_curve(run, metric) for run in runs[model]] for model in measured}
    return {model: curves for model, curves in found.items() if all(curves)}


def _curve(run: Mapping[str, Any], metric: str) -> list[float]:
    values = [epoch["dev"].get(metric) for epoch in run["history"]]
    scale = 100 if METRICS[metric].share else 1
    return [] if None in values else [scale * value for value in values]


@styled
def _chart(section: Mapping[str, Any], name: str) -> Chart:
    metric, words, digits = METRICS[name], [], 1 if METRICS[name].share else 4
    figure = Figure(figsize=(WIDTH, 3), layout="constrained")
    axes, places = figure.subplots(), drawn(section)
    for model, curves in _learners(section, name).items():
        style, common = look(places[model]), min(map(len, curves))
        for curve in curves:
            axes.plot(range(1, len(curve) + 1), curve, color=style["color"], alpha=0.4, linewidth=0.8)
        mean = np.mean([curve[:common] for curve in curves], axis=0)
        axes.plot(range(1, common + 1), mean, **style, markersize=4, label=model)
        words.append(f"{model} from {mean[0]:.{digits}f} after epoch 1 to {mean.max():.{digits}f} at best")
    name_epochs(axes)
    axes.set_ylabel(metric.title + (" (%)" if metric.share else ""))
    legend(figure, axes)
    return finish(
        figure,
        section["slug"],
        f"Learning: {phrase(section, name)} of dev",
        "A thin line for each seed, a marked one for their mean."
        + (" The first six networks." if len(networks(section)) > len(places) else ""),
        f"{metric.title} on dev, mean over seeds{' in percent' if metric.share else ''}: " + "; ".join(words),
    )
