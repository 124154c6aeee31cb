"""`execute`: runs with worker processes or on a cluster, each on disk when it ends; finished runs are skipped."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from treenn.experiment.folder_lock import locked
from treenn.experiment.run_spec import RunSpec
from treenn.experiment.version_0_1 import adopt
from treenn.experiment.worker_progress import Progress, across_processes, ignore, watching
from treenn.experiment.workers import run_side_by_side
from treenn.models.settings import Settings, upgrade_settings
from treenn.runtime.environment import safe_path
from treenn.training import Progress as TrainingProgress
from treenn.training.run_dir import Run, check_run_dir, check_still_there, open_run_dir, writing_to
from treenn.training.train_step import check_device
from treenn.trees.arguments import Device
from treenn.trees.errors import InputError, argument
from treenn.trees.files import write_text
from treenn.trees.json_values import dump_json, read_object


@dataclass(frozen=True)
class Job:
    """The circumstances of a run, for the function that carries it out.

    Args:
        file: the file of the run's results.
        device: `"cpu"` or `"cuda"`.
        command: the command that the results name.
        progress: called after every batch.
    """

    file: Path
    device: Device
    command: str
    progress: TrainingProgress


Work = Callable[[RunSpec, Job], Mapping[str, Any] | None]
"""Carries out a run and returns its results, or None if it has written them to `Job.file`."""

Runs = Mapping[str, RunSpec]
"""Runs by the file of their results, relative to the output folder."""


def check_local_device(jobs: int | None, device: Device) -> None:
    """Validate that this machine has the device, unless a cluster (`jobs=None`) carries out the runs.

    Raises:
        InputError: if it has not.
    """
    if jobs is not None:
        check_device(device)


@contextmanager
def experiment_dir(out: Path, run: Run, runs: Runs, *, overwrite: bool) -> Iterator[None]:
    """Lock an output folder and make it ready for `execute`.

    Args:
        out: the folder.
        run: the experiment, as the folder's `run.json` records it.
        runs: the runs of the experiment.
        overwrite: whether to replace what a treenn command left in the folder.

    Raises:
        InputError: if another process writes to the folder, it holds anything else, or a run in it is of other
            settings.
    """
    check_run_dir(out, run, resume=True, overwrite=overwrite)
    with locked(out):
        if not overwrite:
            adopt(out, runs)
            _finished(out, runs)
        open_run_dir(out, run, resume=True, overwrite=overwrite)
        with writing_to(out):
            yield


def execute(
    runs: Runs,
    folder: Path,
    work: Work,
    *,
    jobs: int | None,
    device: Device = "cpu",
    progress: Progress = ignore,
    command: str = "",
) -> None:
    """Carry out the runs that are not finished, in a folder that `experiment_dir` opened.

    Runs with a `time_match` follow when all others are finished.

    Args:
        runs: the runs, by the file of their results.
        folder: the output folder.
        work: carries out one run; a function of a module, which worker processes can import.
        jobs: the number of worker processes on this machine; if None, `joblib.parallel_config` decides.
        device: `"cpu"` or `"cuda"` (default: `"cpu"`).
        progress: called for all runs at the start, then with `jobs` for every batch, else for every run that ends.
        command: the command that the results name.

    Raises:
        InputError: if there is no such device, a worker process is killed, or a run cannot be carried out.
    """
    check_local_device(jobs, device)
    finished = _finished(folder, runs)
    for file, spec in runs.items():
        progress(file, int(file in finished), 1, f"{spec.title}: {'done before' if file in finished else 'waiting'}")
    left = {file: spec for file, spec in runs.items() if file not in finished}
    for is_matched in (False, True):
        part = {file: spec for file, spec in left.items() if (spec.time_match is not None) is is_matched}
        _side_by_side(part, folder, work, jobs, device, progress, command)


def _side_by_side(
    runs: Runs, folder: Path, work: Work, jobs: int | None, device: Device, progress: Progress, command: str
) -> None:
    if not runs:
        return
    if jobs is None:
        reporting = watching(progress, folder, {file: spec.title for file, spec in runs.items()})
    else:
        jobs = min(jobs, len(runs))
        reporting = across_processes(progress, jobs)
    with safe_path(), reporting as report:
        calls = ((spec, file, folder, work, device, command, report) for file, spec in runs.items())
        run_side_by_side(_carry_out, calls, jobs)


def _carry_out(
    spec: RunSpec, file: str, folder: Path, work: Work, device: Device, command: str, report: Progress
) -> None:
    """Carry out one run in this process, with one thread, and write its results."""

    def progress(done: int, total: int, text: str) -> None:
        report(file, done, total + 1, f"{spec.title}: {text}")

    check_still_there(folder)
    with _one_thread():
        results = work(spec, Job(folder / file, device, command, progress))
    if results is not None:
        text = dump_json(results) + "\n"
        check_still_there(folder)
        write_text(folder / file, text)
    report(file, 1, 1, f"{spec.title}: done")


@contextmanager
def _one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def _finished(folder: Path, runs: Runs) -> set[str]:
    return {file for file, spec in runs.items() if is_finished(folder / file, spec)}


def is_finished(file: Path, spec: RunSpec) -> bool:
    """Return True if a run is finished: its results exist and record its settings and vectors, whatever the commit.

    Raises:
        InputError: if the results are of other settings or other word vectors.
    """
    if not file.exists():
        return False
    results = read_object(file, {"settings": dict})
    # A run of an older treenn had no other settings than these; what it lacks was as it is by default now.
    recorded = asdict(Settings()) | upgrade_settings(results["settings"])
    remedy = f"remove the folder, or pass another {argument('out')}"
    for name, value in spec.recorded_settings.items():
        if recorded[name] != value:
            raise InputError(f"this run has {argument(name)} {recorded[name]}, not {value}; {remedy}", source=file)
    if spec.baseline is None and "vectors" in results:
        files = [vectors["file"] for vectors in results["vectors"]]
        if files != spec.vector_files:
            had, wanted = (", ".join(names) or "none" for names in (files, spec.vector_files))
            raise InputError(f"this run has the word vectors {had}, not {wanted}; {remedy}", source=file)
    return True
