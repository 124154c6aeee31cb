"""Progress reporting from worker processes."""

from __future__ import annotations

import os
import queue
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from multiprocessing.managers import SyncManager
from pathlib import Path
from typing import Any

from treenn.experiment.workers import end_with

Progress = Callable[[str, int, int, str], None]
"""Called with a run's file, its batches that are done, their number, and a line of text."""

_SECONDS = 0.5


@contextmanager
def across_processes(progress: Progress, jobs: int) -> Iterator[Progress]:
    """A progress callback that workers can call from their own processes on this machine."""
    if jobs == 1:
        yield progress
        return
    manager = SyncManager()
    manager.start(_serve, (os.getpid(),))
    with manager:
        messages = manager.Queue()
        listener = threading.Thread(target=_listen, args=(messages, progress), daemon=True)
        listener.start()
        try:
            yield _Sender(messages)
        finally:
            with suppress(EOFError, OSError):
                messages.put(None)
            listener.join()


def _serve(parent: int) -> None:
    """Initialize the queue's process: it ignores signals to the process group, which its parent handles."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    if os.getppid() == parent:  # else it was started by a fork server, and ends with that
        end_with(parent)


class _Sender:
    def __init__(self, messages: queue.Queue[Any]) -> None:
        self.messages = messages

    def __call__(self, run: str, done: int, total: int, text: str) -> None:
        self.messages.put((run, done, total, text))


def _listen(messages: queue.Queue[Any], progress: Progress) -> None:
    with suppress(EOFError, OSError):  # the process that holds the queue was killed
        while (message := messages.get()) is not None:
            progress(*message)


@contextmanager
def watching(progress: Progress, folder: Path, runs: Mapping[str, str]) -> Iterator[Progress]:
    """Report each run when its file exists, for workers that may be on other machines, out of reach of a queue.

    Args:
        progress: the callback.
        folder: the folder of the files.
        runs: the title of each run by its file.
    """
    over, waiting = threading.Event(), dict(runs)

    def look() -> None:
        for file in [file for file in waiting if (folder / file).exists()]:
            progress(file, 1, 1, f"{waiting.pop(file)}: done")

    def watch() -> None:
        while not over.wait(_SECONDS):
            look()

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield ignore
    finally:
        over.set()
        watcher.join()
        look()


def ignore(run: str, done: int, total: int, text: str) -> None:
    """A progress callback that does nothing, and can be pickled."""
