"""The section of a task with many test sets, such as sentences of growing length."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from treenn.experiment.results import TaskResults
from treenn.report.charts import REFERENCE, drawn, finish, look, name_places, panels, percent_axis, pictures
from treenn.report.document import Chart, Section, Table, field_of
from treenn.report.formatting import METRICS, majority, the_constant
from treenn.report.multi_test import MANY
from treenn.report.results_section import tested_metrics


def all_test_sets(task: TaskResults) -> Section | None:
    """A table and a chart for each tested metric; None for few test sets."""
    if len(task.unseen_splits) < MANY:
        return None
    metrics = tested_metrics(task)
    charts = pictures(lambda: [_chart(task, metric) for metric in metrics])
    return Section("All test sets", [*(_table(task, metric) for metric in metrics), charts])


def _table(task: TaskResults, name: str) -> Table:
    metric, models = METRICS[name], list(task.summary)
    means = {model: _means(task, model, name) for model in models}
    return Table(
        name=f"{task.slug}/all-{name}",
        caption=f"{metric.title} on every test set{' in percent' if metric.share else ''}, mean over seeds",
        columns={"Test set": field_of("split")} | {model: field_of(model, metric.value) for model in models},
        records=[
            {"split": split} | {model: means[model].get(split) for model in models} for split in task.unseen_splits
        ],
    )


def _means(task: TaskResults, model: str, metric: str) -> dict[str, float]:
    """The metric's mean by split, without splits that lack the metric."""
    spreads = {split: spread for split in task.unseen_splits if (spread := task.spread(model, split, metric))}
    return {split: spread.mean for split, spread in spreads.items() if spread.mean is not None}


def _chart(task: TaskResults, name: str) -> Chart:
    metric, splits = METRICS[name], task.unseen_splits
    scale = 100 if metric.share else 1
    (figure, [axes]), words = panels(3.1), []

    def line(title: str, means: Mapping[str, float], **how: Any) -> None:
        axes.plot([splits.index(split) for split in means], [scale * mean for mean in means.values()], **how)
        words.append(f"{title} " + ", ".join(f"{split} {metric.value(mean)}" for split, mean in means.items()))

    for model, place in drawn(task).items():
        line(model, _means(task, model, name), **look(place), label=model)
    constants = {split: found for split in splits if (found := majority(task, split, name)) is not None}
    if constants:
        line("majority" if task.treebank.classes else "mean score", constants, **REFERENCE)
    name_places(axes, splits)
    if metric.share:
        percent_axis(axes)
    axes.set_ylabel(metric.title + (" (%)" if metric.share else ""))
    return finish(
        figure,
        task.slug,
        f"{metric.title} on every test set",
        "Means over seeds" + (f"; the dotted line is {the_constant(task)}." if constants else "."),
        f"{metric.title}: {'; '.join(words)}",
    )
