"""Handling of signals and system errors, which end a command with a one-line message."""

from __future__ import annotations

import functools
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any, NoReturn

SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
"""The signals that stop a command: Ctrl-C, `kill`, and a closed terminal."""


class Stopped(SystemExit):
    """The process received a signal; workers are ended and temporary files removed while it propagates.

    Args:
        number: the number of the signal.
    """

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(128 + number)


def ends_in_one_line(command: Callable[[], None]) -> Callable[[], None]:
    """Decorate the function of a command, in which `SIGNALS` raise `Stopped`.

    The exit code is 128 plus the number of the signal, or 2 for a system error with a file.
    """

    @functools.wraps(command)
    def run() -> None:
        received, hook = list[int](), threading.excepthook
        try:
            with _handled(functools.partial(_stop, received)):
                command()
            if received:  # if it was caught, for example by the import of a library
                raise Stopped(received[0])
        except BaseException as error:
            if received:  # also for other errors that it caused
                _say(f"stopped by {signal.Signals(received[0]).name}")
                raise Stopped(received[0]) from None
            if not isinstance(error, OSError) or error.filename is None:
                raise
            _say(f"error: {os.fsdecode(error.filename)}: {error.strerror or error}")
            sys.exit(2)
        finally:
            threading.excepthook = hook

    return run


@contextmanager
def deferred_signals() -> Iterator[None]:
    """Defer `SIGNALS` to the end of this context, which must not be interrupted.

    Ctrl-C is blocked, also in processes that are started here, so that only the parent process handles it.
    """
    received = list[int]()
    with _handled(lambda number, frame: received.append(number)), _blocked(signal.SIGINT):
        yield
    for number in received[:1]:
        signal.raise_signal(number)


@contextmanager
def _blocked(number: int) -> Iterator[None]:
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {number})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _handled(handler: Callable[[int, FrameType | None], Any]) -> Iterator[None]:
    """Handle `SIGNALS` in the main thread, except for ignored ones (`nohup` ignores SIGHUP)."""
    before = {}
    if threading.current_thread() is threading.main_thread():
        before = {number: signal.getsignal(number) for number in SIGNALS}
    try:
        for number, old in before.items():
            if old != signal.SIG_IGN:
                signal.signal(number, handler)
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)


def _stop(received: list[int], number: int, frame: FrameType | None) -> NoReturn:
    """Raise `Stopped`. A second Ctrl-C ends the process immediately; other signals are ignored from here on."""
    received.append(number)
    threading.excepthook = lambda arguments: None  # of joblib's threads, whose workers are killed
    for stopping in SIGNALS:
        signal.signal(stopping, signal.SIG_IGN if stopping != signal.SIGINT else _exit)
    raise Stopped(number)


def _exit(number: int, frame: FrameType | None) -> NoReturn:
    os._exit(128 + number)


def _say(line: str) -> None:
    with suppress(OSError, ValueError):  # the terminal may be closed
        print(line, file=sys.stderr)
