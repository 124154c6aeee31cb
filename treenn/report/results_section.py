"""The section on results: metrics of each model over seeds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from typing import Any

from treenn.evaluation.measuring import paired_metrics
from treenn.experiment.results import TaskResults
from treenn.report.charts import REFERENCE, finish, mark_seeds, name_rows, pictures, places, stack
from treenn.report.document import Chart, Record, Section, Table, field_of
from treenn.report.formatting import (
    METRICS,
    Metric,
    any_time_match,
    constant_name,
    listing,
    majority,
    model_table,
    over_seeds,
    runs_majority,
    seeds,
    shown_metrics,
    spread_of,
    the_constant,
    training_seconds,
)
from treenn.report.multi_test import MANY

_FIVE = ("mean", "std", "min", "median", "max")


_KINDS = {"share": "accuracy", "correlation": "correlation", "error": "error"}


def results_section(task: TaskResults) -> Section:
    """The metrics of every model on every held-out split."""
    blocks: list[Any] = []
    for split in task.unseen_splits:
        blocks.append(_overview(task, split))
        blocks += [_of_metric(task, split, metric) for metric in tested_metrics(task)]
    return Section(
        "Results", [*blocks, pictures(lambda: [accuracy_chart(task, split) for split in task.unseen_splits])]
    )


def tested_metrics(task: TaskResults) -> list[str]:
    """The metrics in which models are tested against each other."""
    return [metric for metric in paired_metrics() if metric in shown_metrics(task)]


def _overview(task: TaskResults, split: str) -> Table:
    shown = shown_metrics(task)
    in_percent = " in percent," if all(METRICS[metric].share for metric in shown) else ""
    return model_table(
        task,
        f"results-{split}",
        f"On {split},{in_percent} mean ± standard deviation over seeds",
        {METRICS[metric].title: _spread_of(metric) for metric in shown} | _seconds(task) | {"Seeds": field_of("seeds")},
        dict(_records(task, split, shown)),
        note=_equal_time(task),
        folded=len(task.unseen_splits) >= MANY,
    )


def _seconds(task: TaskResults) -> dict[str, Callable[[Record], str]]:
    """The column with the training time, if some models are matched in it."""
    return {"Seconds": spread_of("training_seconds", 1)} if any_time_match(task) else {}


def _equal_time(task: TaskResults) -> str:
    """The note on the models that are matched in training time."""
    models = {run.model: run.time_match for run in task.runs if run.time_match is not None}
    if not models:
        return ""
    return (
        f"Matched in training time, on the processor, of {task.reference} with the same seed: {listing(list(models))}."
        " Seconds: the training time, with whole epochs only."
    )


def _records(task: TaskResults, split: str, metrics: Sequence[str]) -> Iterator[tuple[str, Record]]:
    for model, numbers in seeds(task).items():
        record: dict[str, object] = {"seeds": len(numbers)}
        for metric in metrics:
            spread = task.spread(model, split, metric)
            record |= {f"{metric} {name}": None if spread is None else getattr(spread, name) for name in _FIVE}
        if any_time_match(task):
            record |= over_seeds({"training_seconds": list(map(training_seconds, task.runs_by_model[model]))})
        yield model, record
    if task.has_labels and not runs_majority(task):
        yield constant_name(task), {f"{metric} mean": majority(task, split, metric) for metric in metrics}


def _spread_of(metric: str) -> Callable[[Record], str]:
    return lambda record: METRICS[metric].mean_and_std(record.get(f"{metric} mean"), record.get(f"{metric} std"))


def _of_metric(task: TaskResults, split: str, name: str) -> Table:
    """One metric with all five numbers."""
    metric = METRICS[name]
    spreads = {model: spread for model in task.summary if (spread := task.spread(model, split, name)) is not None}
    return model_table(
        task,
        f"seeds-{split}-{name}",
        f"{metric.title} on {split}, over seeds",
        {field.capitalize(): field_of(field, metric.value) for field in _FIVE},
        {model: asdict(spread) for model, spread in spreads.items()},
        folded=True,
    )


def accuracy_chart(task: TaskResults, split: str, prefix: str = "") -> Chart:
    """Every run of every model, the mean of its seeds, and the best constant prediction.

    Args:
        task: the task.
        split: the split.
        prefix: precedes the ids of the SVG, if the page has this chart twice (default: none).
    """
    metrics, models = tested_metrics(task), task.runs_by_model
    figure, rows = stack([len(models)] * len(metrics))
    numbers, constants = places(task), [majority(task, split, metric) is not None for metric in metrics]
    for metric, axes in zip(metrics, rows, strict=True):
        scale = 100 if METRICS[metric].share else 1
        for row, (model, runs) in enumerate(models.items()):
            values = [scale * value for run in runs if (value := run.value(split, metric)) is not None]
            mark_seeds(axes, row, values, numbers[model])
        constant = majority(task, split, metric)
        if constant is not None:
            axes.axvline(scale * constant, **REFERENCE)
        name_rows(axes, list(models))
        axes.set_title(METRICS[metric].title + (" (%)" if METRICS[metric].share else ""))
    return finish(
        figure,
        f"{prefix} {task.slug}",
        f"{_kind(metrics)} on {split}",
        "A marker for each seed, a vertical stroke for their mean"
        + (f"; the dotted line is {the_constant(task)}." if any(constants) else "."),
        "; ".join(_in_words(task, split, metric) for metric in metrics),
    )


def _in_words(task: TaskResults, split: str, name: str) -> str:
    constant, metric = majority(task, split, name), METRICS[name]
    found = [f"{model} {metric.spread(task.spread(model, split, name))}" for model in task.summary]
    return f"{metric.title}: {', '.join(found)}" + _constant_in_words(task, metric, constant)


def _kind(metrics: Sequence[str]) -> str:
    """The kinds of metrics, for a title such as `Accuracy`."""
    return listing(list(dict.fromkeys(_KINDS[METRICS[metric].kind] for metric in metrics))).capitalize()


def _constant_in_words(task: TaskResults, metric: Metric, constant: float | None) -> str:
    name = "majority" if task.treebank.classes else "mean score"
    return "" if constant is None else f", {name} {metric.value(constant)}"
