"""Extraction of known files from untrusted archives."""

from __future__ import annotations

import errno
import shutil
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import BinaryIO

from treebanks.catalogue_entry import File
from treenn.trees import InputError


def unpack(archive: Path, target: Path, files: Iterable[File], inside: str = "") -> None:
    """Extract files of known sizes from an untrusted zip archive, and nothing else.

    Args:
        archive: the zip archive.
        target: the folder to extract to.
        files: the files; `inside + file.path` is the name in the archive.
        inside: the folder in the archive, with a final slash (default: its top).

    Raises:
        InputError: if this is no zip archive, a name in it leads outside of the target folder, or a file is missing, is
            a link, or has another size than expected.
    """
    with _opened(archive) as bundle:
        for name in bundle.namelist():
            _refuse_escape(name)
        for file in files:
            path = target / file.path
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as out:
                _copy(bundle, inside + file.path, file.size, out)


def append(archive: Path, file: File, out: BinaryIO) -> None:
    """Append the content of one file of known size in an untrusted zip archive to an open file.

    Raises:
        InputError: as `unpack`.
    """
    with _opened(archive) as bundle:
        _copy(bundle, file.path, file.size, out)


def append_from_tar(archive: Path, file: File, out: BinaryIO) -> None:
    """Append the content of one file of known size in an untrusted gzipped tar archive to an open file.

    Raises:
        InputError: if this is no such archive, or the file is missing, is no plain file, or has another size.
    """
    try:
        with tarfile.open(archive, "r|gz") as bundle:
            member = next((each for each in bundle if each.name == file.path), None)
            content = bundle.extractfile(member) if member is not None and member.isreg() else None
            if member is None or content is None:
                raise InputError(f"this tar archive lacks the file {file.path}")
            if member.size != file.size:
                raise InputError(f"{file.path} in this archive has {member.size} bytes; it must have {file.size}")
            shutil.copyfileobj(content, out)
    except (tarfile.TarError, zlib.error, EOFError) as error:
        raise InputError(f"this tar archive cannot be unpacked: {error}") from error


@contextmanager
def _opened(archive: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(archive) as bundle:
            yield bundle
    except OSError as error:
        if error.errno != errno.EINVAL:  # a seek to a negative offset
            raise
        raise InputError("this zip archive cannot be unpacked: an offset in it is wrong") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError) as error:  # the last: encryption, other compression
        raise InputError(f"this zip archive cannot be unpacked: {error}") from error


def _refuse_escape(name: str) -> None:
    windows = PureWindowsPath(name)  # parses \ and C: in addition to /
    if windows.anchor or PurePosixPath(name).is_absolute() or ".." in windows.parts:
        raise InputError(f"this zip archive is not safe: {name!r} leads outside of the target folder")


def _copy(bundle: zipfile.ZipFile, name: str, size: int, out: BinaryIO) -> None:
    try:
        info = bundle.getinfo(name)
    except KeyError:
        raise InputError(f"this zip archive lacks {name}") from None
    if stat.S_ISLNK(info.external_attr >> 16):
        raise InputError(f"this zip archive is not safe: {name} is a link")
    if info.file_size != size:
        raise InputError(f"{name} in this zip archive has {info.file_size} bytes; it must have {size}")
    # ZipExtFile reads at most the size that the archive declares, which was compared above.
    with bundle.open(info) as source:
        shutil.copyfileobj(source, out)
