"""Terminal output: a console without markup, and tables that adapt to the width."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any, NamedTuple

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderableType
from rich.measure import Measurement
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from treenn.trees.draw import visible

_NARROWEST = 18  # the minimum number of columns of wrapped text
_WIDEST = 40  # the maximum number of columns of a name or word before it is folded


def console(*, stderr: bool = False) -> Console:
    """A console without markup, emoji codes and highlighting, which escapes control characters in strings.

    `rich.text.Text` is printed unchanged.

    Args:
        stderr: whether to print to standard error (default: False).
    """
    return _PlainConsole(stderr=stderr, markup=False, emoji=False, highlight=False)


class _PlainConsole(Console):
    def render_str(self, text: str, **options: Any) -> Text:
        plain: dict[str, Any] = {"markup": False, "emoji": False, "highlight": False}
        return super().render_str("\n".join(map(visible, text.split("\n"))), **options | plain)


class _Row(NamedTuple):
    cells: tuple[str, ...]
    style: str


class Grid:
    """A table if its columns fit the terminal, otherwise one block of `head: cell` lines per row.

    The first column has the names of the rows. The others are numbers, aligned on the right and never wrapped, or
    prose. Control characters in strings are escaped, and markup is not interpreted.

    Args:
        heads: the column headings, of which the first may be empty.
        title: a line above the table (default: none).
        prose: the headings of the columns that may be wrapped (default: none).
    """

    def __init__(self, *heads: str, title: str = "", prose: Collection[str] = ()) -> None:
        self.heads, self.title, self.prose = heads, title, prose
        self.sections: list[tuple[str, list[_Row]]] = []

    def add_section(self, title: str) -> None:
        """Start a group of rows under a heading."""
        self.sections.append((title, []))

    def add_row(self, *cells: str, style: str = "") -> None:
        """Add a row; missing cells at its end are empty."""
        if not self.sections:
            self.add_section("")
        self.sections[-1][1].append(_Row(cells, style))

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        """The title, and the layout that fits."""
        if self.title:
            yield Text(visible(self.title), style="italic")
        table = self._table()
        yield from [table] if _fits(table, console, options) else self._blocks(options.max_width)

    def fits(self, console: Console) -> bool:
        """Return True if the columns fit into the console's width."""
        return _fits(self._table(), console, console.options)

    def _table(self) -> Table:
        table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)
        for index, head in enumerate(self.heads):
            cells = [head, *self._column(index)]
            least = _least_prose(cells) if head in self.prose else max(map(_width, cells))
            is_numeric = bool(index) and head not in self.prose
            table.add_column(
                Text(visible(head)),
                justify="right" if is_numeric else "left",
                no_wrap=is_numeric,
                overflow="fold",
                min_width=least if is_numeric else min(least, _WIDEST),
            )
        for title, rows in self.sections:
            table.add_section()
            if title:
                table.add_row(Text(visible(title), style="bold"))
            for row in rows:
                table.add_row(*(Text(visible(cell)) for cell in row.cells), style=row.style)
        return table

    def _blocks(self, width: int) -> Iterator[RenderableType]:
        for title, rows in self.sections:
            if title:
                yield Text(visible(title), style="bold")
            for (name, *cells), style in rows:
                yield Text(visible(name), style=style)
                for head, cell in zip(self.heads[1:], cells, strict=False):
                    if cell:
                        yield self._block_line(visible(head), visible(cell), style, width)

    def _block_line(self, head: str, cell: str, style: str, width: int) -> RenderableType:
        """The line `head: cell`, or two lines if a number would be wrapped."""
        fits = head in self.prose or cell_len(f"  {head}: {cell}") <= width
        return Padding(Text(f"{head}:{' ' if fits else chr(10)}{cell}", style=style), (0, 0, 0, 2), expand=False)

    def _column(self, index: int) -> Iterator[str]:
        return (row.cells[index] for _, rows in self.sections for row in rows if index < len(row.cells))


def _fits(table: Table, console: Console, options: ConsoleOptions) -> bool:
    return Measurement.get(console, options.update_width(10_000), table).minimum <= options.max_width


def _width(text: str) -> int:
    return cell_len(visible(text))


def _least_prose(cells: Sequence[str]) -> int:
    """The minimum width of a text that may be wrapped: its longest word, and a few words if it is long."""
    words = min(max((_width(word) for cell in cells for word in cell.split()), default=0), _WIDEST)
    return max(words, min(max(map(_width, cells)), _NARROWEST))
