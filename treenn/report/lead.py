"""The lead of the report: its finding in one paragraph of figures, for every format."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from treenn.analysis.statistics import Difference
from treenn.evaluation.measuring import paired_metrics
from treenn.experiment.plan_record import Match
from treenn.experiment.results import TaskResults
from treenn.report.claims import against_reference, better, reservation, verdict
from treenn.report.formatting import METRICS, at, listing, phrase, seeds, shown_metrics, subject, synthetic
from treenn.report.headline import alone, task_name
from treenn.report.multi_test import MANY

_NAMED = 3  # the maximum number of models with a name
_CLAUSES = 3  # the maximum number of differences in full

_MATCHED = {
    "parameters": "matched in parameters",
    "time": "matched in training time",
    "none": "not matched in size",
}


def lead(sections: Sequence[TaskResults]) -> str:
    """The finding in about 80 words: the models, their matching, and the first differences with their intervals.

    Every model is compared with the plan's first network, which was named before anything was measured. The differences
    in full are those from the plan's next networks, in the main metric of each task on its first test set. The last
    sentence counts the decided ones among all of these.

    Args:
        sections: the tasks with runs (`ComparisonResults.sections`).
    """
    models = list(dict.fromkeys(model for task in sections for model in task.summary))
    if len(models) == 1:
        return " ".join([*_synthetic(sections), *(_alone(task) for task in sections)])
    return " ".join([*_synthetic(sections), _compared(sections, models), *_found(sections), *_decided(sections)])


def main_differences(task: TaskResults) -> list[Difference]:
    """The differences from the reference in the main metric: on the first test set, or on all of `MANY` or more."""
    metric = main_metric(task)
    splits = task.unseen_splits if len(task.unseen_splits) >= MANY else task.unseen_splits[:1]
    return [each for each in against_reference(task) if each.metric == metric and each.split in splits]


def _of_networks(task: TaskResults) -> list[Difference]:
    return [each for each in main_differences(task) if each.models[1] in task.networks]


def main_metric(task: TaskResults) -> str | None:
    """The first metric of a task in which models are tested; None without one."""
    return next((name for name in paired_metrics() if name in shown_metrics(task)), None)


def _synthetic(sections: Sequence[TaskResults]) -> Iterator[str]:
    """A sentence for each synthetic treebank."""
    for name, clause in {task.treebank.name: synthetic(task) for task in sections}.items():
        if clause:
            yield f"{name} is synthetic: {clause}."


def _alone(task: TaskResults) -> str:
    results = alone(task, task.unseen_splits[0])
    return f"{task.reference} was trained on {task_name(task)}, with {_seeds([task])}. {results}"


def _compared(sections: Sequence[TaskResults], models: Sequence[str]) -> str:
    """The sentence on the models, their matching and their seeds."""
    first, *others = sorted(models, key=lambda model: model != sections[0].reference)
    named = others if len(others) <= _NAMED else [*others[: _NAMED - 1], f"{len(others) - _NAMED + 1} other models"]
    ways = listing([_matching(sections, match) for match in dict.fromkeys(task.match for task in sections)])
    where = f"On {shared}, " if (shared := _shared_treebank(sections)) else ""
    return f"{where}{first} was compared with {listing(named)}, {ways}, {_seeds(sections)}."


def _matching(sections: Sequence[TaskResults], match: Match) -> str:
    """A way of matching, with the networks that it fails for."""
    unmatched = list(dict.fromkeys(model for task in sections for model in task.unmatched if task.match == match))
    if match != "parameters" or not unmatched:
        return _MATCHED[match]
    names = listing(unmatched) if len(unmatched) < _NAMED else f"{len(unmatched)} models"
    return f"{_MATCHED[match]} except for {names}"


def _shared_treebank(sections: Sequence[TaskResults]) -> str:
    """The treebank of several regimes; empty for one task, and for several treebanks."""
    names = {task.treebank.name for task in sections}
    return names.pop() if len(names) == 1 and len(sections) > 1 else ""


def _seeds(sections: Sequence[TaskResults]) -> str:
    counts = [len(seeds(task)[model]) for task in sections for model in task.networks or task.summary]
    low, high = min(counts), max(counts)
    if high == 1:
        return "with one seed each"
    return f"with {high} seeds each" if low == high else f"with {low} to {high} seeds"


def _found(sections: Sequence[TaskResults]) -> Iterator[str]:
    """The differences in full, in one sentence for each metric."""
    clauses: dict[str, list[str]] = {}
    for task in sections[: _CLAUSES + 1]:
        for found in _in_full(task, len(sections)):
            split = "" if len(found) > 1 else f" {'of' if METRICS[found[0].metric].share else 'on'} {found[0].split}"
            place = f"{at(found[0].metric).capitalize()} {phrase(task, found[0].metric)}{split}"
            clauses.setdefault(place, []).append(_clause(task, found, _where(task, sections)))
    for place, group in clauses.items():
        yield f"{place}, {'; '.join(group)}."


def _in_full(task: TaskResults, number: int) -> list[list[Difference]]:
    """The differences from each of the next networks, on one test set or many; of several tasks from the next only."""
    by_model: dict[str, list[Difference]] = {}
    for each in sorted(main_differences(task), key=lambda each: each.models[1] not in task.networks):
        by_model.setdefault(each.models[1], []).append(each)
    few = number == 1 and len(by_model) <= _CLAUSES
    return list(by_model.values())[: _CLAUSES if few else 1]


def _where(task: TaskResults, sections: Sequence[TaskResults]) -> str:
    """The task in a clause, without the treebank that the first sentence has."""
    shared = _shared_treebank(sections)
    name = task_name(task)
    return name.removeprefix(f"{shared} ") if shared and name != shared else f"on {name}"


def _clause(task: TaskResults, found: Sequence[Difference], where: str) -> str:
    if len(found) > 1:
        return _over_test_sets(task, found, where)
    [each] = found
    each = each.mirrored if each.difference < 0 else each
    metric = METRICS[each.metric]
    first, second = (subject(task, model) for model in each.models)
    low, high = metric.gap(each.interval.low), metric.gap(each.interval.high)
    return (
        f"{first} is {metric.gap(each.difference)}{metric.unit} above {second} {where}"
        f" ({100 * each.confidence:g}% interval {low} to {high}; {_decision(each)})"
    )


def _over_test_sets(task: TaskResults, found: Sequence[Difference], where: str) -> str:
    """The range of the differences over many test sets, and the number of decided ones."""
    if all(each.difference < 0 for each in found):
        found = [each.mirrored for each in found]
    metric, (first, second) = METRICS[found[0].metric], (subject(task, model) for model in found[0].models)
    low, high = (metric.gap(end(each.difference for each in found)) for end in (min, max))
    signs = " to ".join(dict.fromkeys((low, high)))
    ends = metric.gap(min(each.interval.low for each in found)), metric.gap(max(each.interval.high for each in found))
    return (
        f"{first} is {signs}{metric.unit} above {second} {where}, over {len(found)} test sets"
        f" ({100 * found[0].confidence:g}% intervals within {ends[0]} to {ends[1]}; {_decisions(found)})"
    )


def _decision(each: Difference) -> str:
    """The decision of the test."""
    if (winner := better(each)) is not None:
        return f"{winner} is better{reservation([each])}"
    if each.p_holm is None:
        return "of single runs, not tested over seeds" if each.randomization_holm is not None else "not tested"
    return "undecided"


def _decisions(found: Sequence[Difference]) -> str:
    kinds = dict.fromkeys(map(_decision, found))
    if len(kinds) == 1:
        return next(iter(kinds))
    counts = {kind: sum(_decision(each) == kind for each in found) for kind in kinds}
    return ", ".join(f"{kind} on {count}" for kind, count in counts.items())


def _decided(sections: Sequence[TaskResults]) -> Iterable[str]:
    """The sentence on the decisions about networks, unless all differences are in full."""
    found = [each for task in sections for each in _of_networks(task) if each.p_holm is not None]
    shown = {id(each) for task in sections[: _CLAUSES + 1] for group in _in_full(task, len(sections)) for each in group}
    if not found or all(id(each) in shown for each in found):
        return
    counts = {kind: sum(verdict(each) == kind for each in found) for kind in ("ahead", "behind")}
    first, number = sections[0].reference, sum(counts.values())
    sides = {"ahead": f"for {first}", "behind": "against it"}
    of_sides = [f"{'all' if count == number > 1 else count} {sides[kind]}" for kind, count in counts.items() if count]
    decided = f"decides {number}: {listing(of_sides)}" if number else "decides none"
    yield f"Of {first}'s {len(found)} tested differences from networks, the test {decided}."
