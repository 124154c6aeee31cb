"""Temporary files and folders whose names identify their process, and their removal after it is killed."""

from __future__ import annotations

import os
import platform
import re
import shutil
import time
import zlib
from contextlib import suppress
from pathlib import Path

_NAME = re.compile(r"\.(?P<target>.+)\.(?P<host>[0-9a-f]{8})-(?P<process>[0-9]+)-\w+", re.DOTALL)
_LONGEST = 50  # characters of the target's name, so that the whole name has at most 255 bytes
_ABANDONED = 24 * 3600  # seconds without a modification after which a process on another machine is considered dead


def temporary_prefix(target: str) -> str:
    """The prefix of a temporary file's name: a dot, the target's name, and the identity of machine and process."""
    return f".{target[:_LONGEST]}.{_host()}-{os.getpid()}-"


def is_stale(path: Path, target: str | None = None) -> bool:
    """True if a path is a temporary file or folder of a killed process.

    A process of this machine is killed if it no longer runs. Any path is stale if it was not modified for a day.

    Args:
        path: the file or folder.
        target: the name of its target (default: None, any target).
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
    """Remove the temporary files and folders of killed processes.

    Args:
        folder: the folder, without its subfolders.
        target: the name of their target (default: None, any target).
    """
    try:
        stale = [path for path in folder.iterdir() if is_stale(path, target)]
    except OSError:
        return
    for path in stale:
        with suppress(OSError):  # the file can be in use on Windows, or be removed concurrently
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)


def _host() -> str:
    return f"{zlib.crc32(platform.node().encode()):08x}"


def _is_running(process: int) -> bool:
    if os.name != "posix":
        return process == os.getpid()  # signal 0 would end the process; files in use cannot be removed anyway
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True
