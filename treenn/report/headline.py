"""The report's first paragraph: what the numbers say, in plain words, and nothing that the tests don't carry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

from treenn.analysis.statistics import reference
from treenn.evaluation.metrics import paired_metrics
from treenn.report.caveats import caveats
from treenn.report.claims import against_reference, below_majority, better, verdict
from treenn.report.formatting import (
    METRICS,
    listing,
    majority,
    of_seeds,
    p_value,
    phrase,
    seeds,
    shown_metrics,
    subject,
    synthetic,
    unseen_splits,
)
from treenn.report.multi_test import MANY, across_splits

_SUPERVISION = {
    "nodes": "with every phrase labelled",
    "roots": "with whole sentences labelled alone",
    "spans": "with sentences and four spans of each",
    "published": "under the published supervision",
}

_IN_FULL = 3  # more models than this are told without their intervals, which the tables have
_IN_FULL_OF_ALL = 1  # likewise in the paragraph over all tasks

Section = Mapping[str, Any]


def task_name(section: Section) -> str:
    """A task and its regime, as headings name it."""
    if all("nodes" not in gold for gold in section["gold"].values()):
        return str(section["treebank"]["name"])  # pairs have one label each: there is one regime
    return f"{section['treebank']['name']} {_SUPERVISION[section['supervision']]}"


def summary_of_all(sections: Sequence[Section]) -> str:
    """The first paragraph of a report of one task or several; a blank line parts its paragraphs.

    It begins with the treebanks that are synthetic, and what generated them.

    Args:
        sections: the tasks that have runs, by `treenn.experiment.results.sections`.
    """
    return " ".join([*_synthetic(sections), _summary(sections)])


def _synthetic(sections: Sequence[Section]) -> Iterable[str]:
    """A sentence for each treebank that was generated: the first of a report."""
    for name, clause in {section["treebank"]["name"]: synthetic(section) for section in sections}.items():
        if clause:
            yield f"{name} is synthetic: {clause}."


def _summary(sections: Sequence[Section]) -> str:
    if len(sections) == 1:
        return headline(sections[0])
    found = [sentence for section in sections for sentence in _main_sentences(section)]
    parts = [" ".join(found), " ".join(_contradictions(sections)), " ".join(caveats(sections))]
    return "\n\n".join(part for part in parts if part)


def headline(section: Section) -> str:
    """What one task shows: which model was better at what, by how much, and where no difference is shown.

    Every model is set against the plan's first network, which was named before anything was measured; picking the best
    one afterwards would favour it. What it takes to be called better is in `treenn.report.claims.better`. Each
    split has its paragraph, many are told of together; the last one says how far all this can be trusted.
    """
    return "\n\n".join([*paragraphs(section), " ".join(caveats([section]))]).strip()


def paragraphs(section: Section) -> list[str]:
    """The headline of one task without what all tasks share."""
    splits = unseen_splits(section)
    if len(splits) >= MANY and len(section["summary"]) > 1:
        return [_setting(section), *across_splits(section)]
    parts = [part for split in splits for part in _of_split(section, split)]
    first = [_setting(section), *chain.from_iterable(parts[:1])]
    return [" ".join(part) for part in (first, *parts[1:])]


def _setting(section: Section) -> str:
    counts = {model: _seed_count(len(numbers)) for model, numbers in seeds(section).items()}
    how = f"on {task_name(section)}"
    if len(counts) == 1:
        model, count = next(iter(counts.items()))
        return f"{model} was trained {how}, with {count}."
    if len(set(counts.values())) == 1:
        return f"{listing(list(counts))} were trained {how}, each with {next(iter(counts.values()))}."
    return f"{listing([f'{model} ({count})' for model, count in counts.items()])} were trained {how}."


def _seed_count(number: int) -> str:
    return "one seed" if number == 1 else f"{number} seeds"


def _of_split(section: Section, split: str) -> list[list[str]]:
    """Its sentences, in one paragraph; in one for each metric where many models are told of."""
    below = list(_below_majority(section, split))
    if len(section["summary"]) == 1:
        return [[_alone(section, split), *below]]
    found = [each for each in against_reference(section) if each["split"] == split]
    if not found:
        return [[f"On {split}, no two models were measured in the same way.", *below]]
    by_metric: dict[str, list[Mapping[str, Any]]] = {}
    for each in found:
        by_metric.setdefault(each["metric"], []).append(each)
    parts = [list(_verdicts(section, group, f"On {split}", _IN_FULL)) for group in by_metric.values()]
    if len(section["summary"]) - 1 > _IN_FULL:
        return [part for part in (*parts, below) if part]
    return [[*chain.from_iterable(parts), *below]]


def _alone(section: Section, split: str) -> str:
    """The one model's own numbers; there is nothing to compare them with."""
    model = reference(section)
    reached = [
        f"{METRICS[name].spread(found)}{METRICS[name].in_percent} at {phrase(section, name)}"
        for name in paired_metrics()
        if name in shown_metrics(section) and (found := of_seeds(section, model, split, name)) is not None
    ]
    return f"On {split} it reached {listing(reached)}. There is no second model to compare it with."


def _main_sentences(section: Section) -> Iterable[str]:
    """What the first unseen split shows in the task's own metric."""
    split = unseen_splits(section)[0]
    metric = next((name for name in paired_metrics() if name in shown_metrics(section)), None)
    found = [each for each in against_reference(section) if (each["split"], each["metric"]) == (split, metric)]
    if found:
        yield from _verdicts(section, found, f"On {task_name(section)} ({split})", _IN_FULL_OF_ALL)
    else:
        yield f"On {task_name(section)} there is nothing to compare."


def _verdicts(section: Section, found: Sequence[Mapping[str, Any]], where: str, in_full: int) -> Iterable[str]:
    """Than which the reference was better, which were better than it, which neither: up to a sentence each."""
    tested = [each for each in found if each.get("randomization_holm") is not None]
    for number, sentence in enumerate(_verdict(section, tested, long=len(tested) <= in_full)):
        metric = tested[0]["metric"]
        place = "There" if number else f"{where}, {'at' if METRICS[metric].share else 'in'} {phrase(section, metric)}"
        yield f"{place}, {sentence}."


def _verdict(section: Section, found: Sequence[Mapping[str, Any]], *, long: bool) -> Iterable[str]:
    first = subject(section, reference(section))
    groups: dict[str, list[Mapping[str, Any]]] = {"ahead": [], "behind": [], "seeds": [], "open": []}
    for each in found:
        groups[verdict(each)].append({**each, **_mirrored(each)} if better(each) == each["models"][1] else each)
    told = {
        name: listing([_evidence(section, each, of=int(name != "behind"), long=long) for each in group])
        for name, group in groups.items()
    }
    if groups["ahead"]:
        yield f"{first} was better than {told['ahead']}"
    if groups["behind"]:
        yield f"{told['behind']} {'was' if len(groups['behind']) == 1 else 'were'} better than {first}"
    if groups["seeds"]:
        yield f"{first} differed from {told['seeds']}, but other seeds could undo this"
    if groups["open"]:
        power = _power(section, groups["open"]) if long else ""
        yield f"no difference is shown between {first} and {told['open']}{power}"


def _mirrored(difference: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "models": difference["models"][::-1],
        "difference": -difference["difference"],
        "low": -difference["high"],
        "high": -difference["low"],
    }


def _evidence(section: Section, difference: Mapping[str, Any], *, of: int, long: bool) -> str:
    """One of a difference's models, with how far the first is ahead of the second, and how sure that is."""
    metric, split = METRICS[difference["metric"]], difference["split"]
    a, b = (of_seeds(section, model, split, difference["metric"]) for model in difference["models"])
    assert a is not None and b is not None
    other, gap = subject(section, difference["models"][of]), f"{metric.gap(difference['difference'])}{metric.unit}"
    if not long:
        return f"{other} ({gap})"
    overlap = better(difference) is not None and a["std"] is not None and _overlap(a, b)
    p = p_value(difference.get("randomization_holm"))
    return (
        f"{other} ({metric.value(a['mean'])} against {metric.value(b['mean'])}{metric.in_percent}: {gap}, interval"
        f" {metric.gap(difference['low'])} to {metric.gap(difference['high'])},"
        f" corrected p {p}{', though single runs overlap' if overlap else ''})"
    )


def _overlap(a: Mapping[str, float | None], b: Mapping[str, float | None]) -> bool:
    """Whether some run of either is as good as some run of the other."""
    low, high = max(a["min"] or 0, b["min"] or 0), min(a["max"] or 0, b["max"] or 0)
    return low <= high


def _power(section: Section, found: Sequence[Mapping[str, Any]]) -> str:
    """From what difference on these sentences could have shown one, before correction."""
    least = [each["detectable"]["difference"] for each in found if (each.get("detectable") or {}).get("difference")]
    if not least:
        return ""
    metric = METRICS[found[0]["metric"]]
    return f"; a true difference of {metric.gap(max(least))}{metric.unit} would have been found four times out of five"


def _below_majority(section: Section, split: str) -> Iterable[str]:
    for metric in [name for name in paired_metrics() if name in shown_metrics(section)]:
        if below := below_majority(section, split, metric):
            share = METRICS[metric].value(majority(section, split, metric))
            reached = f"what always giving the commonest answer reaches at {phrase(section, metric)}"
            yield f"On {split}, {listing(below)} did not exceed {reached} ({share}%)."


def _contradictions(sections: Sequence[Section]) -> Iterable[str]:
    """The models of which one was better on some tasks and the other on others."""
    wins: dict[tuple[str, str], dict[str, list[str]]] = {}
    for section in sections:
        split = unseen_splits(section)[0]
        for each in against_reference(section):
            winner = better(each)
            if winner is not None and each["split"] == split and each["metric"] in ("root", "pearson"):
                wins.setdefault(tuple(each["models"]), {}).setdefault(winner, []).append(task_name(section))
    for (a, b), tasks in wins.items():
        if len(tasks) == 2:
            where = "; ".join(f"{model} on {listing(tasks[model])}" for model in (a, b))
            yield f"Which of {a} and {b} is better depends on the task: {where}."
