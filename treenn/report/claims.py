"""Claims about differences: the better model, if the tests show one, and models below the majority class."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from treenn.analysis.significance import ALPHA
from treenn.analysis.statistics import Difference, Interval
from treenn.evaluation.metrics import paired_metrics
from treenn.experiment.results import TaskResults
from treenn.report.formatting import majority, shown_metrics


def better(difference: Difference) -> str | None:
    """The model that a difference shows to be better; None if it shows neither.

    Three conditions must hold: the interval over sentences excludes zero; so does the interval over sentences and
    seeds, if there are several seeds; and the p of approximate randomization is below 0.05 after Holm's correction over
    the whole plan. McNemar's test compares two single runs, the median ones, and is not used here.

    >>> from dataclasses import replace
    >>> found = Difference(("tree", "lstm"), "test", "root", 0.02, 0.01, 0.03, 0.95, 10_000, randomization_holm=0.01)
    >>> better(found), better(replace(found, randomization_holm=0.06)), better(replace(found, low=-0.01))
    ('tree', None, None)
    """
    p, with_seeds = difference.randomization_holm, difference.with_seeds
    if p is None or p >= ALPHA:
        return None
    intervals = [Interval(difference.low, difference.high), *([] if with_seeds is None else [with_seeds])]
    if all(each.low > 0 for each in intervals):
        return difference.models[0]
    return difference.models[1] if all(each.high < 0 for each in intervals) else None


def verdict(difference: Difference) -> str:
    """The verdict on the first model: `ahead`, `behind`, `seeds` if other seeds could reverse it, or `open`.

    >>> found = Difference(("tree", "lstm"), "test", "root", 0.02, 0.01, 0.03, 0.95, 10_000, randomization_holm=0.01)
    >>> verdict(found), verdict(replace(found, with_seeds=Interval(-0.01, 0.05)))
    ('ahead', 'seeds')
    """
    if (winner := better(difference)) is not None:
        return "ahead" if winner == difference.models[0] else "behind"
    return "seeds" if better(replace(difference, with_seeds=None)) is not None else "open"


def below_majority(task: TaskResults, split: str, metric: str) -> list[str]:
    """Models that do not exceed the majority class; a lead over such a model means little."""
    share = majority(task, split, metric)
    constant = {each.name for each in task.models if each.model == "majority"}
    return [
        model
        for model in task.summary
        if (found := task.spread(model, split, metric)) is not None
        and share is not None
        and (found.mean or 0) <= share
        and model not in constant
    ]


def against_reference(task: TaskResults) -> list[Difference]:
    """The differences between the reference and each other model, in the metrics shown."""
    shown = [name for name in paired_metrics() if name in shown_metrics(task)]
    return [each for each in task.differences if each.metric in shown and each.models[0] == task.reference]


def tested(tasks: Iterable[TaskResults]) -> int:
    """The number of differences that Holm's correction is over."""
    return sum(each.randomization_holm is not None for task in tasks for each in task.differences)
