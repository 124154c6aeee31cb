"""Reading of text, JSON and TOML files, with the position of every error."""

import codecs
import gzip
import json
import re
import stat
import tomllib
import zlib
from bisect import bisect_right
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from treenn.trees.errors import InputError, argument

MOST_BYTES = 1_000_000_000
"""The maximum size of a JSON or TOML file."""

_LINE_END = re.compile(r"\r\n|\r|\n")
# The end of an error of json or tomllib.
_POSITION = re.compile(r"(: | \(at )line (?P<line>\d+),? column (?P<column>\d+)( \(char \d+)?\)$")


def read_text(path: str | Path, encoding: str | None = None) -> str:
    """Read the text of a file, without a byte order mark. A file with the suffix `.gz` is decompressed.

    Args:
        path: the file.
        encoding: the encoding (default: None, UTF-8). If given, the error message for an invalid byte names this
            argument.

    Raises:
        InputError: if the file is missing, is a folder, cannot be read, or has bytes that are invalid in this encoding,
            or if the encoding is unknown.
    """
    codec = codec_of("utf-8" if encoding is None else encoding)
    data = _read_bytes(path)
    if codec == "utf-8":
        data = data.removeprefix(codecs.BOM_UTF8)
    try:
        return data.decode(codec)
    except UnicodeError as error:
        raise _undecodable(error, data, codec, path, can_choose=encoding is not None) from error


def _read_bytes(path: str | Path) -> bytes:
    try:
        return _unpacked(path) if Path(path).suffix.lower() == ".gz" else Path(path).read_bytes()
    except MemoryError as error:
        raise InputError("this file is larger than the available memory", source=path) from error
    except (OSError, ValueError) as error:  # ValueError: a zero byte in the path
        raise InputError(f"cannot read this file: {getattr(error, 'strerror', None) or error}", source=path) from error


def _unpacked(path: str | Path) -> bytes:
    """The decompressed bytes of a gzip file."""
    try:
        with gzip.open(path) as file:
            data = file.read(MOST_BYTES + 1)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise InputError(f"this is not a complete gzip file: {error}", source=path) from error
    if len(data) > MOST_BYTES:
        raise InputError(f"this file has more than {MOST_BYTES:,} bytes, decompressed", source=path)
    return data


def read_regular(path: str | Path, encoding: str | None = None) -> str:
    """Read the text of a file in an untrusted folder.

    Args:
        path: the file.
        encoding: the encoding, as in `read_text` (default: None, UTF-8).

    Raises:
        InputError: as `read_text`, and if it is larger than `MOST_BYTES`, or a pipe or device, which could block.
    """
    try:
        status = Path(path).stat()
    except (OSError, ValueError):
        return read_text(path, encoding)  # raises the `InputError`
    if not (stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode)):
        raise InputError("cannot read this file: it is a pipe or a device, not a regular file", source=path)
    if status.st_size > MOST_BYTES:
        raise InputError(f"this file has {status.st_size:,} bytes; the maximum is {MOST_BYTES:,}", source=path)
    return read_text(path, encoding)


def codec_of(encoding: str) -> str:
    """The canonical name of a text encoding."""
    try:
        name = codecs.lookup(encoding).name
        "".encode(name)
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise InputError(
            f"{argument('encoding')} {encoding!r}: must be the name of a text encoding, such as utf-8, latin-1, "
            "cp1252, utf-16, gb18030 or shift_jis"
        ) from error
    return name


def _undecodable(error: UnicodeError, data: bytes, codec: str, path: str | Path, *, can_choose: bool) -> InputError:
    """The error for a byte that is invalid in this encoding, with its position."""
    is_utf_16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    named = argument("encoding", repr("utf-16" if is_utf_16 else "latin-1"))
    remedy = "save the file as UTF-8" + (f", or pass its encoding, such as {named}" if can_choose else "")
    try:
        if not isinstance(error, UnicodeDecodeError):
            raise error
        before = data[: error.start].decode(codec, errors="replace")
    except UnicodeError:  # from codecs that report no position or do not support errors="replace"
        return InputError(f"this file is not {codec.upper()}: {error}; {remedy}", source=path)
    line, column = line_and_column(line_starts(before), len(before))
    problem = f"byte 0x{data[error.start]:02x}" if error.start < len(data) else "the end of the file"
    return InputError(f"{problem} is not {codec.upper()}; {remedy}", source=path, line=line, column=column)


def split_lines(text: str) -> list[str]:
    """Split a text into lines at LF, CR LF and CR only.

    >>> split_lines("a\\r\\nb\\u2028c\\r\\rd\\n")
    ['a', 'b\\u2028c', '', 'd']
    """
    lines = text.split("\n") if "\r" not in text else _LINE_END.split(text)
    if not lines[-1]:
        lines.pop()
    return lines


def line_starts(text: str) -> list[int]:
    """The offset of the first character of each line; lines end as in `split_lines`."""
    return [0, *(match.end() for match in _LINE_END.finditer(text))]


def line_and_column(starts: Sequence[int], offset: int) -> tuple[int, int]:
    """The line and column, both from 1, of the character at an offset, given the `line_starts` of the text."""
    line = bisect_right(starts, offset)
    return line, offset - starts[line - 1] + 1


def read_json(path: str | Path) -> Any:
    """Read and parse a JSON file.

    Raises:
        InputError: as `read_text`, and if it is not a regular file, is larger than `MOST_BYTES`, is not JSON, is nested
            too deeply, or contains a number of thousands of digits.
    """
    return _parsed(path, "JSON", json.loads)


def read_toml(path: str | Path) -> dict[str, Any]:
    """Read and parse a TOML file.

    Raises:
        InputError: as `read_json`.
    """
    return dict(_parsed(path, "TOML", tomllib.loads))


def _parsed(path: str | Path, kind: str, parse: Callable[[str], Any]) -> Any:
    text = read_regular(path)
    try:
        return parse(text)
    except (json.JSONDecodeError, tomllib.TOMLDecodeError) as error:
        message, line, column = str(error), None, None
        if at := _POSITION.search(message):
            message, line, column = message[: at.start()], int(at["line"]), int(at["column"])
        raise InputError(f"not {kind}: {message}", source=path, line=line, column=column) from error
    except RecursionError:
        raise InputError(f"this {kind} is nested too deeply to be read", source=path) from None
    except ValueError as error:
        is_long = "digits" in str(error)  # otherwise, an invalid date
        problem = f"this {kind} has a whole number of too many digits" if is_long else f"not {kind}: {error}"
        raise InputError(problem, source=path) from error
