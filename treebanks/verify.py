"""Verifying: is each file of a treebank there, and is it the published one, byte for byte?"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from treebanks.catalogue import Entry, File
from treebanks.paths import data_home
from treenn.trees import InputError

State = Literal["here", "missing", "incomplete", "different", "generated"]


@dataclass(frozen=True)
class Check:
    """What became of one file: `state`, and where it is not `"ok"`, what was expected and what was found."""

    path: str
    state: Literal["ok", "missing", "wrong size", "wrong checksum"]
    expected: int | str | None = None
    found: int | str | None = None

    def __str__(self) -> str:
        if self.state in ("ok", "missing"):
            return f"{self.path}: {self.state}"
        what = "bytes" if self.state == "wrong size" else "as SHA-256"
        return f"{self.path}: {self.state}, expected {self.expected} {what}, found {self.found}"


def verify(entry: Entry, home: Path | None = None) -> list[Check]:
    """Compare every file of a treebank with its published size and SHA-256.

    Args:
        entry: the treebank, from `treebanks.catalogue.entry`.
        home: the folder that holds the treebanks; left out, `data_home()`.

    Raises:
        InputError: where a file is there but cannot be read.
    """
    return check_files((home or data_home()) / entry.folder, entry.files)


def check_files(folder: Path, files: Iterable[File], *, checksums: bool = True) -> list[Check]:
    """Compare files in a folder with what they should be; without `checksums` by their size only, which is quick."""
    return [_check(folder / file.path, file, checksums) for file in files]


def state(entry: Entry, home: Path | None = None) -> State:
    """Whether a treebank is there, judged by its files' sizes alone."""
    if entry.kind == "generated":
        return "generated"
    checks = check_files((home or data_home()) / entry.folder, entry.files, checksums=False)
    found = {check.state for check in checks}
    if found == {"ok"}:
        return "here"
    if found == {"missing"}:
        return "missing"
    return "different" if "wrong size" in found else "incomplete"


def _check(path: Path, file: File, checksums: bool) -> Check:
    try:
        if not path.is_file():
            return Check(file.path, "missing")
        size = path.stat().st_size
        if size != file.size:
            return Check(file.path, "wrong size", file.size, size)
        if checksums and (sha256 := _sha256(path)) != file.sha256:
            return Check(file.path, "wrong checksum", file.sha256, sha256)
    except OSError as error:
        raise InputError(f"cannot read this file: {error.strerror or error}", source=path) from error
    return Check(file.path, "ok")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
