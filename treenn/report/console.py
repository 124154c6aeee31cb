"""The comparison as a table for the terminal."""

from __future__ import annotations

from statistics import fmean

from treenn.experiment.results import TaskResults
from treenn.report.formatting import (
    METRICS,
    NONE,
    any_time_match,
    label_of,
    majority,
    runs_majority,
    shown_metrics,
    synthetic,
    training_seconds,
)
from treenn.report.headline import task_name
from treenn.runtime.terminal import Grid


def comparison_table(task: TaskResults) -> Grid:
    """Mean ± standard deviation over seeds of each model on each held-out split, in percent; at most 80 columns wide.

    Parameters and training speed are shown, or the training time alone if models are matched in it.

    Args:
        task: a task with runs (`ComparisonResults.sections`).
    """
    metrics = [name for name in shown_metrics(task) if METRICS[name].short]
    shares = [METRICS[name].share for name in metrics]
    what = "accuracy in percent, " if all(shares) else "accuracies in percent, " if any(shares) else ""
    kind = " (synthetic)" if synthetic(task) else ""
    title = f"{task_name(task)}{kind}: {what}mean ± standard deviation over seeds"
    cost = ["seconds"] if any_time_match(task) else ["params", "trees/s"]
    table = Grid("", *cost[:-1], *(METRICS[name].short for name in metrics), cost[-1], title=title)
    for split in task.unseen_splits:
        _add_split(table, task, split, metrics)
    return table


def _add_split(table: Grid, task: TaskResults, split: str, metrics: list[str]) -> None:
    table.add_section(split)
    label = label_of(task, "model")
    for model, runs in task.runs_by_model.items():
        of_model = task.summary[model]
        cells = [METRICS[name].spread(of_model.metrics[split].get(name)) for name in metrics]
        if any_time_match(task):
            cells.append(f"{fmean(map(training_seconds, runs)):,.0f}")
        else:
            cells = [f"{runs[0].parameters:,}", *cells, f"{of_model.trees_per_second.mean:,.0f}"]
        table.add_row(label({"model": model}), *cells)
    if runs_majority(task) or not task.has_labels:
        return
    constant = [METRICS[name].value(majority(task, split, name)) for name in metrics]
    before = [] if any_time_match(task) else [NONE]
    table.add_row("majority" if task.treebank.classes else "mean score", *before, *constant, NONE, style="dim")
