"""Writing of an evaluation to a file, in the format of its suffix."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from treenn.report.evaluation.evaluation_report import EVALUATION_SCHEMA, EvaluationReport
from treenn.report.evaluation.example_rows import as_csv
from treenn.report.evaluation.tables import evaluation_document
from treenn.report.latex import as_latex
from treenn.report.markdown import as_markdown
from treenn.trees.atomic_writing import write_text
from treenn.trees.errors import InputError, argument
from treenn.trees.file_kind import check_replaceable
from treenn.trees.json_values import dump_json


def _as_json(report: EvaluationReport) -> str:
    return dump_json(EVALUATION_SCHEMA.to_json(report), indent=2) + "\n"


_FORMATS: Mapping[str, tuple[str, Callable[[EvaluationReport], str]]] = {
    ".json": ("JSON of treenn.evaluation", _as_json),
    ".md": ("evaluation of treenn in Markdown", lambda report: as_markdown(evaluation_document(report))),
    ".tex": ("evaluation of treenn in LaTeX", lambda report: as_latex(evaluation_document(report))),
    ".csv": ("CSV of an evaluation", as_csv),
}
"""The kind of the file (`treenn.trees.file_kind.kind_of`) and the function that renders it, by suffix."""


def check_evaluation_file(path: Path) -> None:
    """Validate that an evaluation can be written to a file.

    Raises:
        InputError: if the suffix is unknown, or the file exists and is not an earlier evaluation.
    """
    if path.suffix.lower() not in _FORMATS:
        known = list(_FORMATS)
        raise InputError(f"{argument('out')} {path}: must end with {', '.join(known[:-1])} or {known[-1]}")
    check_replaceable(path, _FORMATS[path.suffix.lower()][0])


def write_evaluation(report: EvaluationReport, path: str | Path) -> None:
    """Write an evaluation as JSON, Markdown, LaTeX (booktabs tables) or CSV (one row per example).

    Args:
        report: the evaluation.
        path: the file, which ends with `.json`, `.md`, `.tex` or `.csv`.

    Raises:
        InputError: if the suffix is another one, or if the file cannot be written, or exists and is not an earlier
            evaluation.
    """
    path = Path(path)
    check_evaluation_file(path)
    write_text(path, _FORMATS[path.suffix.lower()][1](report))
