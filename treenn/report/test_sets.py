"""The section of a task with many test sets, such as sentences of growing length: every model on all of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.figure import Figure

from treenn.report.charts import REFERENCE, WIDTH, drawn, finish, legend, look, name_places, styled
from treenn.report.document import Chart, Pictures, Section, Table, field_of
from treenn.report.formatting import METRICS, majority, of_seeds, unseen_splits
from treenn.report.multi_test import MANY
from treenn.report.results_section import tested_metrics


def across(section: Mapping[str, Any]) -> Section | None:
    """A table and a picture for each tested metric; `None` where there are few test sets."""
    if len(unseen_splits(section)) < MANY:
        return None
    metrics = tested_metrics(section)
    pictures = Pictures(lambda: [_chart(section, metric) for metric in metrics])
    return Section("All test sets", [*(_table(section, metric) for metric in metrics), pictures])


def _table(section: Mapping[str, Any], name: str) -> Table:
    metric, models = METRICS[name], list(section["summary"])
    means = {model: _means(section, model, name) for model in models}
    return Table(
        name=f"{section['slug']}/all-{name}",
        caption=f"{metric.title} on every test set{' in percent' if metric.share else ''}, mean over seeds",
        columns={"Test set": field_of("split")} | {model: field_of(model, metric.value) for model in models},
        records=[
            {"split": split} | {model: means[model].get(split) for model in models} for split in unseen_splits(section)
        ],
    )


def _means(section: Mapping[str, Any], model: str, metric: str) -> dict[str, float]:
    """By split, of those where the model has the metric."""
    found = {split: of_seeds(section, model, split, metric) or {} for split in unseen_splits(section)}
    return {split: mean for split, numbers in found.items() if (mean := numbers.get("mean")) is not None}


@styled
def _chart(section: Mapping[str, Any], name: str) -> Chart:
    metric, splits = METRICS[name], unseen_splits(section)
    scale = 100 if metric.share else 1
    figure, words = Figure(figsize=(WIDTH, 3.1), layout="constrained"), []
    axes = figure.subplots()

    def line(title: str, means: Mapping[str, float], **how: Any) -> None:
        axes.plot([splits.index(split) for split in means], [scale * mean for mean in means.values()], **how)
        words.append(f"{title} " + ", ".join(f"{split} {metric.value(mean)}" for split, mean in means.items()))

    for model, place in drawn(section).items():
        line(model, _means(section, model, name), **look(place), label=model)
    constants = {split: found for split in splits if (found := majority(section, split, name)) is not None}
    if constants:
        line("majority", constants, **REFERENCE)
    name_places(axes, splits)
    axes.set_ylabel(metric.title + (" (%)" if metric.share else ""))
    legend(figure, axes)
    return finish(
        figure,
        section["slug"],
        f"{metric.title} on every test set",
        "Means over seeds"
        + ("; the dotted line is what always giving the commonest answer reaches." if constants else "."),
        f"{metric.title}: {'; '.join(words)}",
    )
