"""Sentences out of files and standard input, one a line, with the place of each."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from io import TextIOWrapper
from pathlib import Path
from typing import NamedTuple, TextIO

from treenn.trees.errors import InputError

STANDARD_INPUT = "-"

_UNDECODED = re.compile("[\ud800-\udfff]")
_BETWEEN_WORDS = re.compile("[^\\S\u00a0\u2007\u202f]+")  # all white space but no-break spaces, which words may hold


class Line(NamedTuple):
    """One line of input.

    Args:
        text: the line without its end.
        source: its file, `None` where the text was an argument.
        number: its number in the file, from 1.
    """

    text: str
    source: str | None = None
    number: int | None = None

    def words(self, tokenized: bool) -> list[str]:
        """Its words, none where it is blank; `tokenized` takes what stands between spaces, with escapes undone.

        Raises:
            InputError: where the line is not UTF-8.
        """
        from treenn.parsers.tokenizer import tokenize
        from treenn.trees.escapes import unescape

        if bad := _UNDECODED.search(self.text):
            message = f"byte 0x{ord(bad[0]) & 0xFF:02x} is not UTF-8; the text must be UTF-8"
            column = None if self.source is None else bad.start() + 1
            raise InputError(message, source=self.source, line=self.number, column=column)
        if tokenized:
            return [unescape(word) for word in _BETWEEN_WORDS.split(self.text) if word]
        try:
            return tokenize(self.text)
        except InputError:
            return []


def read_lines(paths: Sequence[str]) -> Iterator[Line]:
    """The lines of files, as they come; `-` is standard input. Lines may end in any of the three usual ways.

    Raises:
        InputError: where a file cannot be read.
    """
    for path in paths:
        if path == STANDARD_INPUT:
            if isinstance(sys.stdin, TextIOWrapper):
                sys.stdin.reconfigure(encoding="utf-8-sig", errors="surrogateescape", newline=None)
            yield from _lines(sys.stdin, "standard input")
            continue
        try:
            with Path(path).open(encoding="utf-8-sig", errors="surrogateescape") as file:
                yield from _lines(file, path)
        except OSError as error:
            raise InputError(f"cannot read this file: {error.strerror or error}", source=path) from error


def count_lines(paths: Sequence[str]) -> int | None:
    """How many lines there will be, `None` where only their end will tell."""
    if not all(Path(path).is_file() for path in paths):
        return None
    total = 0
    for path in paths:
        with Path(path).open("rb") as file:
            total += sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b""))
    return total


def _lines(file: TextIO, source: str) -> Iterator[Line]:
    for number, line in enumerate(file, start=1):
        yield Line(line.removesuffix("\n"), source, number)
