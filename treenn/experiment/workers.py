"""Worker processes, which end with their parent; the loss of one is a single error."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager, suppress
from multiprocessing import resource_tracker as mp_tracker
from typing import Any

import joblib
import torch
from joblib.externals.loky import get_reusable_executor
from joblib.externals.loky.backend import resource_tracker as loky_tracker

from treenn.runtime.stopping import deferred_signals
from treenn.trees.errors import InputError, argument

_SECONDS = 0.5
_WORKER = "LokyProcess"  # not a cluster's worker, nor a thread


class WorkerKilled(InputError):
    """Unexpected termination of a worker process, most often by the out-of-memory killer."""

    def __init__(self) -> None:
        super().__init__(
            "a worker process was killed, most often because memory ran out; what is finished is kept: run the same "
            f"again with fewer {argument('jobs')}"
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
    tasks = (joblib.delayed(function)(*arguments) for arguments in calls)
    try:
        with _started(tasks, jobs) as results:
            for result in results:
                done(result)
    except BrokenProcessPool:
        raise WorkerKilled from None
    except BaseException:
        _end_workers()
        raise


@contextmanager
def one_thread() -> Iterator[None]:
    """Compute with one thread of torch, so that results do not depend on the number of cores."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


@contextmanager
def _started(tasks: Iterable[Any], jobs: int | None) -> Iterator[Iterable[Any]]:
    """Start the calls, and yield an iterator of their results; no signal interrupts the start of the workers."""
    if jobs is None:
        lazily = joblib.parallel.get_active_backend()[0].supports_return_generator
        results = joblib.Parallel(batch_size=1, return_as="generator_unordered" if lazily else "list")(tasks)
        try:
            yield results
        finally:
            if lazily:
                _close(results)
        return
    if os.name == "posix" and jobs > 1:
        mp_tracker.ensure_running()  # else joblib starts them below, and they unblock signals
        loky_tracker.ensure_running()
    with ExitStack() as stack:
        with deferred_signals():
            bound = {"initializer": end_with, "initargs": (os.getpid(),)} if jobs > 1 else {}
            results = joblib.Parallel(n_jobs=jobs, batch_size=1, return_as="generator_unordered", **bound)(tasks)
            stack.callback(_close, results)
        yield results
        if jobs > 1:  # an exit handler would wait for idle workers, where Ctrl-C is a traceback
            get_reusable_executor(reuse=True).shutdown(kill_workers=True)


def _close(results: Any) -> None:
    """End running calls, without joblib's warning about unfetched results."""
    with warnings.catch_warnings(action="ignore"):
        results.close()


def _end_workers() -> None:
    """Kill the workers that joblib has not killed."""
    for process in multiprocessing.active_children():
        if process.name.startswith(_WORKER) and process.pid is not None:
            with suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGKILL)  # loky's processes have no kill()


def end_with(parent: int) -> None:
    """End this process when its parent ends, for whatever reason; ignore Ctrl-C, which the parent handles."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_watch, args=(parent,), daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_SECONDS)
    os._exit(1)
