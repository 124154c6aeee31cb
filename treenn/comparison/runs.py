"""Running a plan: several runs side by side, one thread each, every one on disk the moment it ends."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from multiprocessing import Manager
from pathlib import Path
from typing import Any

import joblib
import torch

import treebanks
from treebanks import Treebank
from treenn.comparison.plan import Plan, run_name
from treenn.comparison.results import collect
from treenn.environment import environment
from treenn.settings import Settings
from treenn.training import train
from treenn.trees import InputError
from treenn.vectors import WordVectors, read_vectors

Progress = Callable[[str, int, int, str], None]
"""Told of every batch: the run's name, its batches done, their number, and a line that says how it goes."""


def compare(
    plan: Plan, out: Path, *, jobs: int = 1, progress: Progress = lambda run, done, total, text: None, command: str = ""
) -> dict[str, Any]:
    """Train all models of a plan and return the results (see `treenn.comparison.results`).

    Each run has a folder under `out/runs`; a plan that was cut off goes on where it was.

    Args:
        plan: what to run.
        out: the comparison's folder.
        jobs: how many runs are trained side by side.
        progress: told of every batch of every run.
        command: what the results name as the command that made them.

    Raises:
        InputError: where the treebank or the vectors cannot be read, or `out` cannot be written.
    """
    if jobs < 1:
        raise InputError(f"--jobs {jobs}: must be 1 or more")
    treebank, vectors = _load(plan.treebank, tuple(plan.vectors))
    x_size = sum(file.size for file in vectors) or plan.recipe.word_size
    versions = environment()
    version = f"{versions['treenn']} {versions['commit']} {versions['torch']}"
    runs = [
        (settings, out / "runs" / run_name(plan, settings, version))
        for settings in plan.runs(x_size, len(treebank.classes))
    ]
    with _across_processes(progress, jobs) as report:
        tasks = (joblib.delayed(_run)(plan, settings, folder, command, report) for settings, folder in runs)
        entries = joblib.Parallel(n_jobs=jobs)(tasks)
    return collect(plan, treebank, entries, command)


@lru_cache(maxsize=1)
def _load(name: str, paths: tuple[str, ...]) -> tuple[Treebank, Sequence[WordVectors]]:
    """A worker process runs several trainings on the same data: read it once."""
    treebank = treebanks.load(name)
    return treebank, [read_vectors(path, treebank.words()) for path in paths]


def _run(plan: Plan, settings: Settings, folder: Path, command: str, report: Progress) -> dict[str, Any]:
    treebank, vectors = _load(plan.treebank, tuple(plan.vectors))
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        return train(
            treebank,
            settings,
            vectors=vectors,
            out=folder,
            resume=True,
            command=command,
            progress=lambda done, total, text: report(folder.name, done, total, text),
        ).results
    finally:
        torch.set_num_threads(threads)


@contextmanager
def _across_processes(progress: Progress, jobs: int) -> Iterator[Progress]:
    """A progress callback that workers can call from their own processes."""
    if jobs == 1:
        yield progress
        return
    with Manager() as manager:
        messages = manager.Queue()
        listener = threading.Thread(target=_listen, args=(messages, progress), daemon=True)
        listener.start()
        try:
            yield _Sender(messages)
        finally:
            messages.put(None)
            listener.join()


class _Sender:
    def __init__(self, messages: queue.Queue[Any]) -> None:
        self.messages = messages

    def __call__(self, run: str, done: int, total: int, text: str) -> None:
        self.messages.put((run, done, total, text))


def _listen(messages: queue.Queue[Any], progress: Progress) -> None:
    while (message := messages.get()) is not None:
        progress(*message)
