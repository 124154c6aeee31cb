"""Fetching a treebank: download, unpack and check beside its place, then put it there in one step."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from treebanks.catalogue import Download, Entry, File
from treebanks.download import Progress, download
from treebanks.paths import data_home
from treebanks.unpack import unpack
from treebanks.verify import check_files, verify
from treenn.trees import InputError
from treenn.trees.temporary import remove_stale, temporary_prefix


def fetch(entry: Entry, home: Path | None = None, progress: Progress | None = None) -> bool:
    """Get a treebank from its official source; what is there already is left as it is.

    Args:
        entry: the treebank, from `treebanks.catalogue.entry`.
        home: the folder that holds the treebanks; left out, `data_home()`.
        progress: called with the bytes downloaded and to download.

    Returns:
        Whether anything was downloaded; nothing is where every file was there and right.

    Raises:
        InputError: where the treebank has to be got by hand (and how), the download fails or is not what was expected,
            a file of another content is in the way, or the folder cannot be written. Nothing half-written is left;
            what a killed process left is removed by the next one.
    """
    home = home or data_home()
    folder = home / entry.folder
    remove_stale(folder.parent, entry.name)
    missing = _missing(entry, home)
    if not missing:
        return False
    if entry.download is None:
        raise InputError(
            f"{entry.name} has no fixed download: {entry.by_hand} (the folders are those under {home}); "
            f"then run `treenn data verify {entry.name}`"
        )
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=folder.parent, prefix=temporary_prefix(entry.name)) as scratch:
            staged = _stage(entry.download, missing, Path(scratch), progress)
            _put(staged, folder, missing)
    except OSError as error:
        raise InputError(f"cannot write here: {error.strerror or error}", source=folder) from error
    return True


def _missing(entry: Entry, home: Path) -> list[File]:
    """The files to fetch; one that is there but is not the published one is its owner's to move."""
    checks = verify(entry, home)
    for check in checks:
        if check.state not in ("ok", "missing"):
            raise InputError(f"{check}; move it away to fetch it anew", source=home / entry.folder)
    return [file for file, check in zip(entry.files, checks, strict=True) if check.state == "missing"]


def _stage(wanted: Download, files: Sequence[File], scratch: Path, progress: Progress | None) -> Path:
    """A folder that holds the files, each checked."""
    staged = scratch / "files"
    staged.mkdir()
    if wanted.inside is None:
        [file] = files
        download(wanted, staged / file.path, progress)
    else:
        archive = scratch / "archive.zip"
        download(wanted, archive, progress)
        try:
            unpack(archive, staged, files, wanted.inside)
        except InputError as error:
            raise InputError(error.message, source=wanted.url) from error
    for check in check_files(staged, files):
        if check.state != "ok":
            raise InputError(str(check), source=wanted.url)
    return staged


def _put(staged: Path, folder: Path, files: Sequence[File]) -> None:
    if not folder.exists():
        staged.rename(folder)
        return
    for file in files:
        target = folder / file.path
        target.parent.mkdir(parents=True, exist_ok=True)
        (staged / file.path).rename(target)
