"""Lines of treebank files, with positions for error messages."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, TypeVar

from treenn.trees.errors import InputError
from treenn.trees.files import read_text, split_lines
from treenn.trees.skipping import OnError, read_each

T = TypeVar("T")


class Line(NamedTuple):
    """A line of a file.

    Args:
        source: the file, for messages.
        number: the number of the line, from 1.
        text: the line.
        cell: the pattern of a word or column.
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
        """The error for this line, or for the word or column with the index `cell`."""
        column = None if cell is None else [match.start() for match in self.cell.finditer(self.text)][cell] + 1
        return InputError(message, source=self.source, line=self.number, column=column)


def read_lines(path: Path, read: Callable[[str], T], on_error: OnError | None, nothing: str) -> list[T]:
    """Read a file with one item per line.

    Args:
        path: the file.
        read: a function that parses a line. The position is added to its errors.
        on_error: called with the error of each skipped line (default: None, the first error is raised).
        nothing: the message for an empty file.

    Raises:
        InputError: if a line is malformed; with `on_error`, only if all are.
    """

    def located(numbered: tuple[int, str]) -> T:
        number, text = numbered
        try:
            return read(text)
        except InputError as error:
            raise InputError(error.marked, source=path, line=number) from None

    lines = enumerate(split_lines(read_text(path)), start=1)
    return read_each(lines, located, on_error, InputError(nothing, source=path))
