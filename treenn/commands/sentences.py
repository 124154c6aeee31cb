"""Sentences out of files and standard input, one a line, with the place of each; parsing and answering them."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import nullcontext
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TextIO, TypeVar

from treenn.trees.errors import InputError

if TYPE_CHECKING:
    from treenn.parsers import Parser
    from treenn.trees import Tree

T = TypeVar("T")

STANDARD_INPUT = "-"

BATCH = 512
"""How many lines are parsed at once: parsers put together those of equal lengths."""

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
        from treenn.text.tokenizer import tokenize
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


def parse_lines(parser: Parser, lines: Iterator[Line], tokenized: bool) -> Iterator[list[tuple[Line, Tree | None]]]:
    """Lines with their trees, `None` where a line has no words, as many at a time as are parsed at once.

    Raises:
        InputError: where the parser refuses a line; those before it have come by then.
    """
    at_once = 1 if sys.stdin.isatty() else BATCH  # who types wants to see something after each line
    while batch := list(islice(lines, at_once)):
        words = [line.words(tokenized) for line in batch]
        try:
            trees = iter(parser.parse_batch([some for some in words if some]))
        except InputError:
            yield from _one_by_one(parser, batch, words)
            continue
        yield [(line, next(trees) if some else None) for line, some in zip(batch, words, strict=True)]


def _one_by_one(parser: Parser, batch: list[Line], words: list[list[str]]) -> Iterator[list[tuple[Line, Tree | None]]]:
    """A batch that the parser refuses, so that the error names the line that it is about."""
    for line, some in zip(batch, words, strict=True):
        try:
            yield [(line, parser.parse(some) if some else None)]
        except InputError as error:
            raise InputError(error.message, source=line.source, line=line.number) from None


def print_lines(
    found: Iterable[tuple[Line, T | None]], show: Callable[[Line, T | None], str], total: int | None, bar: str | None
) -> None:
    """Print what was found for each line as it comes.

    Lines without words wait for the next one with words: all input without words is an error.

    Args:
        found: lines, and for each what was found, `None` where it has no words.
        show: what is printed of it, with the end of its line.
        total: how many lines there are, where that is known.
        bar: the title of a progress bar, which is shown where the output is no terminal.
    """
    from treenn.commands.show import progress_bar, say

    waiting: list[str] = []
    blank: list[Line] = []
    done = 0
    out = sys.stdout
    shown = bar is not None and not out.isatty()
    with progress_bar(str(bar)) if shown else nullcontext(lambda done, total, text: None) as progress:
        for done, (line, one) in enumerate(found, start=1):
            waiting.append(show(line, one))
            if one is None:
                blank.append(line)
            else:
                out.writelines(waiting)
                waiting.clear()
            progress(done, total, "")
        if done == len(blank):
            raise InputError("there is no word to parse", source=blank[0].source if blank else None)
        out.writelines(waiting)
    if blank:
        say(f"{blank[0].source}:{blank[0].number}: no words here; lines without words: {len(blank)}")
