"""The tables of an evaluation, independent of the output format."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from treenn.analysis.class_report import ClassReport, ClassScores
from treenn.report.document import Part, Record, Report, Section, Table, Text, field_of
from treenn.report.evaluation.evaluation_report import EvaluationReport
from treenn.report.evaluation.introduction import introduction, provenance
from treenn.report.evaluation.other_model_tables import metric_table, other_model_sections
from treenn.report.formatting import percent

MOST_COLUMNS = 12
"""The maximum number of classes of a confusion matrix in a document; a list of errors replaces a larger one."""

MOST_CONFUSIONS = 20
"""The maximum number of rows of a list of errors."""


def evaluation_document(report: EvaluationReport) -> Report:
    """The report as a document, without the sentences of the data."""
    part = Part(f"{report.treebank}, {report.split}", "evaluation", list(sections(report)))
    title = f"{report.model} on {report.split} of {report.treebank}"
    return Report(title, report.created[:10], [introduction(report)], [part], noun="evaluation")


def sections(report: EvaluationReport) -> Iterator[Section]:
    """The sections of the report in their order."""
    yield Section("Metrics", [metric_table(report, report.model, report.metrics)])
    for unit, classes in units(report).items():
        yield Section(f"{unit.capitalize()} by class", [class_table(report, unit, classes)])
        yield Section(f"Confusion of {unit}", [confusion_table(report, unit, classes)])
    if report.calibration is not None:
        yield Section("Calibration", [calibration_table(report), reliability_table(report)])
    if report.unknown_words:
        yield Section("Unknown words", [unknown_words_table(report)])
    yield from other_model_sections(report)
    yield Section("Provenance", [Text(provenance(report))])


def units(report: EvaluationReport) -> dict[str, ClassReport]:
    """The scores by class of each counted unit."""
    by_unit = {f"{report.noun}s": report.roots, "labelled nodes": report.nodes}
    return {unit: classes for unit, classes in by_unit.items() if classes is not None}


def class_table(report: EvaluationReport, unit: str, classes: ClassReport) -> Table:
    """Precision, recall, F1 and support of each class, and their means."""
    rows = dict(zip(report.classes, classes.scores, strict=True))
    means = {"mean over classes": classes.macro, "mean weighted by support": classes.weighted}
    return Table(
        name=f"classes-{_slug(unit)}",
        caption=f"Precision, recall and F1 of {unit}, in percent",
        columns={
            "Class": field_of("class"),
            **{name.capitalize(): field_of(name, percent) for name in ("precision", "recall")},
            "F1": field_of("f1", percent),
            "Support": field_of("support", "{:,}".format),
        },
        records=[_class_record(name, each) for name, each in [*rows.items(), *means.items()]],
    )


def unknown_words_table(report: EvaluationReport) -> Table:
    """Accuracy and the share of positive sentences by the share of unknown words, and the change of that share."""
    rows = report.unknown_words
    columns = {"Words replaced (%)": field_of("share", percent), "Accuracy (%)": field_of("accuracy", percent)}
    records = [vars(each) for each in rows]
    if (before := rows[0].positive) is not None:
        columns |= {"Called positive (%)": field_of("positive", percent), "Change": field_of("change", percent)}
        records = [{**vars(each), "change": (each.positive or 0.0) - before} for each in rows]
    return Table(
        name="unknown-words",
        caption=f"{report.noun.capitalize()}s with words replaced by unknown ones",
        columns=columns,
        records=records,
        note="Words, punctuation included, are drawn at random and replaced by random letters.",
    )


def _class_record(name: str, each: ClassScores) -> Record:
    return {"class": name, **vars(each)}


def _slug(unit: str) -> str:
    return unit.replace(" ", "-")


def confusion_table(report: EvaluationReport, unit: str, classes: ClassReport) -> Table:
    """The confusion matrix, or the most frequent errors for many classes."""
    if len(report.classes) > MOST_COLUMNS:
        return errors_table(report, unit, classes)
    return confusion_matrix(report.classes, unit, classes)


def confusion_matrix(
    names: Sequence[str], unit: str, classes: ClassReport, heads: Sequence[str] | None = None
) -> Table:
    """The confusion matrix.

    Args:
        names: the names of the classes.
        unit: the unit that is counted.
        classes: the counts.
        heads: the headings of the columns (default: the names).
    """
    columns: dict[str, Any] = {"Gold / predicted": field_of("gold")}
    columns |= {head: field_of(str(index), "{:,}".format) for index, head in enumerate(heads or names)}
    return Table(
        name=f"confusion-{_slug(unit)}",
        caption=f"Confusion matrix of {unit}: rows are gold classes, columns are predicted ones",
        columns=columns,
        records=[
            {"gold": name, **{str(index): count for index, count in enumerate(row)}}
            for name, row in zip(names, classes.confusion, strict=True)
        ],
    )


def errors_table(report: EvaluationReport, unit: str, classes: ClassReport, most: int = MOST_CONFUSIONS) -> Table:
    """The most frequent pairs of a gold class and another predicted class."""
    found = classes.confusions()
    shown = found[:most]
    return Table(
        name=f"errors-{_slug(unit)}",
        caption=f"The {len(shown)} most frequent errors of {unit}, of {len(found)} kinds",
        columns={
            "Gold": field_of("gold"),
            "Predicted": field_of("predicted"),
            "Count": field_of("count", "{:,}".format),
            "Share of gold (%)": field_of("share", percent),
        },
        records=[
            {
                "gold": report.classes[gold],
                "predicted": report.classes[predicted],
                "count": count,
                "share": count / classes.scores[gold].support,
            }
            for gold, predicted, count in shown
        ],
        left=2,
        note="The whole confusion matrix is in the JSON.",
    )


def calibration_table(report: EvaluationReport) -> Table:
    """Calibration errors, negative log-likelihood and the Brier score."""
    assert report.calibration is not None
    rows = {
        "ECE (%)": percent(report.calibration.ece),
        "ECE, bins of equal counts (%)": percent(report.calibration.ece_adaptive),
        "Negative log-likelihood": f"{report.calibration.nll:.3f}",
        "Brier score": f"{report.calibration.brier:.3f}",
    }
    return Table(
        name="calibration",
        caption=f"Calibration of the class probabilities of {report.noun}s",
        columns={"Measure": field_of("measure"), "Value": field_of("value")},
        records=[{"measure": name, "value": value} for name, value in rows.items()],
        note="ECE: expected calibration error, the mean distance between confidence and accuracy over 15 bins of equal"
        " width. Brier score: mean squared distance from the one-hot gold class, 0 to 2.",
    )


def reliability_table(report: EvaluationReport) -> Table:
    """Confidence and accuracy by bin of confidence."""
    assert report.calibration is not None
    return Table(
        name="reliability",
        caption="Accuracy by confidence, the probability of the predicted class, in percent",
        columns={
            "Confidence": lambda record: f"{percent(record['start'])} to {percent(record['end'])}",
            "Count": field_of("count", "{:,}".format),
            "Mean confidence": field_of("confidence", percent),
            "Accuracy": field_of("accuracy", percent),
        },
        records=[vars(point) for point in report.calibration.curve],
    )
