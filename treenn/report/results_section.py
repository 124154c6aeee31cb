"""The section with the results: how good each model is, over its seeds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from treenn.analysis.statistics import by_model
from treenn.evaluation.metrics import paired_metrics
from treenn.report.charts import INK, REFERENCE, finish, look, name_rows, places, stack, styled
from treenn.report.document import Chart, Pictures, Record, Section, Table, field_of
from treenn.report.formatting import (
    METRICS,
    NONE,
    Metric,
    majority,
    of_seeds,
    percent,
    runs_majority,
    seeds,
    shown_metrics,
    unseen_splits,
)
from treenn.report.multi_test import MANY

_FIVE = ("mean", "std", "min", "median", "max")
_MAJORITY = "majority: always the commonest answer"


def results(section: Mapping[str, Any]) -> Section:
    """The metrics of every model on every unseen split."""
    blocks: list[Any] = []
    for split in unseen_splits(section):
        blocks.append(_overview(section, split))
        blocks += [_of_metric(section, split, metric) for metric in tested_metrics(section)]
    return Section("Results", [*blocks, Pictures(lambda: [_chart(section, split) for split in unseen_splits(section)])])


def tested_metrics(section: Mapping[str, Any]) -> list[str]:
    """The metrics in which models are tested against each other."""
    return [metric for metric in paired_metrics() if metric in shown_metrics(section)]


def _overview(section: Mapping[str, Any], split: str) -> Table:
    shown = shown_metrics(section)
    in_percent = " in percent," if all(METRICS[metric].share for metric in shown) else ""
    return Table(
        name=f"{section['slug']}/results-{split}",
        caption=f"On {split},{in_percent} mean ± standard deviation over seeds",
        columns={"Model": field_of("model")}
        | {METRICS[metric].title: _spread_of(metric) for metric in shown}
        | {"Seeds": field_of("seeds")},
        records=list(_records(section, split, shown)),
        folded=len(unseen_splits(section)) >= MANY,
    )


def _records(section: Mapping[str, Any], split: str, metrics: Sequence[str]) -> Iterator[Record]:
    for model, numbers in seeds(section).items():
        record: dict[str, Any] = {"model": model, "seeds": len(numbers)}
        for metric in metrics:
            found = of_seeds(section, model, split, metric) or dict.fromkeys(_FIVE)
            record |= {f"{metric} {name}": found[name] for name in _FIVE}
        yield record
    if not runs_majority(section):
        yield {"model": _MAJORITY} | {f"{metric} mean": majority(section, split, metric) for metric in metrics}


def _spread_of(metric: str) -> Any:
    return lambda record: METRICS[metric].spread({name: record.get(f"{metric} {name}") for name in ("mean", "std")})


def _of_metric(section: Mapping[str, Any], split: str, name: str) -> Table:
    """One metric with all five numbers."""
    metric = METRICS[name]
    records = [
        {"model": model, **found}
        for model in section["summary"]
        if (found := of_seeds(section, model, split, name)) is not None
    ]
    heads = dict(zip(("Mean", "Std", "Min", "Median", "Max"), _FIVE, strict=True))
    return Table(
        name=f"{section['slug']}/seeds-{split}-{name}",
        caption=f"{metric.title} on {split}, over seeds",
        columns={"Model": field_of("model")} | {head: _column(field, metric) for head, field in heads.items()},
        records=records,
        folded=True,
    )


def _column(name: str, metric: Metric) -> Any:
    return lambda record: NONE if record.get(name) is None else metric.value(record[name])


@styled
def _chart(section: Mapping[str, Any], split: str) -> Chart:
    """Every run of every model, the mean of its seeds, and the majority class."""
    metrics, models = tested_metrics(section), by_model(section["runs"])
    figure, rows = stack([len(models)] * len(metrics))
    numbers = places(section)
    for metric, axes in zip(metrics, rows, strict=True):
        scale = 100 if METRICS[metric].share else 1
        for row, (model, runs) in enumerate(models.items()):
            values = [scale * run[split][metric] for run in runs if run[split].get(metric) is not None]
            _seed_marks(axes, row, values, look(numbers[model], line=False))
        constant = majority(section, split, metric)
        if constant is not None:
            axes.axvline(scale * constant, **REFERENCE)
        name_rows(axes, list(models))
        axes.set_title(METRICS[metric].title + (" (%)" if METRICS[metric].share else ""))
    return finish(
        figure,
        section["slug"],
        f"Accuracy on {split}" if "pearson" not in metrics else f"Correlation on {split}",
        "A mark for each seed; the upright stroke is their mean"
        + ("." if "pearson" in metrics else "; the dotted line is what always giving the commonest answer reaches."),
        "; ".join(_in_words(section, split, metric) for metric in metrics),
    )


def _seed_marks(axes: Axes, row: int, values: Sequence[float], style: Mapping[str, Any]) -> None:
    if values:
        axes.plot(values, [row] * len(values), **style, alpha=0.7)
        axes.plot([np.mean(values)], [row], "|", color=INK, markersize=13, markeredgewidth=1.5)


def _in_words(section: Mapping[str, Any], split: str, name: str) -> str:
    constant, metric = majority(section, split, name), METRICS[name]
    found = [f"{model} {metric.spread(of_seeds(section, model, split, name))}" for model in section["summary"]]
    return f"{metric.title}: {', '.join(found)}" + (f", majority {percent(constant)}" if constant is not None else "")
