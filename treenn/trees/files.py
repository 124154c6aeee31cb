"""Text, JSON and TOML: reading that names the line of a bad byte, writing that leaves nothing half-written."""

import codecs
import json
import os
import re
import tempfile
import tomllib
from collections.abc import Callable, Mapping
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
        InputError: if the folder cannot be made or written, or if data of a kind that a file shows (SVG, PNG, HTML, a
            JSON document of treenn, a report) would replace a file of another kind.
    """
    path = Path(path)
    try:
        _check_kind(path, data)
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

_KINDS: Mapping[str, Callable[[bytes], bool]] = {
    "PNG": lambda data: data.startswith(b"\x89PNG"),
    "SVG": lambda data: data.lstrip()[:5].lower() in (b"<svg ", b"<?xml") and b"<svg" in data,
    "JSON of treenn": lambda data: re.match(rb'\s*\{\s*"schema": ?"treenn\.', data) is not None,
    "report of treenn in Markdown": lambda data: data.startswith(b"# ") and b"made by treenn" in data,
    "report of treenn in HTML": lambda data: _is_html(data) and b"made by treenn" in data,
    "HTML": lambda data: _is_html(data),
}


def _is_html(data: bytes) -> bool:
    return data.lstrip()[:14].lower() == b"<!doctype html"


def _check_kind(path: Path, data: bytes) -> None:
    """Refuse to replace a file that shows to be of another kind, and so was not written by the same command."""
    kind = next((kind for kind, fits in _KINDS.items() if fits(data[:_SHOWN])), None)
    if kind is None or not path.is_file():
        return
    with path.open("rb") as file:
        held = file.read(_SHOWN)
    if held and not _KINDS[kind](held):
        raise InputError(f"this file exists and is no {kind}: it is not replaced; move it or name another", source=path)


def write_text(path: str | Path, text: str) -> None:
    """`write_bytes` for text, as UTF-8."""
    write_bytes(path, text.encode("utf-8"))


def _umask() -> int:
    # mkstemp makes files that only their owner reads; the umask can only be read by setting it.
    mask = os.umask(0)
    os.umask(mask)
    return mask
