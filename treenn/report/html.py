"""The report as one HTML file that opens offline, with embedded pictures."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from treenn.experiment.results import slug
from treenn.report.document import Block, Chart, Code, Example, Examples, Pictures, Report, Table, Text
from treenn.runtime.pages import page_template
from treenn.runtime.progress import Progress, ignore
from treenn.web.one_file import inline_modules, inline_styles


def as_html(report: Report, progress: Progress = ignore) -> str:
    """Render a report as an HTML page; draws its pictures."""
    blocks = [block for block in report.blocks() if isinstance(block, (Pictures, Examples))]
    drawings = dict[Block, Sequence[Chart | Example]]()
    for number, block in enumerate(blocks, start=1):
        drawings[block] = drawn = block.draw()
        progress(number, len(blocks), drawn[-1].title if drawn else "")
    shown = (each for drawn in drawings.values() for each in drawn if isinstance(each, Example))
    template = page_template(Path(__file__).parent, kind=_kind, slug=slug, link=_link, file=_file)
    return template.render(
        report=report,
        draw=drawings.__getitem__,
        interactive=any(picture.interactive for each in shown for picture in each.pictures),
        tree_style=inline_styles("tree.css"),
        tree_script=inline_modules("tree.mjs", "embed.mjs"),
    )


def _kind(block: Block) -> str:
    """The name of the macro that renders a block."""
    kinds = {Text: "text", Code: "code", Table: "table", Pictures: "pictures", Examples: "examples"}
    return kinds[type(block)]


def _link(table: Table) -> str:
    """The table's CSV as a data URL."""
    return f"data:text/csv;charset=utf-8,{quote(table.csv())}"


def _file(table: Table) -> str:
    return table.name.replace("/", "-") + ".csv"
