"""Input of commands: texts with their positions, split into sentences, parsed and printed."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from functools import partial
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TextIO, TypeAlias, TypeVar

from treenn.commands.output import progress_bar, say
from treenn.trees import InputError, Tree
from treenn.trees.files import codec_of
from treenn.trees.ptb_escapes import unescape

if TYPE_CHECKING:
    from treenn.parsers import Parser
    from treenn.parsers.long_sentences import Sentence

T = TypeVar("T")


class FindSentences(Protocol):
    """A function that splits a text into sentences and words, as `treenn.parsers.long_sentences.find_sentences`."""

    def __call__(self, text: str, *, split: bool = True) -> list[Sentence]:
        """The sentences, none for a text without words."""


LineSentences: TypeAlias = "tuple[Line, list[Sentence]]"
"""A line and its sentences; none if it has no words."""

Parsed: TypeAlias = "tuple[Sentence, Tree]"
"""A sentence and its tree."""

STANDARD_INPUT = "-"
TYPED = "standard input"
"""The name of standard input in messages."""

BATCH = 2048
"""The number of sentences per call of the parser, which batches them by length."""

LONGEST_LINE = 1 << 22
"""The maximum number of characters of a line, and of a text in Parquet."""

_UNDECODED = re.compile("[\ud800-\udfff]")
_BETWEEN_WORDS = re.compile("[^\\S\u00a0\u2007\u202f]+")  # white space except no-break spaces, which words may contain


class Line(NamedTuple):
    """One line of input, one text argument, or one record of a table.

    Args:
        text: the line without its line break.
        source: the name of the file; for text arguments, `TEXT 2` if there are several, else None.
        number: the line number, from 1; None for text arguments.
        cells: the cells of a table's record, of which the text is one; empty for other input.
    """

    text: str
    source: str | None = None
    number: int | None = None
    cells: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """The file and line number, for messages."""
        return f"{self.source or 'TEXT'}{'' if self.number is None else f':{self.number}'}"

    @property
    def decoded(self) -> str:
        """The text.

        Raises:
            InputError: if the line is not UTF-8.
        """
        if bad := _UNDECODED.search(self.text):
            message = f"byte 0x{ord(bad[0]) & 0xFF:02x} is not UTF-8; the text must be UTF-8"
            column = None if self.source is None else bad.start() + 1
            raise InputError(message, source=self.source, line=self.number, column=column)
        return self.text

    def sentences(self, *, tokenized: bool, split: bool, find: FindSentences | None = None) -> list[Sentence]:
        """Split the line into sentences. Returns an empty list if the line is blank.

        Args:
            tokenized: whether the line is one sentence of words separated by spaces, whose escapes are decoded.
            split: whether to split into sentences. If false, the line is one sentence.
            find: splits a text into sentences and words (default: `treenn.parsers.long_sentences.find_sentences`).

        Raises:
            InputError: if the line is not UTF-8.
        """
        from treenn.parsers.long_sentences import Sentence, find_sentences

        text = self.decoded
        if not tokenized:
            return (find or find_sentences)(text, split=split)
        words = tuple(unescape(word) for word in _BETWEEN_WORDS.split(text) if word)
        return [Sentence(text.strip(), words)] if words else []


def read_input(
    texts: Sequence[str] | None, files: Sequence[str], encoding: str = "utf-8"
) -> tuple[Iterator[Line], int | None]:
    """Read text arguments, else the lines of files, else those of standard input.

    Args:
        texts: the text arguments.
        files: the files.
        encoding: the encoding of the files (default: UTF-8, with or without a byte order mark).

    Returns:
        The lines, and their number (None if unknown before the end).

    Raises:
        InputError: if both texts and files are given.
    """
    if texts and files:
        raise InputError("give TEXT or --file, not both")
    if texts:
        several = len(texts) > 1
        return (Line(text, f"TEXT {i}" if several else None) for i, text in enumerate(texts, start=1)), len(texts)
    files = files or [STANDARD_INPUT]
    return read_lines(files, encoding), count_lines(files)


def read_lines(paths: Sequence[str], encoding: str = "utf-8", *, skip: int = 0) -> Iterator[Line]:
    """Yield the lines of files; `-` is standard input. Line breaks are LF, CRLF or CR.

    Args:
        paths: the files.
        encoding: the encoding (default: UTF-8, with or without a byte order mark).
        skip: the number of lines of the first file that are skipped (default: 0).

    Raises:
        InputError: if a file cannot be read, or has a byte that is invalid in another encoding than UTF-8.
    """
    codec = codec_of(encoding)
    how: dict[str, Any] = {"encoding": codec, "errors": "strict"}
    if codec == "utf-8":  # the line with an invalid byte is reported later, with its position
        how = {"encoding": "utf-8-sig", "errors": "surrogateescape"}
    for index, path in enumerate(paths):
        try:
            if path == STANDARD_INPUT:
                yield from _typed_lines(how)
                continue
            with Path(path).open(**how) as file:
                yield from _lines(file, path, 0 if index else skip)
        except OSError as error:
            raise InputError(f"cannot read this file: {error.strerror or error}", source=path) from error
        except UnicodeError as error:
            source = TYPED if path == STANDARD_INPUT else path
            raise InputError(f"this file is not {codec.upper()}: {error}", source=source) from error


def _typed_lines(how: dict[str, Any]) -> Iterator[Line]:
    """Yield the lines of standard input."""
    if isinstance(sys.stdin, TextIOWrapper):
        sys.stdin.reconfigure(**how, newline=None)
    if sys.stdin.isatty():
        say("reading texts, one per line; Ctrl-D ends (on Windows Ctrl-Z, then Enter)")
    yield from _lines(sys.stdin, TYPED)


def count_lines(paths: Sequence[str]) -> int | None:
    """Count the lines of files; None if one is not a regular file."""
    if not all(Path(path).is_file() for path in paths):
        return None
    total = 0
    for path in paths:
        with Path(path).open("rb") as file:
            total += sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b""))
    return total


def _lines(file: TextIO, source: str, skip: int = 0) -> Iterator[Line]:
    for number, line in islice(enumerate(physical_lines(file, source), start=1), skip, None):
        yield Line(line.removesuffix("\n"), source, number)


def physical_lines(file: TextIO, source: str) -> Iterator[str]:
    """Yield the lines of a file with their line breaks, in bounded memory.

    Raises:
        InputError: if a line has more than `LONGEST_LINE` characters.
    """
    for number, line in enumerate(iter(partial(file.readline, LONGEST_LINE + 1), ""), start=1):
        if len(line) > LONGEST_LINE:
            problem = f"this line has more than {LONGEST_LINE:,} characters; must have at most as many"
            raise InputError(problem, source=source, line=number)
        yield line


def find_sentences_of(
    lines: Iterable[Line], *, tokenized: bool, split: bool, find: FindSentences | None = None
) -> Iterator[LineSentences]:
    """Yield lines with their sentences (`Line.sentences`)."""
    return ((line, line.sentences(tokenized=tokenized, split=split, find=find)) for line in lines)


def divide_long(
    lines: Iterable[LineSentences], max_words: int | None, divided: Callable[[Line], None] | None = None
) -> Iterator[LineSentences]:
    """Divide sentences of more than `max_words` words at punctuation.

    Args:
        lines: the lines with their sentences.
        max_words: the maximum number of words; None if there is none.
        divided: called with each line of which a sentence is divided (default: notes on standard error).
    """
    from treenn.parsers.long_sentences import divide_sentences

    count = 0
    for line, sentences in lines:
        parts = divide_sentences(sentences, max_words)
        if len(parts) > len(sentences) and divided is not None:
            divided(line)
        elif len(parts) > len(sentences):
            count += 1
            if count == 1:
                say(f"{line.place}: a sentence of more than {max_words} words, the parser's limit, is divided "
                    "at punctuation")  # fmt: skip
        yield line, parts
    if count > 1:
        say(f"lines with divided sentences: {count}")


def parse_lines(
    parser: Parser, lines: Iterable[LineSentences], divided: Callable[[Line], None] | None = None
) -> Iterator[list[tuple[Line, list[Parsed]]]]:
    """Yield batches of lines with their sentences and trees.

    Args:
        parser: the parser.
        lines: the lines with their sentences.
        divided: as in `divide_long`.

    Raises:
        InputError: if the parser refuses a sentence; earlier lines are yielded first.
    """
    for batch in _batches(divide_long(lines, parser.max_words, divided)):
        flat = [sentence for _, sentences in batch for sentence in sentences]
        try:
            trees = iter(parser.parse_batch([sentence.words for sentence in flat]))
        except InputError:
            yield from _one_by_one(parser, batch)
            continue
        yield [(line, [(sentence, next(trees)) for sentence in sentences]) for line, sentences in batch]


def _batches(lines: Iterable[LineSentences]) -> Iterator[list[LineSentences]]:
    """Yield batches of about `BATCH` sentences. A line typed at a terminal is a batch, for an immediate answer."""
    typing = sys.stdin.isatty()
    batch: list[LineSentences] = []
    size = 0
    for line, sentences in lines:
        batch.append((line, sentences))
        size += max(1, len(sentences))
        if size >= BATCH or (typing and line.source == TYPED):
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _one_by_one(parser: Parser, batch: list[LineSentences]) -> Iterator[list[tuple[Line, list[Parsed]]]]:
    """Parse a batch line by line after an error, so that the error message names the line."""
    for line, sentences in batch:
        with located(line):
            pairs = [(sentence, parser.parse(sentence.words)) for sentence in sentences]
        yield [(line, pairs)]


@contextmanager
def located(line: Line) -> Iterator[None]:
    """Add the file and line number to an error on a line's sentences."""
    try:
        yield
    except InputError as error:
        raise InputError(error.marked, source=line.source, line=line.number) from None


def print_lines(
    results: Iterable[tuple[Line, T | None]],
    show: Callable[[Line, T | None], str],
    total: int | None,
    bar: str | None,
    file: TextIO | None = None,
) -> None:
    """Print the result of each line.

    Lines without words are buffered until the first line with words, because input without any words is an error.

    Args:
        results: lines and their results, None for a line without words.
        show: formats a result, including the line break.
        total: the number of lines; None if unknown.
        bar: the title of a progress bar, which is shown if the output is not a terminal; None for no bar.
        file: the output (default: standard output).

    Raises:
        InputError: if no line has words.
    """
    buffered: list[str] = []
    first_blank: Line | None = None
    done = words = 0
    out = sys.stdout if file is None else file
    shown = bar is not None and not out.isatty()
    with progress_bar(str(bar)) if shown else nullcontext(lambda done, total, text: None) as progress:
        for done, (line, result) in enumerate(results, start=1):
            buffered.append(show(line, result))
            words += result is not None
            first_blank = line if first_blank is None and result is None else first_blank
            if words:
                out.writelines(buffered)
                buffered.clear()
            progress(done, total, "")
        if not words:
            in_file = first_blank is not None and first_blank.number is not None
            raise InputError("the input has no words", source=first_blank.source if first_blank and in_file else None)
    if first_blank is not None:
        say(f"{first_blank.place}: no words; lines without words: {done - words}")
