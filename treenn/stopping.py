"""Signals that stop a command, and errors of the system: each ends it in one line."""

from __future__ import annotations

import functools
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import NoReturn

_SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


class Stopped(SystemExit):
    """The process was asked to stop; workers are ended and temporary files removed on the way out."""

    def __init__(self, number: int) -> None:
        self.signal = signal.Signals(number).name
        super().__init__(128 + number)


def ends_in_one_line(command: Callable[[], None]) -> Callable[[], None]:
    """Decorate the function of a command: SIGINT, SIGTERM and SIGHUP raise `Stopped` in it.

    The exit code is 128 plus the signal's number; 2 for an error of the system with a file.
    """

    @functools.wraps(command)
    def run() -> None:
        try:
            with _stopping():
                command()
        except Stopped as stop:
            _say(f"stopped by {stop.signal}")
            raise
        except OSError as error:
            if error.filename is None:
                raise
            _say(f"error: {os.fsdecode(error.filename)}: {error.strerror or error}")
            sys.exit(2)

    return run


@contextmanager
def _stopping() -> Iterator[None]:
    """Handlers for the signals that are not ignored (as `nohup` has SIGHUP ignored), in the main thread."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in _SIGNALS}
    try:
        for number, handler in before.items():
            if handler != signal.SIG_IGN:
                signal.signal(number, _stop)
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _stop(number: int, frame: FrameType | None) -> NoReturn:
    raise Stopped(number)


def _say(line: str) -> None:
    with suppress(OSError, ValueError):  # the terminal may be gone
        print(line, file=sys.stderr)
