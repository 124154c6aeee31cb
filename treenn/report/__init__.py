"""The comparison report, as HTML, as Markdown, and its tables as CSV."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from treenn.report.build import build, tables
from treenn.report.html import Progress, as_html, no_progress
from treenn.report.markdown import as_markdown
from treenn.trees.files import write_text

__all__ = ["render", "tables", "write_report"]


def write_report(results: Mapping[str, Any], path: str | Path, progress: Progress = no_progress) -> None:
    """Write the report of a comparison as HTML, and beside it as Markdown; the same results make the same bytes.

    The HTML has the sentences on which models disagree most where their treebank is on this machine; the Markdown names
    them by split and line alone, and may be given to others with the JSON.

    Args:
        results: a whole results.json (`treenn.experiment.results`).
        path: of the HTML file; the other one has the same name and ends in `.md`.
        progress: called as pictures are drawn, which takes most of the time.

    Raises:
        InputError: where a file cannot be written.
    """
    report, path = build(results), Path(path)
    write_text(path, as_html(report, progress))
    write_text(path.with_suffix(".md"), as_markdown(report))


def render(results: Mapping[str, Any]) -> str:
    """The report's HTML."""
    return as_html(build(results))
