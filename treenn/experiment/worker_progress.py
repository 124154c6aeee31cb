"""Progress reporting from worker processes."""

from __future__ import annotations

import os
import queue
import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from multiprocessing.managers import SyncManager
from pathlib import Path
from typing import Any

from treenn.experiment.workers import end_with
from treenn.runtime.progress import Progress, ignore

ProgressOf = Callable[[str], Progress]
"""Returns the callback of a run, given the file of its results."""

_SECONDS = 0.5


class RunsProgress:
    """The progress of several runs as one, in thousandths of a run.

    Args:
        progress: the callback.
        titles: the title of each run by its file.
        noun: the runs in messages, such as `runs`.
    """

    def __init__(self, progress: Progress, titles: Mapping[str, str], noun: str) -> None:
        self.progress, self.titles, self.noun = progress, titles, noun
        self.fractions = dict.fromkeys(titles, 0.0)

    def __call__(self, run: str, done: int, total: int, text: str) -> None:
        """Report the progress of one run."""
        self.fractions[run] = done / total
        runs, finished = len(self.fractions), sum(fraction == 1 for fraction in self.fractions.values())
        text = f"{finished} of {runs} {self.noun} done; {self.titles[run]}: {text}"
        self.progress(round(1000 * sum(self.fractions.values())), 1000 * runs, text)


@contextmanager
def across_processes(runs: RunsProgress, jobs: int) -> Iterator[ProgressOf]:
    """Callbacks that workers can call from their own processes on this machine."""
    if jobs == 1:
        yield partial(partial, runs)
        return
    manager = SyncManager()
    manager.start(_serve, (os.getpid(),))
    with manager:
        messages = manager.Queue()
        listener = threading.Thread(target=_listen, args=(messages, runs), daemon=True)
        listener.start()
        try:
            yield partial(partial, _send, messages)
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


def _send(messages: queue.Queue[Any], run: str, done: int, total: int, text: str) -> None:
    messages.put((run, done, total, text))


def _listen(messages: queue.Queue[Any], runs: RunsProgress) -> None:
    with suppress(EOFError, OSError):  # the process that holds the queue was killed
        while (message := messages.get()) is not None:
            runs(*message)


@contextmanager
def watching(runs: RunsProgress, folder: Path, files: Iterable[str]) -> Iterator[ProgressOf]:
    """Report each run when its file exists, for workers that may be on other machines, out of reach of a queue.

    Args:
        runs: the progress of all runs.
        folder: the folder of the files.
        files: the files of the runs that are carried out.
    """
    over, waiting = threading.Event(), list(files)

    def look() -> None:
        for file in [file for file in waiting if (folder / file).exists()]:
            waiting.remove(file)
            runs(file, 1, 1, "done")

    def watch() -> None:
        while not over.wait(_SECONDS):
            look()

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield lambda file: ignore
    finally:
        over.set()
        watcher.join()
        look()
