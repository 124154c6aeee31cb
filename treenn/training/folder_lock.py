"""An exclusive lock on an output folder or file, which ends with its process."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

from treenn.training.run_dir import LOCK
from treenn.trees.errors import InputError, argument

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_OFFSET = 1 << 20  # of the locked byte: Windows lets nobody read a locked one, and the process id is to be read
_LONGEST = 20  # digits of a process id
_HELD = set[Path]()  # a lock of this process does not exclude another one of it


def locked(folder: Path) -> AbstractContextManager[None]:
    """Hold the lock on a folder, `FOLDER/.lock`, which holds the process id.

    The operating system releases it when the process ends, however that happens. On file systems without locks, nothing
    is excluded.

    Args:
        folder: the folder, which is made if it does not exist.

    Raises:
        InputError: if another process, or this one, holds the lock, or the folder cannot be written.
    """
    return _held(folder.resolve() / LOCK, folder, "folder")


@contextmanager
def locked_file(file: Path) -> Iterator[None]:
    """Hold the lock on a file, `.NAME.lock` in its folder, as `locked`.

    A folder made for the lock is removed if it is empty at the end.

    Args:
        file: the file, which need not exist. The lock of a symbolic link is that of its target.

    Raises:
        InputError: if another process, or this one, holds the lock, or the folder cannot be written.
    """
    target = file.resolve()
    missing = [folder for folder in target.parents if not os.access(folder, os.F_OK)]
    try:
        with _held(target.with_name(f".{target.name}{LOCK}"), file, "file"):
            yield
    finally:
        with suppress(OSError):
            for folder in missing:  # innermost first
                folder.rmdir()


@contextmanager
def _held(path: Path, target: Path, noun: str) -> Iterator[None]:
    """Hold the lock at a path.

    Args:
        path: the file that is locked.
        target: the folder or file that it protects, for messages.
        noun: `"folder"` or `"file"`, for messages.
    """
    if path in _HELD:
        raise _refusal(target, noun, str(os.getpid()))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = _acquire(path, target, noun)
    except OSError as error:
        raise InputError(f"cannot write here: {error.strerror or error}", source=target) from error
    _HELD.add(path)
    try:
        yield
    finally:
        _HELD.discard(path)
        _release(path, file)


def _acquire(path: Path, target: Path, noun: str) -> int:
    """An open file that is locked, and still the one of this path: its last owner may have removed it meanwhile."""
    while True:
        file = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o666)
        if not _lock(file):
            owner = os.read(file, _LONGEST).decode("ascii", "replace").strip()
            os.close(file)
            raise _refusal(target, noun, owner)
        if _is_at(path, file):
            os.ftruncate(file, 0)
            os.write(file, str(os.getpid()).encode())
            return file
        os.close(file)


def _is_at(path: Path, file: int) -> bool:
    try:
        return os.path.samestat(os.fstat(file), path.stat())
    except FileNotFoundError:
        return False


def _lock(file: int) -> bool:
    """Acquire the lock without waiting; return False if another process holds it. True without support for locks."""
    try:
        if sys.platform == "win32":
            os.lseek(file, _OFFSET, os.SEEK_SET)
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
            os.lseek(file, 0, os.SEEK_SET)
        else:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # unlike flock, not inherited by a fork
    except (BlockingIOError, PermissionError):
        return False
    except OSError:
        return True
    return True


def _release(path: Path, file: int) -> None:
    if sys.platform == "win32":  # an open file cannot be removed there
        os.close(file)
    with suppress(OSError):
        path.unlink(missing_ok=True)
    if sys.platform != "win32":
        os.close(file)


def _refusal(target: Path, noun: str, process: str) -> InputError:
    return InputError(
        f"process {process or 'of unknown number'} is writing to this {noun}; wait until it ends, or pass another "
        f"{argument('out')}",
        source=target,
    )
