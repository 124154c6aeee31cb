"""Text, JSON and TOML: reading that names the line of a bad byte, writing that leaves nothing half-written."""

import codecs
import json
import os
import re
import tempfile
import tomllib
from contextlib import suppress
from pathlib import Path
from typing import Any

from treenn.trees.errors import InputError
from treenn.trees.temporary import remove_stale, temporary_prefix


def read_text(path: str | Path) -> str:
    """The text of a UTF-8 file, a byte order mark left out.

    Raises:
        InputError: where the file is missing, is a folder, cannot be read, or holds bytes that are not UTF-8.
    """
    try:
        data = Path(path).read_bytes().removeprefix(codecs.BOM_UTF8)
    except OSError as error:
        raise InputError(f"cannot read this file: {error.strerror or error}", source=path) from error
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        raise InputError(
            f"byte 0x{data[error.start]:02x} is not UTF-8; save the file as UTF-8",
            source=path,
            line=before.count(b"\n") + 1,
            column=len(before[before.rfind(b"\n") + 1 :].decode("utf-8")) + 1,
        ) from error


def read_json(path: str | Path) -> Any:
    """What a JSON file holds.

    Raises:
        InputError: as `read_text`, and where it is not JSON.
    """
    try:
        return json.loads(read_text(path))
    except json.JSONDecodeError as error:
        raise InputError(f"not JSON: {error.msg}", source=path, line=error.lineno, column=error.colno) from error


def read_toml(path: str | Path) -> dict[str, Any]:
    """What a TOML file holds.

    Raises:
        InputError: as `read_text`, and where it is not TOML.
    """
    try:
        return tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError as error:
        message, *place = re.split(r" \(at line (\d+), column (\d+)\)$", str(error))
        line, column = (int(place[0]), int(place[1])) if place else (None, None)
        raise InputError(f"not TOML: {message}", source=path, line=line, column=column) from error


def write_bytes(path: str | Path, data: bytes) -> None:
    """Write atomically, via a temporary file in the same folder and a rename.

    Temporary files of the same target that killed processes left are removed.

    Raises:
        InputError: if the folder cannot be made or written, or if data of a known kind (`kind_of`) would replace a file
            of another.
    """
    path = Path(path)
    try:
        if kind := kind_of(data):
            check_replaceable(path, kind)
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


def write_text(path: str | Path, text: str) -> None:
    """`write_bytes` for text, as UTF-8."""
    write_bytes(path, text.encode("utf-8"))


def _umask() -> int:
    # mkstemp makes files that only their owner reads; the umask can only be read by setting it.
    mask = os.umask(0)
    os.umask(mask)
    return mask
