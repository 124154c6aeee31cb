"""Worker processes: they end with the process that started them, and the loss of one is a single message."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures.process import BrokenProcessPool
from functools import lru_cache
from typing import Any

import joblib

from treenn.trees import InputError

_SECONDS = 0.5


class WorkerKilled(InputError):
    """A worker process was killed from outside.

    Args:
        jobs: what the message calls the number of workers.
    """

    def __init__(self, jobs: str = "jobs") -> None:
        super().__init__(
            "a worker process was killed, most often because memory ran out; what is finished is kept: run the same "
            f"again with fewer {jobs}"
        )


def run_side_by_side(
    function: Callable[..., Any],
    calls: Iterable[tuple[Any, ...]],
    jobs: int | None,
    done: Callable[[Any], None] = lambda result: None,
) -> None:
    """Call a function with each of these arguments, through joblib.

    Args:
        function: what to call.
        calls: the arguments of each call.
        jobs: the number of worker processes on this machine; if None, joblib's configuration decides.
        done: called with each result, in the order in which they come.

    Raises:
        WorkerKilled: if a worker process was killed.
    """
    tasks = (joblib.delayed(_call)(os.getpid(), function, arguments) for arguments in calls)
    return_as = "list" if jobs is None else "generator_unordered"
    try:
        for result in joblib.Parallel(n_jobs=jobs, batch_size=1, return_as=return_as)(tasks):
            done(result)
    except BrokenProcessPool:
        raise WorkerKilled from None


def _call(parent: int, function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
    if os.getppid() == parent:
        end_with(parent)
    return function(*arguments)


@lru_cache(maxsize=1)
def end_with(parent: int) -> None:
    """End this process when its parent has ended, by whatever signal, and leave the terminal's signals to the parent.

    A cluster's worker, or a process whose parent is another one, is left as it is.
    """
    if os.getppid() != parent:
        return
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_watch, args=(parent,), daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_SECONDS)
    os._exit(1)
