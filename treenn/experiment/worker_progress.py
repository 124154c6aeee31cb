"""Progress reporting from worker processes."""

from __future__ import annotations

import os
import queue
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing.managers import SyncManager
from pathlib import Path
from typing import Any

from treenn.experiment.workers import end_with

Progress = Callable[[str, int, int, str], None]
"""Told the run's name, its batches done, their number, and a line that says how it goes."""

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
    """For the process that holds the queue: signals to a whole process group are for its parent alone."""
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
def watching(progress: Progress, folder: Path, runs: Sequence[str]) -> Iterator[Progress]:
    """For workers that may be on other machines, where no queue reaches: a run is told of when its file is there.

    Args:
        progress: what to tell.
        folder: where the files land.
        runs: the names of all runs.
    """
    over, waiting = threading.Event(), dict.fromkeys(runs)

    def look() -> None:
        for run in [run for run in waiting if (folder / f"{run}.json").exists()]:
            del waiting[run]
            progress(run, 1, 1, "done")

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
    """A progress callback that goes to any worker, and tells nobody."""
