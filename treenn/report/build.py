"""The whole report, before it is written as anything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from treenn.experiment.results import sections
from treenn.report.calibration_section import calibrated
from treenn.report.cost import costs
from treenn.report.differences import differences
from treenn.report.document import Part, Report, Section, slug
from treenn.report.example_sentences import sentences
from treenn.report.formatting import listing
from treenn.report.gradient_flow_section import reaching
from treenn.report.headline import paragraphs, summary_of_all, task_name
from treenn.report.learning import learning
from treenn.report.negation_section import negated
from treenn.report.provenance import making
from treenn.report.results_section import results as numbers
from treenn.report.setup import setting
from treenn.report.slices_section import by_slices
from treenn.report.test_sets import across

_SECTIONS: Sequence[Callable[[Mapping[str, Any]], Section | None]] = (
    across,
    numbers,
    differences,
    setting,
    learning,
    by_slices,
    negated,
    calibrated,
    reaching,
    costs,
    sentences,
)

_NAMED = 3  # models that a title names


def build(results: Mapping[str, Any]) -> Report:
    """The report of a comparison: a part for each task that has runs, and one on how it was made."""
    tasks = _with_slugs(sections(results))
    parts = [_part(task, lead=len(tasks) > 1) for task in tasks]
    return Report(
        title=_title(tasks),
        created=results["created"][:10],
        headline=summary_of_all(tasks).split("\n\n"),
        parts=[*parts, making(tasks)],
    )


def tables(results: Mapping[str, Any]) -> dict[str, str]:
    """Every table of the report as CSV, by name; numbers are whole there and shares are fractions."""
    return {table.name: table.csv() for table in build(results).tables()}


def _part(task: Mapping[str, Any], *, lead: bool) -> Part:
    found = [section for make in _SECTIONS if (section := make(task)) is not None]
    return Part(_part_title(task), task["slug"], found, paragraphs(task) if lead else ())


def _part_title(task: Mapping[str, Any]) -> str:
    return task_name(task) + (", as much time for each" if task["match"] == "time" else "")


def _with_slugs(found: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Each task with a name for links and tables; a number is added where two are of the same treebank and regime."""
    names = [slug(f"{task['treebank']['name']} {task['supervision']}") for task in found]
    counts, seen, slugs = Counter(names), Counter[str](), []
    for name in names:
        seen[name] += 1
        slugs.append(name if counts[name] == 1 else f"{name}-{seen[name]}")
    return [{**task, "slug": name} for task, name in zip(found, slugs, strict=True)]


def _title(tasks: Sequence[Mapping[str, Any]]) -> str:
    models = list(dict.fromkeys(model for task in tasks for model in task["summary"]))
    treebanks = list(dict.fromkeys(task["treebank"]["name"] for task in tasks))
    many = [*models[:_NAMED], f"{len(models) - _NAMED} more"] if len(models) > _NAMED + 1 else models
    return f"{listing(many)} on {listing(treebanks)}"
