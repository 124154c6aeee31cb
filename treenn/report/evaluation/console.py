"""Terminal output of an evaluation."""

from __future__ import annotations

from dataclasses import replace

from rich.console import Console
from rich.padding import Padding

from treenn.analysis.class_report import ClassReport
from treenn.report.document import Table
from treenn.report.evaluation.evaluation_report import EvaluationReport, OtherModel
from treenn.report.evaluation.introduction import introduction
from treenn.report.evaluation.other_model_tables import (
    answer_text,
    difference_table,
    method,
    metric_table,
    predicted_text,
)
from treenn.report.evaluation.tables import (
    calibration_table,
    class_table,
    confusion_matrix,
    errors_table,
    reliability_table,
    units,
    unknown_words_table,
)
from treenn.runtime.terminal import Grid

_MOST_ERRORS = 10


def print_evaluation(report: EvaluationReport, console: Console) -> None:
    """Print the tables of an evaluation, with the words of the examples on which models differ most."""
    console.print(introduction(report))
    print_table(metric_table(report, report.model, report.metrics), console)
    for unit, classes in units(report).items():
        print_table(class_table(report, unit, classes), console)
        _print_confusion(report, unit, classes, console)
    if report.calibration is not None:
        print_table(calibration_table(report), console)
        print_table(reliability_table(report), console)
    if report.unknown_words:
        print_table(unknown_words_table(report), console)
    for other in report.against:
        _print_other(report, other, console)


def print_table(table: Table, console: Console) -> None:
    """Print a table with its caption and note."""
    console.print()
    console.print(as_grid(table))
    if table.note:
        console.print(table.note, style="dim")


def as_grid(table: Table) -> Grid:
    """Convert a table for the terminal."""
    heads = list(table.columns)
    grid = Grid(*heads, title=table.caption, prose=heads[1 : table.left])
    for row in table.rows():
        grid.add_row(*row)
    return grid


def _print_confusion(report: EvaluationReport, unit: str, classes: ClassReport, console: Console) -> None:
    """Print the confusion matrix. A too wide one has numbers as headings, or is a list of frequent errors."""
    names = report.classes
    numbers = [str(number) for number in range(1, len(names) + 1)]
    numbered = [f"{number} {name}" for number, name in zip(numbers, names, strict=True)]
    matrices = confusion_matrix(names, unit, classes), confusion_matrix(numbered, unit, classes, numbers)
    fitting = (table for table in matrices if as_grid(table).fits(console))
    print_table(next(fitting, None) or errors_table(report, unit, classes, _MOST_ERRORS), console)


def _print_other(report: EvaluationReport, other: OtherModel, console: Console) -> None:
    console.print()
    console.print(method(report, other))
    print_table(metric_table(report, other.model, other.metrics), console)
    table = difference_table(report, other)
    narrow = {head: show for head, show in table.columns.items() if head not in ("A", "B")}  # already above
    print_table(replace(table, columns=narrow), console)
    if not other.examples:
        return
    console.print()
    console.print(f"The {report.noun}s that A and B predict most differently")
    for each in other.examples:
        answers = [f"{name} {predicted_text(each, model)}" for name, model in _letters(report, other).items()]
        console.print(f"example {each.line}: gold {answer_text(each.gold)}; {'; '.join(answers)}")
        for text in report.texts[each.line - 1 : each.line]:
            for side in text:
                console.print(Padding(side, (0, 0, 0, 2), expand=False))


def _letters(report: EvaluationReport, other: OtherModel) -> dict[str, str]:
    return {"A": report.model, "B": other.model}
