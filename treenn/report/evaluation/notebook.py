"""An evaluation as HTML for notebooks."""

from __future__ import annotations

from html import escape

from treenn.report.document import Table
from treenn.report.evaluation.evaluation_report import EvaluationReport
from treenn.report.evaluation.introduction import introduction
from treenn.report.evaluation.tables import evaluation_document
from treenn.trees.display import table_html


def as_notebook_html(report: EvaluationReport) -> str:
    """The introduction and all tables."""
    tables = [_as_html(table) for table in evaluation_document(report).tables()]
    return f"<div><p>{escape(introduction(report))}</p>{''.join(tables)}</div>"


def _as_html(table: Table) -> str:
    return f'<div style="margin-top:1em">{table_html(list(table.columns), table.rows(), table.caption)}</div>'
