"""Text, JSON and TOML files: reading with the position of every error, and atomic writing."""

import codecs
import gzip
import hashlib
import json
import os
import re
import secrets
import stat
import tomllib
import zlib
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

from treenn.trees.errors import InputError, argument
from treenn.trees.temporary import remove_stale, temporary_prefix

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


def hash_file(path: Path) -> str:
    """The SHA-256 of a file.

    Raises:
        InputError: if it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InputError(f"cannot read this file: {error.strerror or error}", source=path) from error


def hash_files(paths: Iterable[Path]) -> str:
    """The SHA-256 of the names and contents of files, in the given order.

    Raises:
        InputError: if a file cannot be read.
    """
    sha = hashlib.sha256()
    for path in paths:
        sha.update(path.name.encode() + b"\0" + bytes.fromhex(hash_file(path)))
    return sha.hexdigest()


def write_bytes(path: str | Path, data: bytes, *, make_folder: bool = True) -> None:
    """Write atomically, via a temporary file in the same folder and a rename.

    Temporary files of killed processes with the same target are removed. System devices and open streams, such as
    `/dev/stdout`, are written to in place. Other devices and pipes, which could block forever, are refused.

    Args:
        path: the file.
        data: the content.
        make_folder: whether to create a missing folder; False for a folder that may have been removed concurrently
            (default: True).

    Raises:
        InputError: if the folder cannot be created or written to, the path is a pipe or a device outside of `/dev` and
            `/proc`, or data of a known kind (`kind_of`) would replace a file of another kind.
    """
    with open_atomic(path, kind=kind_of(data), make_folder=make_folder) as file:
        file.write(data)


@contextmanager
def open_atomic(path: str | Path, *, kind: str | None = None, make_folder: bool = True) -> Iterator[BinaryIO]:
    """Open a file for writing in parts, as atomically as `write_bytes`. An error in the context leaves no file.

    Args:
        path: the file.
        kind: the kind of its content, as `kind_of` returns it (default: None, a file of any kind is replaced).
        make_folder: whether to create a missing folder (default: True).

    Raises:
        InputError: as `write_bytes`.
    """
    path = Path(path)
    temporary = path.parent / f"{temporary_prefix(path.name)}{secrets.token_hex(4)}"
    try:
        if _descriptor(path) is not None or (path.exists() and not path.is_file() and not path.is_dir()):
            with _open_device(path) as device:
                yield device
            return
        if kind:
            check_replaceable(path, kind)
        if make_folder:
            path.parent.mkdir(parents=True, exist_ok=True)
        remove_stale(path.parent, path.name)
        with temporary.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        raise InputError(f"cannot write here: {error.strerror or error}", source=path) from error
    finally:
        with suppress(OSError):  # the folder may have been removed concurrently
            temporary.unlink(missing_ok=True)


_STREAM = re.compile(r"/dev/(?P<name>stdout|stderr)|(/dev|/proc/(self|thread-self))/fd/(?P<number>\d{1,9})")


def _descriptor(path: Path) -> int | None:
    """The descriptor of an open stream, possibly redirected to a regular file; None for other paths.

    A rename would replace the link in `/dev`.
    """
    stream = _STREAM.fullmatch(os.path.abspath(path))  # noqa: PTH100 (links are not followed)
    if stream is None:
        return None
    return int(stream["number"] or {"stdout": 1, "stderr": 2}[stream["name"]])


def _open_device(path: Path) -> BinaryIO:
    if (descriptor := _descriptor(path)) is not None:
        return os.fdopen(os.dup(descriptor), "wb")  # with the position of the stream
    if not path.absolute().is_relative_to("/dev") and not path.absolute().is_relative_to("/proc"):
        raise InputError("cannot write here: this is a pipe or a device; name a file", source=path)
    return path.open("wb")


PREDICTIONS = "table of predictions"
"""The kind of CSV and TSV files by `treenn predict`."""

# The header ends with two columns, which may be prefixed by the name of a model.
_PREDICTIONS = re.compile(
    rb'[^\r\n]*(class|score)"?[,\t][^\r\n]*\bunknown_words"?[,\t][^,\t\r\n]*\bunknown_share"?([,\t][^,\t\r\n]*\bwarning"?)?\r?\n'
)

_SHOWN = 1 << 14  # the number of initial bytes that determine the kind of a file


def check_replaceable(path: str | Path, kind: str | None) -> None:
    """Refuse to replace a file of another kind.

    Args:
        path: the file, which need not exist.
        kind: the kind of the new file, as `kind_of` returns it. None, for plain text, refuses every file with content.

    Raises:
        InputError: if the file is not empty and of another kind.
    """
    path = Path(path)
    if not path.is_file() or _descriptor(path) is not None:
        return
    with path.open("rb") as file:
        start = file.read(_SHOWN)
    if start and (kind is None or kind_of(start) != kind):
        exists = "exists" if kind is None else f"exists and is no {kind}"
        raise InputError(f"this file {exists}: it is not replaced; move it or name another", source=path)


def kind_of(data: bytes) -> str | None:
    """The kind of an output file: a picture, a page, a report, JSON with a schema, or a table of predictions.

    Returns None for other files.

    >>> kind_of(b'{"schema": "treenn.bench", "version": 1}'), kind_of(b"{}")
    ('JSON of treenn.bench', None)
    """
    start = data[:_SHOWN].lstrip()
    if start.startswith(b"\x89PNG"):
        return "PNG"
    if start.startswith((b"<svg", b"<?xml")):
        return "SVG" if b"<svg" in start else None
    if schema := re.match(rb'\{\s*"schema": ?"(treenn\.\w+)"', start):
        return f"JSON of {schema[1].decode()}"
    if _PREDICTIONS.match(start):
        return PREDICTIONS
    if re.match(rb"(text|left,right),gold,predicted\b", start):
        return "CSV of an evaluation"
    if start.startswith(b"% An evaluation made by treenn"):
        return "evaluation of treenn in LaTeX"
    nouns = ("attention", "evaluation", "explanation", "map", "playground")
    noun = next((each for each in nouns if f"{each} made by treenn".encode() in start), "report")
    report = f"{noun} of treenn in " if b"made by treenn" in start else ""
    if start[:14].lower() == b"<!doctype html":
        return report + "HTML"
    return report + "Markdown" if report and start.startswith(b"# ") else None


def write_text(path: str | Path, text: str, *, make_folder: bool = True) -> None:
    """Write text atomically, as UTF-8.

    Raises:
        InputError: as `write_bytes`, and if the text has a lone surrogate, which UTF-8 cannot encode.
    """
    try:
        data = text.encode("utf-8")
    except UnicodeEncodeError as error:
        problem = f"character {text[error.start]!r} is half of a surrogate pair, which UTF-8 cannot encode"
        raise InputError(f"cannot write this text: {problem}", source=path) from error
    write_bytes(path, data, make_folder=make_folder)
