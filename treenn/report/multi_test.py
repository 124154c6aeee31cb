"""Headline of a task with many test sets, such as sentences of growing length: a paragraph per model."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from treenn.analysis.statistics import Difference
from treenn.evaluation.measuring import paired_metrics
from treenn.experiment.results import TaskResults
from treenn.report.claims import OF_THE_RUNS, against_reference, below_majority, reservation, verdict
from treenn.report.formatting import METRICS, listing, phrase, shown_metrics, subject, the_constant

MANY = 4
"""The minimum number of test sets that are summarized together."""

_RANGE = 3  # the minimum number of consecutive splits that are named by the first and the last


def across_splits(task: TaskResults) -> Iterable[str]:
    """A paragraph for each model compared with the reference, and one for those below the majority class.

    Args:
        task: a task with runs (`ComparisonResults.sections`).
    """
    by_model: dict[tuple[str, str], list[Difference]] = {}
    for each in against_reference(task):
        if each.randomization_holm is not None or each.p_holm is not None:
            by_model.setdefault((each.metric, each.models[1]), []).append(each)
    if not by_model:
        yield "No two models were measured in the same way."
    for (metric, other), found in by_model.items():
        at = "At" if METRICS[metric].share else "In"
        yield f"{at} {phrase(task, metric)}, {'; '.join(_clauses(task, other, found))}."
    yield from _below_majority(task)


def _clauses(task: TaskResults, other: str, found: Sequence[Difference]) -> Iterable[str]:
    first, second = subject(task, task.reference), subject(task, other)
    both = f"{first} and {second}"
    for name in ("ahead", "behind", *OF_THE_RUNS, "open"):
        group = [each for each in found if verdict(each) == name]
        if not group:
            continue
        clauses = {
            "ahead": f"{first} was better than {second} ({_gaps(group)}){reservation(group)}",
            "behind": f"{second} was better than {first} ({_gaps(group)}){reservation(group)}",
            **{name: f"{both} differed ({_gaps(group)}) {runs}" for name, runs in OF_THE_RUNS.items()},
            "open": f"no difference is shown between {both}",
        }
        yield f"{_places(task, [each.split for each in group])} {clauses[name]}"
        both = "the two"


def _gaps(found: Sequence[Difference]) -> str:
    """The range of differences, absolute if all have the same sign."""
    metric, gaps = METRICS[found[0].metric], [each.difference for each in found]
    if min(gaps) >= 0 or max(gaps) <= 0:
        gaps = [abs(gap) for gap in gaps]
    return f"{' to '.join(dict.fromkeys(metric.gap(end) for end in (min(gaps), max(gaps))))}{metric.unit}"


def _places(task: TaskResults, splits: Sequence[str]) -> str:
    """The names of splits in the task's order, consecutive ones as a range."""
    if set(splits) == set(task.unseen_splits):
        return f"on all {len(set(splits))} test sets"
    rows: list[list[str]] = [[]]
    for split in task.unseen_splits:
        if split in splits:
            rows[-1].append(split)
        else:
            rows.append([])
    words = [word for row in rows for word in ([f"{row[0]} to {row[-1]}"] if len(row) >= _RANGE else row)]
    return f"on {listing(words)}"


def _below_majority(task: TaskResults) -> Iterable[str]:
    for metric in [name for name in paired_metrics() if name in shown_metrics(task)]:
        where: dict[str, list[str]] = {}
        for split in task.unseen_splits:
            for model in below_majority(task, split, metric):
                where.setdefault(model, []).append(split)
        models = [f"{model} {_places(task, splits)}" for model, splits in where.items()]
        if models:
            than = "above the majority class at" if METRICS[metric].share else f"better than {the_constant(task)} in"
            yield f"Not {than} {phrase(task, metric)}: {'; '.join(models)}."
