"""Handling of standard streams that are closed, full, or limited in their encoding."""

from __future__ import annotations

import codecs
import errno
import os
import sys
from io import TextIOWrapper
from typing import IO

CLOSED_PIPE = 141
"""The exit code if the reader of standard output has exited, as with `| head -1`: 128 plus SIGPIPE."""

_OF_WRITING = (errno.ENOSPC, errno.EIO, errno.EBADF, errno.EFBIG)
_HANDLER = "treenn.ascii"
_ASCII = dict(zip("─━│┬├└┌┐┘┴┼╵·–—−†█▉▊▋▌▍▎▏", "--|+++++++++.---+#####...", strict=True)) | {"…": "...", "±": "+-"}

_escaped: set[str] = set()


def prepare() -> bool:
    r"""Make the standard streams usable. Returns False if standard output is closed.

    A closed stream is replaced by the null device, so that no file opened later gets its descriptor. Characters that a
    stream's encoding lacks are written in ASCII: lines and blocks of drawings as `|`, `-`, `+`, `#`, others as escapes
    such as `\xe9`.
    """
    _escaped.clear()
    is_open = sys.stdout is not None
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            setattr(sys, name, _null_device("w" if number else "r"))
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper) and stream.errors in ("strict", "backslashreplace"):
            stream.reconfigure(errors=_HANDLER)
    return is_open


def failure_of(stream: IO[str]) -> OSError | None:
    """Flush a stream, and return the error, if any.

    After an error, the stream is replaced by the null device, so that Python exits normally.
    """
    try:
        stream.flush()
    except OSError as error:
        _discard(stream)
        return error
    return None


def note() -> str | None:
    """Return a note on characters that were written as escapes; None if there are none."""
    if not _escaped:
        return None
    return (
        f"{sys.stdout.encoding} lacks {len(_escaped)} of the characters, which are written as escapes; "
        "set PYTHONIOENCODING=utf-8 to print all"
    )


def outcome_of(error: OSError) -> tuple[int, str | None]:
    """Return the exit code and the message of an operating system error; the message is None for a closed pipe."""
    if isinstance(error, BrokenPipeError):
        return CLOSED_PIPE, None
    writing = error.errno in _OF_WRITING
    if error.filename is not None:
        return 1 if writing else 2, f"{error.filename}: {error.strerror}"
    return 1, f"cannot write the output: {error.strerror}" if writing else str(error)


def _null_device(mode: str) -> IO[str]:
    stream = open(os.devnull, mode, encoding="utf-8")  # noqa: PTH123, SIM115 (open until the process ends)
    os.set_inheritable(stream.fileno(), True)  # as standard streams are
    return stream


def _discard(stream: IO[str]) -> None:
    try:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, stream.fileno())
        os.close(null)
    except OSError:
        pass  # not a real file, as in tests


def _in_ascii(error: UnicodeError) -> tuple[str, int]:
    """The error handler of the streams: ASCII replacements of characters that an encoding lacks."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    missing = error.object[error.start : error.end]
    _escaped.update(letter for letter in missing if letter not in _ASCII)
    return "".join(_ASCII.get(letter) or ascii(letter)[1:-1] for letter in missing), error.end


codecs.register_error(_HANDLER, _in_ascii)
