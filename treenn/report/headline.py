"""The results of a task in words, as far as the tests support them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import chain

from treenn.analysis.statistics import Difference
from treenn.evaluation.measuring import paired_metrics
from treenn.evaluation.metrics import Spread
from treenn.experiment.results import TaskResults
from treenn.report.claims import OF_THE_RUNS, against_reference, below_majority, better, reservation, verdict
from treenn.report.formatting import (
    METRICS,
    at,
    labels_words,
    listing,
    majority,
    p_value,
    phrase,
    seeds,
    shown_metrics,
    subject,
    the_constant,
)
from treenn.report.multi_test import MANY, across_splits

_SUPERVISION = {
    "nodes": "with every phrase labelled",
    "roots": "with whole sentences labelled alone",
    "spans": "with sentences and four spans of each",
    "published": "under the published supervision",
}

_IN_FULL = 3  # the maximum number of models with intervals
_SEEDS_OF_POWER = 5  # the minimum for a statement on power, which depends on the estimated variance over seeds


def task_name(task: TaskResults) -> str:
    """A task, its regime of supervision, its contextual encoder and its matching by time, for headings."""
    encoder = f", words in context of {name}" if (name := task.settings.get("contextual")) else ""
    return f"{_regime(task)}{encoder}{', at equal training time' if task.match == 'time' else ''}"


def _regime(task: TaskResults) -> str:
    if task.is_of_pairs or not task.has_labels:  # with one label each or none, so with one regime
        return task.treebank.name
    if labels_words(task) and task.supervision == "nodes":
        return f"{task.treebank.name} with every word labelled"
    return f"{task.treebank.name} {_SUPERVISION[task.supervision]}"


def paragraphs(task: TaskResults) -> list[str]:
    """The results of one task in words: the better model in each metric, the difference, or that none is shown.

    Every model is compared with the plan's first network, which was named before anything was measured; choosing the
    best one afterwards would favour it. `treenn.report.claims.better` has the criterion. Each split has a paragraph;
    many splits are summarized together.
    """
    splits = task.unseen_splits
    if len(splits) >= MANY and len(task.summary) > 1:
        return [_setting(task), *across_splits(task)]
    parts = [part for split in splits for part in _of_split(task, split)]
    first = [_setting(task), *chain.from_iterable(parts[:1])]
    return [" ".join(part) for part in (first, *parts[1:])]


def _setting(task: TaskResults) -> str:
    counts = {model: _seed_count(len(numbers)) for model, numbers in seeds(task).items()}
    how = f"on {task_name(task)}"
    if len(counts) == 1:
        model, count = next(iter(counts.items()))
        return f"{model} was trained {how}, with {count}."
    if len(set(counts.values())) == 1:
        return f"{listing(list(counts))} were trained {how}, each with {next(iter(counts.values()))}."
    return f"{listing([f'{model} ({count})' for model, count in counts.items()])} were trained {how}."


def _seed_count(number: int) -> str:
    return "one seed" if number == 1 else f"{number} seeds"


def _of_split(task: TaskResults, split: str) -> list[list[str]]:
    """The sentences on a split in one paragraph; for many models, in one for each metric."""
    below = list(_below_majority(task, split))
    if len(task.summary) == 1:
        return [[alone(task, split), *below]]
    found = [each for each in against_reference(task) if each.split == split]
    if not found:
        return [[f"On {split}, no two models were measured in the same way.", *below]]
    by_metric: dict[str, list[Difference]] = {}
    for each in found:
        by_metric.setdefault(each.metric, []).append(each)
    parts = [list(_verdicts(task, group, f"On {split}", _IN_FULL)) for group in by_metric.values()]
    if len(task.summary) - 1 > _IN_FULL:
        return [part for part in (*parts, below) if part]
    return [[*chain.from_iterable(parts), *below]]


def alone(task: TaskResults, split: str) -> str:
    """The results of a single model."""
    model = task.reference
    reached = [
        f"{METRICS[name].spread(found)}{METRICS[name].in_percent} {at(name)} {phrase(task, name)}"
        for name in paired_metrics()
        if name in shown_metrics(task) and (found := task.spread(model, split, name)) is not None
    ]
    return f"On {split} it reached {listing(reached)}. There is no second model to compare it with."


def _verdicts(task: TaskResults, found: Sequence[Difference], where: str, in_full: int) -> Iterable[str]:
    """One sentence for each verdict that occurs."""
    tested = [each for each in found if each.randomization_holm is not None or each.p_holm is not None]
    for number, sentence in enumerate(_verdict(task, tested, long=len(tested) <= in_full)):
        metric = tested[0].metric
        place = "There" if number else f"{where}, {at(metric)} {phrase(task, metric)}"
        yield f"{place}, {sentence}."


def _verdict(task: TaskResults, found: Sequence[Difference], *, long: bool) -> Iterable[str]:
    first = subject(task, task.reference)
    groups: dict[str, list[Difference]] = {name: [] for name in ("ahead", "behind", *OF_THE_RUNS, "open")}
    for each in found:
        groups[verdict(each)].append(each.mirrored if verdict(each) == "behind" else each)
    evidence = {
        name: listing([_evidence(task, each, of=int(name != "behind"), long=long) for each in group])
        for name, group in groups.items()
    }
    if ahead := groups["ahead"]:
        yield f"{first} was better than {evidence['ahead']}{reservation(ahead)}"
    if behind := groups["behind"]:
        yield f"{evidence['behind']} {'was' if len(behind) == 1 else 'were'} better than {first}{reservation(behind)}"
    for name, of_the_runs in OF_THE_RUNS.items():
        if groups[name]:
            yield f"{first} differed from {evidence[name]} {of_the_runs}"
    if groups["open"]:
        power = _power(groups["open"]) if long else ""
        yield f"no difference is shown between {first} and {evidence['open']}{power}"


def _evidence(task: TaskResults, difference: Difference, *, of: int, long: bool) -> str:
    """One of a difference's models, with the difference and its evidence."""
    metric, split = METRICS[difference.metric], difference.split
    a, b = (task.spread(model, split, difference.metric) for model in difference.models)
    assert a is not None and b is not None
    other, gap = subject(task, difference.models[of]), f"{metric.gap(difference.difference)}{metric.unit}"
    if not long:
        return f"{other} ({gap})"
    if verdict(difference) in OF_THE_RUNS:
        difference = replace(difference, with_seeds=None)
    interval, over = difference.interval, "" if difference.with_seeds else " over sentences"
    overlap = better(difference) is not None and a.std is not None and _overlap(a, b)
    return (
        f"{other} ({metric.value(a.mean)} against {metric.value(b.mean)}{metric.in_percent}: {gap}, 95% interval{over}"
        f" {metric.gap(interval.low)} to {metric.gap(interval.high)} before correction,"
        f" corrected p{over} {p_value(difference.p_holm if difference.with_seeds else difference.randomization_holm)}"
        f"{', though single runs overlap' if overlap else ''})"
    )


def _overlap(a: Spread, b: Spread) -> bool:
    """True if the ranges over runs overlap."""
    low, high = max(a.min or 0, b.min or 0), min(a.max or 0, b.max or 0)
    return low <= high


def _power(found: Sequence[Difference]) -> str:
    """The true difference that the deciding test would detect, after correction, as a clause."""
    seeds = [number for each in found if each.errors for number in each.errors.n_seeds]
    if any(1 < number < _SEEDS_OF_POWER for number in seeds) or not all(each.detectable for each in found):
        return ""
    least = [each.detectable.difference for each in found if each.detectable and each.detectable.difference]
    if len(least) < len(found):
        return "; the power of this test is below 0.8 for some of them, whatever the true difference"
    metric = METRICS[found[0].metric]
    gap = f"{metric.gap(max(least))}{metric.unit}"
    return f"; if these standard errors are right, the power is 0.8 for a true difference of {gap}"


def _below_majority(task: TaskResults, split: str) -> Iterable[str]:
    for metric in [name for name in paired_metrics() if name in shown_metrics(task)]:
        if below := below_majority(task, split, metric):
            share = METRICS[metric].value(majority(task, split, metric))
            names = f"On {split}, {listing(below)}"
            if METRICS[metric].share:
                yield f"{names} did not exceed the majority class at {phrase(task, metric)} ({share}%)."
            else:
                verb = "was" if len(below) == 1 else "were"
                yield f"{names} {verb} no better than {the_constant(task)} in {phrase(task, metric)} ({share})."


def contradictions(sections: Sequence[TaskResults]) -> Iterable[str]:
    """A sentence for each pair of models of which each was better on some tasks."""
    wins: dict[tuple[str, str], dict[str, list[str]]] = {}
    claims: dict[tuple[str, str], list[Difference]] = {}
    for task in sections:
        split = task.unseen_splits[0]
        for each in against_reference(task):
            winner = better(each)
            if winner is not None and each.split == split and each.metric in ("root", "pearson"):
                wins.setdefault(each.models, {}).setdefault(winner, []).append(task_name(task))
                claims.setdefault(each.models, []).append(each)
    for (a, b), tasks in wins.items():
        if len(tasks) == 2:
            winners = "; ".join(f"{model} on {listing(tasks[model])}" for model in (a, b))
            yield f"The better one of {a} and {b} depends on the task: {winners}{reservation(claims[a, b])}."
