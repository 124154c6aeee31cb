"""Display of a treebank's card (Markdown) on the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderableType
from rich.markdown import Markdown, TableElement

from treenn.runtime.terminal import Grid

_WIDEST_NUMBER = 18


class _Table(TableElement):
    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        heads = self.header.row.cells if self.header is not None and self.header.row is not None else []
        rows = [heads, *(row.cells for row in (self.body.rows if self.body is not None else []))]
        texts = [[cell.content.plain for cell in row] for row in rows]
        prose = [column[0] for column in zip(*texts, strict=True) if max(map(cell_len, column)) > _WIDEST_NUMBER]
        grid = Grid(*texts[0], prose=prose)
        for row in texts[1:]:
            grid.add_row(*row)
        yield grid


class Card(Markdown):
    """Markdown whose tables are `Grid`s, which fit narrow terminals."""

    elements: ClassVar = {**Markdown.elements, "table_open": _Table}
