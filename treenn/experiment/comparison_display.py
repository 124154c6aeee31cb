"""Short reprs and notebook displays of comparisons and their tasks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from treenn.analysis.difference_display import differences_html
from treenn.evaluation.metrics import METRICS
from treenn.trees.display import quoted, table_html

if TYPE_CHECKING:
    from treenn.experiment.results import ComparisonResults, TaskResults

_MOST_NAMES = 5  # in a repr


def comparison_repr(results: ComparisonResults) -> str:
    """The repr of a comparison: its models, seeds and tasks, and the numbers of finished and missing runs.

    Args:
        results: the results of the comparison.
    """
    models = _listed([model.name for model in results.models])
    tasks = _listed([task.treebank.name for task in results.tasks])
    runs, missing = sum(len(task.runs) for task in results.tasks), sum(len(task.missing) for task in results.tasks)
    return f"ComparisonResults({models} on {tasks}, seeds={results.seeds}, runs={runs}, missing={missing})"


def task_repr(task: TaskResults) -> str:
    """The repr of a task: its treebank, supervision and models, and the numbers of finished and missing runs.

    Args:
        task: the results of the task.
    """
    models = _listed(list(task.summary))
    sizes = f"runs={len(task.runs)}, missing={len(task.missing)}"
    return f"TaskResults({task.treebank.name[:40]!r}, {task.supervision}: {models}, {sizes})"


def comparison_html(results: ComparisonResults) -> str:
    """The tasks of a comparison with finished runs, as HTML tables.

    Args:
        results: the results of the comparison.
    """
    return f"<div>{''.join(map(task_html, results.sections))}</div>"


def task_html(task: TaskResults) -> str:
    """The metrics of each model on each unseen split, and the differences, as HTML tables.

    Args:
        task: the results of the task.
    """
    metrics = _shown(task)
    headings = ["model", "split", *(f"{METRICS[name].title}{', %' * METRICS[name].share}" for name in metrics)]
    caption = f"{task.treebank.name}, labels of {task.supervision}: mean ± standard deviation over seeds"
    splits = task.unseen_splits or task.evaluated
    rows = [_row(task, model, split, metrics) for split in splits for model in task.summary]
    differences = differences_html(task.differences, "differences") if task.differences else ""
    return f"<div>{table_html(headings, rows, caption)}{differences}</div>"


def _shown(task: TaskResults) -> list[str]:
    """The metrics that are informative for the task and that some model has."""
    splits = task.unseen_splits or task.evaluated
    measured = [model.metrics[split] for model in task.summary.values() for split in splits]
    return [name for name in METRICS if task.applies(name) and any(each.get(name) is not None for each in measured)]


def _row(task: TaskResults, model: str, split: str, metrics: Sequence[str]) -> list[str]:
    return [model, split, *(METRICS[name].spread(task.spread(model, split, name)) for name in metrics)]


def _listed(names: Sequence[str]) -> str:
    """The first names, and the number of the others."""
    others = [f"+{len(names) - _MOST_NAMES}"] if len(names) > _MOST_NAMES else []
    return ", ".join([*(quoted(name, 40) for name in names[:_MOST_NAMES]), *others])
