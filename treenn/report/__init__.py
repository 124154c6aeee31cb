"""The comparison report, as HTML and as Markdown, and its tables as CSV."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from treenn.experiment import results as comparison
from treenn.experiment.results import RESULTS, ComparisonResults
from treenn.report.build import build, tables
from treenn.report.html import as_html
from treenn.report.markdown import as_markdown
from treenn.runtime.progress import Progress, ignore
from treenn.trees.atomic_writing import write_text

__all__ = ["render", "tables", "write_report", "write_results"]


def write_report(results: ComparisonResults, path: str | Path, progress: Progress = ignore) -> None:
    """Write the report of a comparison as HTML, and next to it as Markdown; equal results give equal bytes.

    The HTML has the sentences on which models disagree most, if their treebank is available. The Markdown names them by
    split and line only, so that it may be published with the JSON.

    Args:
        results: the results.
        path: the HTML file; the other file has the same name with the suffix `.md`.
        progress: called as charts are drawn, which takes most of the time (default: no report).

    Raises:
        InputError: if a file cannot be written.
    """
    report, path = build(results), Path(path)
    write_text(path, as_html(report, progress))
    write_text(path.with_suffix(".md"), as_markdown(report))


def write_results(results: ComparisonResults, folder: Path) -> None:
    """Write a comparison's results.json with the tables of its report.

    Raises:
        InputError: if the folder cannot be written.
    """
    comparison.write_results(replace(results, tables=tables(results)), folder / RESULTS)


def render(results: ComparisonResults) -> str:
    """The report as HTML."""
    return as_html(build(results))
