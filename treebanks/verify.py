"""Verification of a treebank's files by size and SHA-256."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from treebanks.catalogue_entry import Entry, File
from treebanks.paths import home_of
from treenn.trees import InputError
from treenn.trees.file_hash import hash_file

State = Literal["here", "missing", "incomplete", "different", "generated"]


@dataclass(frozen=True)
class Check:
    """The result of one file.

    Args:
        path: the path relative to the treebank's folder.
        state: `"ok"`, or the kind of difference.
        expected: the expected size or SHA-256, if it differs (default: None).
        found: the actual size or SHA-256, if it differs (default: None).
    """

    path: str
    state: Literal["ok", "missing", "wrong size", "wrong checksum"]
    expected: int | str | None = None
    found: int | str | None = None

    def __str__(self) -> str:
        if self.state in ("ok", "missing"):
            return f"{self.path}: {self.state}"
        unit = "bytes" if self.state == "wrong size" else "as SHA-256"
        return f"{self.path}: {self.state}, expected {self.expected} {unit}, found {self.found}"


def verify(entry: Entry, home: Path | None = None) -> list[Check]:
    """Compare every file of a treebank with its published size and SHA-256.

    Args:
        entry: the treebank, from `treebanks.catalogue.entry`.
        home: the folder of all treebanks (default: `home_of(entry)`).

    Returns:
        The result of each file.

    Raises:
        InputError: if a file exists but cannot be read.
    """
    return check_files((home or home_of(entry)) / entry.folder, entry.files)


def check_files(folder: Path, files: Iterable[File], *, checksums: bool = True) -> list[Check]:
    """Compare files in a folder with the published ones.

    Args:
        folder: the folder.
        files: the published files.
        checksums: whether to compare SHA-256 in addition to sizes (default: True).
    """
    return [_check(folder / file.path, file, checksums) for file in files]


def state(entry: Entry, home: Path | None = None) -> State:
    """The state of the files of a treebank, compared by size only."""
    if entry.kind == "generated":
        return "generated"
    checks = check_files((home or home_of(entry)) / entry.folder, entry.files, checksums=False)
    states = {check.state for check in checks}
    if states == {"ok"}:
        return "here"
    if states == {"missing"}:
        return "missing"
    return "different" if "wrong size" in states else "incomplete"


def _check(path: Path, file: File, checksums: bool) -> Check:
    try:
        if not path.is_file():
            return Check(file.path, "missing")
        size = path.stat().st_size
        if size != file.size:
            return Check(file.path, "wrong size", file.size, size)
        if checksums and (sha256 := hash_file(path)) != file.sha256:
            return Check(file.path, "wrong checksum", file.sha256, sha256)
    except OSError as error:
        raise InputError(f"cannot read this file: {error.strerror or error}", source=path) from error
    return Check(file.path, "ok")
