"""Names of temporary files and folders, from which a later process tells whether their writer was killed."""

from __future__ import annotations

import os
import platform
import re
import shutil
import time
import zlib
from pathlib import Path

_NAME = re.compile(r"\.(?P<target>.+)\.(?P<host>[0-9a-f]{8})-(?P<process>[0-9]+)-\w+", re.DOTALL)
_LONGEST = 50  # characters of the target's name: the whole must fit into 255 bytes
_ABANDONED = 24 * 3600  # seconds without a change, after which a writer on another machine counts as dead


def temporary_prefix(target: str) -> str:
    """The prefix of a temporary file's name: hidden, with the target's name, this machine and this process."""
    return f".{target[:_LONGEST]}.{_host()}-{os.getpid()}-"


def is_stale(path: Path, target: str | None = None) -> bool:
    """Whether this is a temporary file or folder whose writer was killed.

    That is the case if no process of its number runs on this machine, or if it has not changed for a day.

    Args:
        path: what to look at.
        target: the file or folder that it must be for; if None, any.
    """
    match = _NAME.fullmatch(path.name)
    if match is None or (target is not None and match["target"] != target[:_LONGEST]):
        return False
    if match["host"] == _host() and not _is_running(int(match["process"])):
        return True
    try:
        return time.time() - path.lstat().st_mtime > _ABANDONED
    except OSError:
        return False


def remove_stale(folder: Path, target: str | None = None) -> None:
    """Remove the temporary files and folders that killed processes left in a folder.

    Args:
        folder: where to look; not in its subfolders.
        target: of which file or folder; if None, of any.
    """
    try:
        stale = [path for path in folder.iterdir() if is_stale(path, target)]
    except OSError:
        return
    for path in stale:
        _remove(path)


def _remove(path: Path) -> None:
    """Remove it, as far as possible: it can be in use on Windows, or be removed by another process right now."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
        return
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return


def _host() -> str:
    return f"{zlib.crc32(platform.node().encode()):08x}"


def _is_running(process: int) -> bool:
    if os.name != "posix":
        return process == os.getpid()  # a signal would end it there; what is in use cannot be removed anyway
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True
