"""The report as one HTML file that opens offline, with embedded pictures."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from pathlib import Path
from urllib.parse import quote

from treenn.experiment.results import slug
from treenn.report.document import Block, Chart, Code, Example, Examples, Pictures, Report, Table, Text
from treenn.runtime.pages import page_template
from treenn.runtime.progress import Progress, ignore


def as_html(report: Report, progress: Progress = ignore) -> str:
    """Render a report as an HTML page; draws its pictures."""
    numbers, total = count(1), sum(isinstance(block, (Pictures, Examples)) for block in report.blocks())

    def draw(block: Pictures | Examples) -> Sequence[Chart | Example]:
        drawn = block.draw()
        progress(next(numbers), total, drawn[-1].title if drawn else "")
        return drawn

    template = page_template(Path(__file__).parent, kind=_kind, slug=slug, link=_link, file=_file)
    return template.render(report=report, draw=draw)


def _kind(block: Block) -> str:
    """The name of the macro that renders a block."""
    kinds = {Text: "text", Code: "code", Table: "table", Pictures: "pictures", Examples: "examples"}
    return kinds[type(block)]


def _link(table: Table) -> str:
    """The table's CSV as a data URL."""
    return f"data:text/csv;charset=utf-8,{quote(table.csv())}"


def _file(table: Table) -> str:
    return table.name.replace("/", "-") + ".csv"
