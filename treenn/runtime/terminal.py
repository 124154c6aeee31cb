"""Output for terminals: a console that shows text as it is, and tables that fit."""

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

_NARROWEST = 18  # columns of a text that is wrapped
_WIDEST = 40  # columns that a name or word may take before it is folded


def console(*, stderr: bool = False) -> Console:
    """A console without markup, emoji codes and highlighting; strings have their control characters escaped.

    `rich.text.Text` is shown as it is given.
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
    """A table where the terminal has room for its columns, else one block of `head: cell` lines per row.

    The first column names the row. The others are numbers, aligned on the right and never wrapped, or prose. Control
    characters in strings are escaped, and markup is shown as it is.

    Args:
        heads: the columns' heads, the first of which may be empty.
        title: a line above the table.
        prose: the heads of columns that may be wrapped.
    """

    def __init__(self, *heads: str, title: str = "", prose: Collection[str] = ()) -> None:
        self.heads, self.title, self.prose = heads, title, prose
        self.sections: list[tuple[str, list[_Row]]] = []

    def add_section(self, title: str) -> None:
        """Start a group of rows under a heading."""
        self.sections.append((title, []))

    def add_row(self, *cells: str, style: str = "") -> None:
        """Add a row; cells that are left out at its end are empty."""
        if not self.sections:
            self.add_section("")
        self.sections[-1][1].append(_Row(cells, style))

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        """The title, and the layout that fits."""
        if self.title:
            yield Text(visible(self.title), style="italic")
        table = self._table()
        least = Measurement.get(console, options.update_width(10_000), table).minimum
        yield from [table] if least <= options.max_width else self._blocks(options.max_width)

    def _table(self) -> Table:
        table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)
        for number, head in enumerate(self.heads):
            cells = [head, *self._column(number)]
            least = _least_prose(cells) if head in self.prose else max(map(_width, cells))
            number_like = bool(number) and head not in self.prose
            table.add_column(
                Text(visible(head)),
                justify="right" if number_like else "left",
                no_wrap=number_like,
                overflow="fold",
                min_width=least if number_like else min(least, _WIDEST),
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
        """`head: cell`, in two lines where a number would be cut."""
        fits = head in self.prose or cell_len(f"  {head}: {cell}") <= width
        return Padding(Text(f"{head}:{' ' if fits else chr(10)}{cell}", style=style), (0, 0, 0, 2), expand=False)

    def _column(self, number: int) -> Iterator[str]:
        return (row.cells[number] for _, rows in self.sections for row in rows if number < len(row.cells))


def _width(text: str) -> int:
    return cell_len(visible(text))


def _least_prose(cells: Sequence[str]) -> int:
    """Columns for a text that may be wrapped: enough for its longest word, and for a few words if it is long."""
    words = min(max((_width(word) for cell in cells for word in cell.split()), default=0), _WIDEST)
    return max(words, min(max(map(_width, cells)), _NARROWEST))
