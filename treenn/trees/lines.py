"""`Line`: a line of a treebank file whose cells have positions for error messages."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

from treenn.trees.errors import InputError


class Line(NamedTuple):
    """A line of a file.

    Args:
        source: the file, for messages.
        number: the number of the line, from 1.
        text: the line.
        cell: the pattern of its words or columns.
    """

    source: str | Path
    number: int
    text: str
    cell: re.Pattern[str]

    @property
    def cells(self) -> list[str]:
        """The words or columns."""
        return self.cell.findall(self.text)

    def error(self, message: str, cell: int | None = None) -> InputError:
        """An error at the line, or at the cell with this index."""
        column = None if cell is None else [match.start() for match in self.cell.finditer(self.text)][cell] + 1
        return InputError(message, source=self.source, line=self.number, column=column)
