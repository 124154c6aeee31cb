"""Text, JSON and TOML files: reading with the place of every error, atomic writing."""

import codecs
import json
import os
import re
import stat
import tempfile
import tomllib
from bisect import bisect_right
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from treenn.trees.errors import InputError, argument
from treenn.trees.temporary import remove_stale, temporary_prefix

MOST_BYTES = 1_000_000_000
"""The maximum size of a JSON or TOML file."""

_LINE_END = re.compile(r"\r\n|\r|\n")


def read_text(path: str | Path, encoding: str | None = None) -> str:
    """The text of a file, without a byte order mark.

    Args:
        path: the file.
        encoding: the name of its encoding (default: UTF-8). Readers with an option for it pass a name, so that the
            error about a wrong byte mentions the option.

    Raises:
        InputError: if the file is missing, is a folder, cannot be read, or holds bytes that are not of this encoding,
            or if there is no such encoding.
    """
    codec = _codec("utf-8" if encoding is None else encoding)
    data = _read_bytes(path)
    if codec == "utf-8":
        data = data.removeprefix(codecs.BOM_UTF8)
    try:
        return data.decode(codec)
    except UnicodeError as error:
        raise _undecodable(error, data, codec, path, can_choose=encoding is not None) from error


def _read_bytes(path: str | Path) -> bytes:
    try:
        return Path(path).read_bytes()
    except MemoryError as error:
        raise InputError("this file is larger than the memory that is free", source=path) from error
    except (OSError, ValueError) as error:  # ValueError: a zero byte in the path
        raise InputError(f"cannot read this file: {getattr(error, 'strerror', None) or error}", source=path) from error


def _read_regular(path: str | Path) -> str:
    """As `read_text`, of a file in a folder that may be from anyone.

    Raises:
        InputError: as `read_text`, and if it is a pipe or a device, whose reader may wait forever, or larger than
            `MOST_BYTES`.
    """
    try:
        status = Path(path).stat()
    except (OSError, ValueError):
        return read_text(path)  # which raises the error
    if not (stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode)):
        raise InputError("cannot read this file: it is a pipe or a device, no regular file", source=path)
    if status.st_size > MOST_BYTES:
        raise InputError(f"this file has {status.st_size:,} bytes; at most {MOST_BYTES:,} are read", source=path)
    return read_text(path)


def _codec(encoding: str) -> str:
    """The name under which Python knows a text encoding."""
    try:
        name = codecs.lookup(encoding).name
        "".encode(name)
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise InputError(
            f"no text encoding is called {encoding!r}; {argument('encoding')} takes names such as utf-8, latin-1, "
            "cp1252, utf-16, gb18030 or shift_jis"
        ) from error
    return name


def _undecodable(error: UnicodeError, data: bytes, codec: str, path: str | Path, *, can_choose: bool) -> InputError:
    """The error for bytes of another encoding, with the place of the first one."""
    named = argument("encoding", repr("latin-1"))
    remedy = "save the file as UTF-8" + (f", or name its encoding, as in {named}" if can_choose else "")
    try:
        if not isinstance(error, UnicodeDecodeError):
            raise error
        before = data[: error.start].decode(codec, errors="replace")
    except UnicodeError:  # from codecs that do not tell where, or cannot replace
        return InputError(f"this file is not {codec.upper()}: {error}; {remedy}", source=path)
    line, column = place(before, len(before))
    found = f"byte 0x{data[error.start]:02x}" if error.start < len(data) else "the end of the file"
    return InputError(f"{found} is not {codec.upper()}; {remedy}", source=path, line=line, column=column)


def split_lines(text: str) -> list[str]:
    """The lines of a text without their ends, which are LF, CR LF or CR; no other character ends a line.

    >>> split_lines("a\\r\\nb\\u2028c\\r\\rd\\n")
    ['a', 'b\\u2028c', '', 'd']
    """
    lines = text.split("\n") if "\r" not in text else _LINE_END.split(text)
    if not lines[-1]:
        lines.pop()
    return lines


def place(text: str, offset: int) -> tuple[int, int]:
    """Line and column, both from 1, of a character of a text; lines end as in `split_lines`."""
    return place_among(line_starts(text[:offset]), offset)


def line_starts(text: str) -> list[int]:
    """The offset of the first character of each line; lines end as in `split_lines`."""
    return [0, *(match.end() for match in _LINE_END.finditer(text))]


def place_among(starts: Sequence[int], offset: int) -> tuple[int, int]:
    """As `place`, for many places in one text, of which `starts` are the `line_starts`."""
    line = bisect_right(starts, offset)
    return line, offset - starts[line - 1] + 1


def read_json(path: str | Path) -> Any:
    """What a JSON file holds.

    Raises:
        InputError: as `read_text`, and if it is no regular file, larger than `MOST_BYTES`, not JSON, nested too deeply,
            or holds thousands of digits.
    """
    text = _read_regular(path)
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise InputError(f"not JSON: {error.msg}", source=path, line=error.lineno, column=error.colno) from error
    except RecursionError:
        raise InputError("this JSON is nested too deeply to be read", source=path) from None
    except ValueError as error:
        raise InputError("this JSON holds a whole number of too many digits", source=path) from error


def read_toml(path: str | Path) -> dict[str, Any]:
    """What a TOML file holds.

    Raises:
        InputError: as `read_text`, and if it is no regular file, larger than `MOST_BYTES`, not TOML, nested too deeply,
            or holds thousands of digits.
    """
    text = _read_regular(path)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message, *at = re.split(r" \(at line (\d+), column (\d+)\)$", str(error))
        line, column = (int(at[0]), int(at[1])) if at else (None, None)
        raise InputError(f"not TOML: {message}", source=path, line=line, column=column) from error
    except RecursionError:
        raise InputError("this TOML is nested too deeply to be read", source=path) from None
    except ValueError as error:
        raise InputError(f"not TOML: {str(error).splitlines()[0]}", source=path) from error


def write_bytes(path: str | Path, data: bytes, *, make_folder: bool = True) -> None:
    """Write atomically, via a temporary file in the same folder and a rename.

    Temporary files of the same target that killed processes left are removed.

    Args:
        path: the file.
        data: what it will hold.
        make_folder: whether to make its folder if there is none; false if a missing one was removed meanwhile.

    Raises:
        InputError: if the folder cannot be made or written, or if data of a known kind (`kind_of`) would replace a file
            of another.
    """
    path = Path(path)
    try:
        if kind := kind_of(data):
            check_replaceable(path, kind)
        if make_folder:
            path.parent.mkdir(parents=True, exist_ok=True)
        remove_stale(path.parent, path.name)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=temporary_prefix(path.name))
    except OSError as error:
        raise InputError(f"cannot write here: {error.strerror or error}", source=path) from error
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o666 & ~_umask())
        Path(name).replace(path)
    except OSError as error:
        raise InputError(f"cannot write here: {error.strerror or error}", source=path) from error
    finally:
        with suppress(OSError):  # the folder may have been removed meanwhile
            Path(name).unlink(missing_ok=True)


_SHOWN = 1 << 14  # bytes by which a file's kind is known


def check_replaceable(path: str | Path, kind: str) -> None:
    """Refuse to replace a file of another kind, which the same command cannot have written.

    Args:
        path: the file, which need not exist.
        kind: as `kind_of` names it.

    Raises:
        InputError: if the file is not empty and of another kind.
    """
    path = Path(path)
    if not path.is_file():
        return
    with path.open("rb") as file:
        held = file.read(_SHOWN)
    if held and kind_of(held) != kind:
        raise InputError(f"this file exists and is no {kind}: it is not replaced; move it or name another", source=path)


def kind_of(data: bytes) -> str | None:
    """The kind of a file that users name and treenn writes: a picture, a page, a report, or JSON with a schema.

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
    report = "report of treenn in " if b"made by treenn" in start else ""
    if start[:14].lower() == b"<!doctype html":
        return report + "HTML"
    return report + "Markdown" if report and start.startswith(b"# ") else None


def write_text(path: str | Path, text: str, *, make_folder: bool = True) -> None:
    """`write_bytes` for text, as UTF-8.

    Raises:
        InputError: as `write_bytes`, and if the text holds half of a surrogate pair, which UTF-8 cannot hold.
    """
    try:
        data = text.encode("utf-8")
    except UnicodeEncodeError as error:
        wrong = f"character {text[error.start]!r} is half of a surrogate pair, which UTF-8 cannot hold"
        raise InputError(f"cannot write this text: {wrong}", source=path) from error
    write_bytes(path, data, make_folder=make_folder)


def _umask() -> int:
    # mkstemp makes files that only their owner reads; the umask can only be read by setting it.
    mask = os.umask(0)
    os.umask(mask)
    return mask
