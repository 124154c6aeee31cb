"""The section on learning curves: metrics on dev by epoch."""

from __future__ import annotations

import numpy as np

from treenn.experiment.results import TaskResults
from treenn.experiment.run_record import RunResults
from treenn.report.charts import drawn, finish, look, name_epochs, panels, pictures
from treenn.report.document import Chart, Section
from treenn.report.formatting import METRICS, phrase
from treenn.report.results_section import tested_metrics


def learning_section(task: TaskResults) -> Section | None:
    """A chart for each of the first two metrics; None if nothing was trained."""
    metrics = [metric for metric in tested_metrics(task)[:2] if _learners(task, metric)]
    if not metrics:
        return None
    return Section("Learning curves", [pictures(lambda: [_chart(task, metric) for metric in metrics])])


def _learners(task: TaskResults, metric: str) -> dict[str, list[list[float]]]:
    """The learning curves of each model in the charts."""
    runs = task.runs_by_model
    split = task.unseen_splits[0]
    # Nodes of other trees than the treebank's have no metric, though their training has a history of it.
    measured = [model for model in drawn(task) if task.spread(model, split, metric) is not None]
    found = {model: [_curve(run, metric) for run in runs[model]] for model in measured}
    return {model: curves for model, curves in found.items() if all(curves)}


def _curve(run: RunResults, metric: str) -> list[float]:
    values = [epoch.dev.values.get(metric) for epoch in run.history]
    scale = 100 if METRICS[metric].share else 1
    defined = [value for value in values if value is not None]
    return [scale * value for value in defined] if len(defined) == len(values) else []


def _chart(task: TaskResults, name: str) -> Chart:
    metric, words, digits = METRICS[name], [], 1 if METRICS[name].share else 4
    best = np.max if metric.better == "higher" else np.min
    (figure, [axes]), places = panels(3), drawn(task)
    for model, curves in _learners(task, name).items():
        style, common = look(places[model]), min(map(len, curves))
        for curve in curves:
            axes.plot(range(1, len(curve) + 1), curve, color=style["color"], alpha=0.4, linewidth=0.8)
        mean = np.mean([curve[:common] for curve in curves], axis=0)
        axes.plot(range(1, common + 1), mean, **style, markersize=4, label=model)
        words.append(f"{model} from {mean[0]:.{digits}f} after epoch 1 to {best(mean):.{digits}f} at best")
    name_epochs(axes)
    axes.set_ylabel(metric.title + (" (%)" if metric.share else ""))
    return finish(
        figure,
        task.slug,
        f"Learning curves: {phrase(task, name)} of dev",
        "Thin lines: single seeds; lines with markers: their mean."
        + (" Only the first six networks." if len(task.networks) > len(places) else ""),
        f"{metric.title} on dev, mean over seeds{' in percent' if metric.share else ''}: " + "; ".join(words),
    )
