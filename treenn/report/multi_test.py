"""What a task with many test sets shows, such as sentences of growing length: a paragraph a model, not a test set."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from treenn.analysis.statistics import reference
from treenn.evaluation.metrics import paired_metrics
from treenn.report.claims import against_reference, below_majority, verdict
from treenn.report.formatting import METRICS, listing, phrase, shown_metrics, subject, unseen_splits

MANY = 4
"""From so many test sets on, a task is told of and shown all together."""

_RANGE = 3  # so many splits in a row are told of by the first and the last

Section = Mapping[str, Any]


def across_splits(section: Section) -> Iterable[str]:
    """A paragraph for each model that the first network is set against, and one of those that a constant would match.

    Args:
        section: a task that has runs, by `treenn.experiment.results.sections`.
    """
    by_model: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for each in against_reference(section):
        if each.get("randomization_holm") is not None:
            by_model.setdefault((each["metric"], each["models"][1]), []).append(each)
    if not by_model:
        yield "No two models were measured in the same way."
    for (metric, other), found in by_model.items():
        at = "At" if METRICS[metric].share else "In"
        yield f"{at} {phrase(section, metric)}, {'; '.join(_clauses(section, other, found))}."
    yield from _below_majority(section)


def _clauses(section: Section, other: str, found: Sequence[Mapping[str, Any]]) -> Iterable[str]:
    first, second = subject(section, reference(section)), subject(section, other)
    both = f"{first} and {second}"
    for name in ("ahead", "behind", "seeds", "open"):
        group = [each for each in found if verdict(each) == name]
        if not group:
            continue
        said = {
            "ahead": f"{first} was better than {second} ({_gaps(group)})",
            "behind": f"{second} was better than {first} ({_gaps(group)})",
            "seeds": f"{both} differed ({_gaps(group)}), but other seeds could undo this",
            "open": f"no difference is shown between {both}",
        }
        yield f"{_places(section, [each['split'] for each in group])} {said[name]}"
        both = "the two"


def _gaps(found: Sequence[Mapping[str, Any]]) -> str:
    """From the smallest to the largest difference, whoever is ahead."""
    metric, gaps = METRICS[found[0]["metric"]], [abs(each["difference"]) for each in found]
    return f"{' to '.join(dict.fromkeys(metric.gap(end) for end in (min(gaps), max(gaps))))}{metric.unit}"


def _places(section: Section, splits: Sequence[str]) -> str:
    """Where splits are: in the task's order, those in a row by the first and the last."""
    if set(splits) == set(unseen_splits(section)):
        return f"on all {len(set(splits))} test sets"
    rows: list[list[str]] = [[]]
    for split in unseen_splits(section):
        if split in splits:
            rows[-1].append(split)
        else:
            rows.append([])
    words = [word for row in rows for word in ([f"{row[0]} to {row[-1]}"] if len(row) >= _RANGE else row)]
    return f"on {listing(words)}"


def _below_majority(section: Section) -> Iterable[str]:
    for metric in [name for name in paired_metrics() if name in shown_metrics(section)]:
        where: dict[str, list[str]] = {}
        for split in unseen_splits(section):
            for model in below_majority(section, split, metric):
                where.setdefault(model, []).append(split)
        told = [f"{model} {_places(section, splits)}" for model, splits in where.items()]
        if told:
            reached = f"what always giving the commonest answer reaches at {phrase(section, metric)}"
            yield f"These did not exceed {reached}: {'; '.join(told)}."
