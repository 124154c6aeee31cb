"""Pretrained word vectors from text files (GloVe, word2vec and fastText's text format)."""

from __future__ import annotations

import gzip
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import takewhile
from pathlib import Path
from typing import IO, NamedTuple, cast

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from treenn.models.vocabulary import Vocabulary
from treenn.trees import InputError, OnError, unescape
from treenn.trees.arguments import Natural, Texts, checked
from treenn.trees.errors import argument
from treenn.trees.skipping import read_each

FloatArray = npt.NDArray[np.float32]

_BOM = b"\xef\xbb\xbf"
_SPACES = re.compile(rb"[ \t]+")
_HEADER = re.compile(rb"[0-9]{1,12} ([1-9][0-9]{0,6})")
_NUMBER = re.compile(rb"[-+]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?|(?i:nan|inf(?:inity)?))")
_LARGEST = float(np.finfo(np.float32).max)
_UNREADABLE = (
    *(OSError, EOFError, RuntimeError, ValueError, LookupError, ArithmeticError, AttributeError),
    *(zlib.error, lzma.LZMAError, zipfile.BadZipFile, struct.error),
)
"""Raised for files that are truncated, damaged, encrypted, or compressed by an unknown method."""


class WordVectors:
    """Pretrained word vectors. A word is looked up verbatim, then without treebank escapes and in lower case.

    Args:
        vectors: the vector of each word, all of one width.
        source: the file, for messages and reports (default: "").

    Raises:
        InputError: if there is no vector, or the vectors differ in shape.

    >>> vectors = WordVectors({"film": np.ones(2, dtype=np.float32)})
    >>> "Film" in vectors, vectors.find("soup")
    (True, None)
    """

    def __init__(self, vectors: dict[str, FloatArray], source: str = "") -> None:
        shapes = {word: np.shape(vector) for word, vector in vectors.items()}
        if not shapes:
            raise InputError("vectors is empty; at least one word must have a vector")
        shape = next(iter(shapes.values()))
        for word, other in shapes.items():
            if other != shape or len(other) != 1 or not other[0]:
                raise InputError(f"the vector of {word!r} has the shape {other}; all must have one shape, (width,)")
        self.source, self._vectors = source, vectors
        self.size = shape[0]
        self._first: tuple[str, ...] = tuple(vectors)
        self._rows: int | None = None  # the number of first words that were read; None for all

    def __len__(self) -> int:
        """The number of words."""
        return len(self._vectors)

    def __contains__(self, word: str) -> bool:
        return self.find(word) is not None

    def find(self, word: str) -> FloatArray | None:
        """The vector of a word, or None if it is missing. Shape: `(size,)`."""
        return next((self._vectors[form] for form in _forms(word) if form in self._vectors), None)

    def first(self, count: int) -> tuple[str, ...]:
        """The first words of the file; those of GloVe and fastText are sorted by frequency.

        Args:
            count: the maximum number of words.

        Raises:
            InputError: if fewer `frequent_words` were read.
        """
        if self._rows is not None and count > self._rows:
            raise InputError(
                f"{argument('vectors')} {self.source}: the first {self._rows} words were read: must be read with "
                f"frequent_words {count} or more"
            )
        return self._first[:count]


def _forms(word: str) -> tuple[str, str, str]:
    plain = unescape(word)
    return word, plain, plain.lower()


@checked
def read_vectors(
    path: str | Path, words: Texts, *, frequent_words: Natural = 0, on_error: OnError | None = None
) -> WordVectors:
    """Read the vectors of some words from a text file.

    Each line is a word and its numbers, separated by spaces or tabs. The width is that of the header, or else of the
    first row. Files of word2vec and fastText have a header, a first line of two whole numbers, rows and width. A word
    may contain spaces, such as `. . .` or `new york`.

    Args:
        path: the file, UTF-8 text, plain, gzipped, or the only file of a zip archive.
        words: the words to look up, in any case.
        frequent_words: the number of first words of the file that are also read (default: 0).
        on_error: called with the error of each skipped row (default: None, the first error is raised).

    Raises:
        InputError: if the file cannot be read or contains none of the words, a row differs in width, or a value is no
            finite number. The message names the file and the line.
    """
    wanted = {form.encode("utf-8", "surrogatepass") for word in words for form in _forms(word)}
    vectors: dict[str, FloatArray] = {}
    table, first = _Table(path), list[bytes]()

    def read(row: _Row) -> None:
        word, numbers = table.split(row)
        if len(first) < frequent_words:
            first.append(word)
            wanted.add(word)
        # Only requested rows are parsed. All others are searched for letters, as in nan and inf, which is faster.
        if word in wanted:
            vectors.setdefault(table.decode(word, row), table.parse(numbers, row))
        elif numbers.translate(None, b"0123456789.-+eE "):
            table.parse(numbers, row)

    read_each(table.rows(), read, on_error, InputError("this file has no row", source=path))
    if not vectors:
        raise InputError("this file has no vector for any word of the treebank", source=path)
    read_in = WordVectors(vectors, source=str(path))
    read_in._first = tuple(word.decode("utf-8", "surrogatepass") for word in first)
    read_in._rows = frequent_words
    return read_in


class _Row(NamedTuple):
    """A row of a file. Whitespace in `data` is reduced to single spaces, also at the start of the line."""

    line: int
    data: bytes


class _Table:
    """The rows of a file, and their width from the header, or from the first row if there is none."""

    def __init__(self, path: str | Path) -> None:
        self.path, self.width, self.known_from = path, 0, "the first row has"

    def error(self, message: str, row: _Row, column: int | None = None) -> InputError:
        return InputError(message, source=self.path, line=row.line, column=column)

    def decode(self, word: bytes, row: _Row) -> str:
        """The word of a row as text."""
        try:
            return word.decode("utf-8", "surrogatepass")
        except UnicodeDecodeError as error:
            wanted = f"byte 0x{word[error.start]:02x} is not UTF-8; save the file as UTF-8"
            raise self.error(wanted, row, error.start + 1) from None

    def rows(self) -> Iterator[_Row]:
        """The rows without the header and without blank lines."""
        try:
            with _opened(self.path) as file:
                for line, data in enumerate(_lines(file), start=1):
                    if line == 1 and (header := _HEADER.fullmatch(data)):
                        self.width, self.known_from = int(header[1]), "the header says"
                    elif data:
                        yield _Row(line, data)
        except _UNREADABLE as error:
            if isinstance(error, InputError):
                raise
            reason = getattr(error, "strerror", None) or error
            raise InputError(f"cannot read this file: {reason}", source=self.path) from error

    def split(self, row: _Row) -> tuple[bytes, bytes]:
        """Split a row into the word, which may contain spaces (`. . .` in GloVe 840B), and its numbers."""
        if b"\0" in row.data:
            raise self.error("this row has a zero byte; word vectors are read as text, not in a binary format", row)
        self.width = self.width or _trailing_numbers(row.data)
        word, _, numbers = row.data.partition(b" ")
        width = numbers.count(b" ") + 1 if numbers else 0
        if width > self.width > 0:
            word, *last = row.data.rsplit(b" ", self.width)
            numbers, word = b" ".join(last), word.strip()
            if self.known_from == "the header says" or not _is_number(word.rpartition(b" ")[2]):
                return word, numbers
        if width != self.width or not numbers:
            raise self.error(
                f"this row has {width} numbers, {self.known_from} {self.width}; every row is a word and equally many "
                "numbers",
                row,
            )
        return word, numbers

    def parse(self, numbers: bytes, row: _Row) -> FloatArray:
        """The numbers of a row."""
        try:
            values = np.fromstring(numbers.decode(errors="replace"), dtype=np.float32, sep=" ")
            if np.isfinite(values).all() and len(values) == self.width:
                return values
        except ValueError:
            pass  # the number that is not valid is located below
        column = len(row.data) - len(numbers) + 1
        for number in numbers.split(b" "):
            if not _is_number(number) or not abs(float(number)) <= _LARGEST:
                raise self.error(f"{number.decode(errors='replace')!r} is not a finite number", row, column)
            column += len(number) + 1
        raise self.error("this row cannot be read as numbers", row)


@contextmanager
def _opened(path: str | Path) -> Iterator[IO[bytes]]:
    """Open a file for reading uncompressed bytes. The compression is detected from the first bytes."""
    with Path(path).open("rb") as file:
        magic = file.read(4)
        file.seek(0)
        if magic.startswith(b"\x1f\x8b"):
            with gzip.open(file) as unpacked:
                yield cast(IO[bytes], unpacked)
        elif magic == b"PK\x03\x04":
            with zipfile.ZipFile(file) as archive, archive.open(_only_member(archive, path)) as unpacked:
                yield unpacked
        else:
            yield file


def _only_member(archive: zipfile.ZipFile, path: str | Path) -> zipfile.ZipInfo:
    members = [member for member in archive.infolist() if not member.is_dir()]
    if len(members) != 1:
        names = ", ".join(member.filename for member in members[:5])
        raise InputError(f"this archive has {len(members)} files, {names}; unpack the one to be read", source=path)
    return members[0]


def _lines(file: IO[bytes]) -> Iterator[bytes]:
    """Lines that end in LF, CR LF or CR, without a byte order mark, with one space for any spaces and tabs."""
    first = True
    for block in file:
        block = block.removeprefix(_BOM) if first else block
        first = False
        block = block.rstrip(b" \t\r\n")
        for line in block.split(b"\r") if b"\r" in block else (block,):
            if b"\t" in line or b"  " in line or line.startswith(b" "):
                line = b" " * line[:1].isspace() + b" ".join(_SPACES.split(line.strip(b" \t")))
            yield line


def _trailing_numbers(row: bytes) -> int:
    """The number of numeric fields at the end of a row, without its first field, which is a word."""
    return sum(1 for _ in takewhile(_is_number, reversed(row.split(b" ")[1:])))


def _is_number(text: bytes) -> bool:
    """True if a field of a row is numeric, NaN and infinity included."""
    return _NUMBER.fullmatch(text) is not None


def initial_embedding(
    vocabulary: Vocabulary, vectors: Sequence[WordVectors], size: int, generator: torch.Generator, bound: float = 0.05
) -> Tensor:
    """The initial word vectors: concatenated pretrained vectors, and U(-bound, bound) for words that are missing in a
    file.

    0.05 is the bound of Tai et al. (2015, section 5.3), 0.0001 that of Socher et al. (2013).

    Args:
        vocabulary: the words, one per row.
        vectors: the files; if empty, all vectors are random.
        size: the width of the random vectors, without files.
        generator: the random generator.
        bound: the bound of the uniform distribution (default: 0.05).

    Shape: `(len(vocabulary), size)`, with files `(len(vocabulary), sum of their sizes)`.
    """
    width = sum(file.size for file in vectors) or size
    table = torch.empty(len(vocabulary), width).uniform_(-bound, bound, generator=generator)
    start = 0
    for file in vectors:
        for index, word in enumerate(vocabulary.words):
            if (vector := file.find(word)) is not None:
                table[index, start : start + file.size] = torch.from_numpy(vector)
        start += file.size
    return table
