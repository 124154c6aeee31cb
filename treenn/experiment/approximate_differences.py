"""The deciding test for results of before 2026-12, which have neither the test nor the runs' predictions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from treenn.analysis.crossed_test import Errors, seed_error
from treenn.analysis.statistics import Difference, decided
from treenn.experiment.results import TaskResults

_WIDTH = 2 * 1.959964  # of a 95 % interval, in standard errors


def approximate_differences(task: TaskResults) -> Iterator[Difference]:
    """The differences of a task with the deciding test, before correction.

    The standard error over sentences is derived from the width of the recorded bootstrap interval, under a normal
    distribution; the standard errors over seeds are computed from the runs' metrics.
    """
    deterministic = [model for model in task.runs_by_model if model not in task.networks]
    for difference in task.differences:
        values = [_values(task, model, difference) for model in difference.models]
        first, second = ([value for value in column if value is not None] for column in values)
        if not first or not second or [len(first), len(second)] != [len(column) for column in values]:
            yield difference
            continue
        errors = Errors(
            sentences=(difference.high - difference.low) / _WIDTH,
            seeds=(seed_error(first), seed_error(second)),
            n_sentences=task.treebank.sizes.get(difference.split, 2),
            n_seeds=(len(first), len(second)),
        )
        yield decided(replace(difference, detectable=None, approximate=True), errors, deterministic)


def _values(task: TaskResults, model: str, difference: Difference) -> list[float | None]:
    return [run.value(difference.split, difference.metric) for run in task.runs_by_model.get(model, ())]
