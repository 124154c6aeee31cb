"""Cross-validation in reports: conditions, caveat, and metrics over folds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from statistics import mean

from treenn.analysis.statistics import summarize
from treenn.experiment.results import TaskResults
from treenn.experiment.run_record import RunResults
from treenn.report.document import Record, Section
from treenn.report.formatting import METRICS, listing, model_table, shown_metrics


def folds_section(task: TaskResults) -> Section | None:
    """The metrics over folds; None without cross-validation."""
    if task.cross_validation is None:
        return None
    metrics = shown_metrics(task)
    table = model_table(
        task,
        "folds",
        f"Mean ± standard deviation over the {task.cross_validation.folds} folds",
        {METRICS[metric].title: _spread_of(metric) for metric in metrics},
        {model: _record(runs, metrics) for model, runs in task.runs_by_model.items()},
        note="The value of a fold is the mean over seeds. The folds share training data, so their values are no"
        " independent samples: the standard deviation is no basis of a test.",
    )
    return Section("Folds", [table])


def _spread_of(metric: str) -> Callable[[Record], str]:
    return lambda record: METRICS[metric].mean_and_std(record.get(f"{metric} mean"), record.get(f"{metric} std"))


def _record(runs: Sequence[RunResults], metrics: Sequence[str]) -> Record:
    record: dict[str, float | None] = {}
    for metric in metrics:
        values = _by_fold(runs, metric)
        if values:
            spread = summarize(values)
            record |= {f"{metric} mean": spread.mean, f"{metric} std": spread.std}
    return record


def _by_fold(runs: Sequence[RunResults], metric: str) -> list[float]:
    """The metric of each fold, averaged over seeds; empty if a run lacks it."""
    folds = zip(*([fold.values.get(metric) for fold in run.folds] for run in runs), strict=True)
    known = [[value for value in of_seeds if value is not None] for of_seeds in folds]
    return [mean(values) for values in known] if all(len(values) == len(runs) for values in known) else []


def conditions(task: TaskResults) -> str:
    """The conditions of a cross-validation, with the splits that were not read."""
    assert task.cross_validation is not None
    noun = "pair" if task.is_of_pairs else "sentence"
    unread = [f"{split} ({size:,} {noun}s)" for split, size in task.cross_validation.unread.items()]
    left = f" Not read: {listing(unread)}." if unread else ""
    return (
        f"{task.cross_validation.folds}-fold cross-validation of train and dev: each {noun} is predicted once for each"
        " seed, by a network that was trained on the other folds, a stratified tenth of which selected the epoch. Equal"
        f" {noun}s are in one fold. Reading the folds is no reading of test.{left}"
    )


def fold_caveats(task: TaskResults) -> Iterator[str]:
    """The limits of tests on pooled predictions."""
    if task.cross_validation is not None:
        noun = "pairs" if task.is_of_pairs else "sentences"
        yield (
            f"In the cross-validation on {task.treebank.name}, folds share training data, so neither the folds nor the"
            f" runs with one seed are independent samples: the test is over {noun} and seeds, once over all {noun}, and"
            " the variance over training sets is not part of it."
        )
