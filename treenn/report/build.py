"""The report of a comparison, independent of its output format."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from treenn.experiment.results import ComparisonResults, TaskResults
from treenn.report.calibration_section import calibration_section
from treenn.report.caveats import caveats
from treenn.report.cost import cost_section
from treenn.report.differences import differences_section
from treenn.report.document import Part, Report, Section
from treenn.report.example_sentences import sentences_section
from treenn.report.folds_section import folds_section
from treenn.report.formatting import listing
from treenn.report.gradient_flow_section import gradient_flow_section
from treenn.report.headline import contradictions, paragraphs, task_name
from treenn.report.lead import lead
from treenn.report.lead_chart import lead_chart
from treenn.report.learning import learning_section
from treenn.report.negation_section import negation_section
from treenn.report.provenance import provenance
from treenn.report.results_section import results_section
from treenn.report.setup import setup_section
from treenn.report.slices_section import slices_section
from treenn.report.test_sets import all_test_sets

_SECTIONS: Sequence[Callable[[TaskResults], Section | None]] = (
    all_test_sets,
    results_section,
    folds_section,
    differences_section,
    setup_section,
    learning_section,
    slices_section,
    negation_section,
    calibration_section,
    gradient_flow_section,
    cost_section,
    sentences_section,
)

_NAMED = 3  # the maximum number of models in a title


def build(results: ComparisonResults) -> Report:
    """The report of a comparison: the lead, the caveats, a part for each task with runs, and one on provenance."""
    tasks = results.sections
    return Report(
        title=_title(tasks),
        created=results.created[:10],
        headline=[lead(tasks)],
        parts=[*_caveats(tasks), *map(_part, tasks), provenance(tasks, results.command)],
        chart=lead_chart(tasks),
    )


def _caveats(tasks: Sequence[TaskResults]) -> Iterable[Part]:
    """The part on the criterion and the caveats, none without both."""
    found = [" ".join(sentences) for each in (contradictions, caveats) if (sentences := list(each(tasks)))]
    if found:
        yield Part("Criterion and caveats", "caveats", (), found)


def tables(results: ComparisonResults) -> dict[str, str]:
    """Every table of the report as CSV, by name, with fractions and unrounded numbers."""
    return {table.name: table.csv() for table in build(results).tables()}


def _part(task: TaskResults) -> Part:
    sections = [section for make in _SECTIONS if (section := make(task)) is not None]
    return Part(task_name(task), task.slug, sections, paragraphs(task))


def _title(tasks: Sequence[TaskResults]) -> str:
    models = list(dict.fromkeys(model for task in tasks for model in task.summary))
    treebanks = list(dict.fromkeys(task.treebank.name for task in tasks))
    many = [*models[:_NAMED], f"{len(models) - _NAMED} more"] if len(models) > _NAMED + 1 else models
    return f"{listing(many)} on {listing(treebanks)}"
