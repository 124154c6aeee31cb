"""`execute`: runs with worker processes or on a cluster, each on disk when it ends; finished runs are skipped."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from treenn.experiment.run_spec import RunSpec
from treenn.experiment.version_0_1 import adopt
from treenn.experiment.worker_progress import RunsProgress, across_processes, watching
from treenn.experiment.workers import one_thread, run_side_by_side
from treenn.models.settings import Settings, upgrade_settings
from treenn.runtime.environment import safe_path
from treenn.runtime.progress import Progress, ignore
from treenn.training.folder_lock import locked
from treenn.training.run_dir import check_run_dir, check_still_there, open_run_dir, writing_to
from treenn.training.run_marker import RunMarker
from treenn.training.train_step import check_device
from treenn.trees.arguments import Device
from treenn.trees.atomic_writing import write_text
from treenn.trees.errors import InputError, argument
from treenn.trees.json_records import to_json
from treenn.trees.json_values import dump_json, read_object


@dataclass(frozen=True)
class Job:
    """The circumstances of a run, for the function that carries it out.

    Args:
        folder: the output folder of the experiment.
        file: the file of the run's results.
        device: `"cpu"` or `"cuda"`.
        command: the command that the results name.
        progress: called after every batch.
    """

    folder: Path
    file: Path
    device: Device
    command: str
    progress: Progress


Work = Callable[[RunSpec, Job], object]
"""Carries out a run and returns its results, a dataclass, or None if it has written them to `Job.file`."""

RunSpecs = Mapping[str, RunSpec]
"""RunSpecs by the file of their results, relative to the output folder."""


def check_local_device(jobs: int | None, device: Device) -> None:
    """Validate that this machine has the device, unless a cluster (`jobs=None`) carries out the runs.

    Raises:
        InputError: if it has not.
    """
    if jobs is not None:
        check_device(device)


@contextmanager
def experiment_dir(out: Path, run: RunMarker, runs: RunSpecs, *, overwrite: bool) -> Iterator[None]:
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
    runs: RunSpecs,
    folder: Path,
    work: Work,
    *,
    jobs: int | None,
    device: Device = "cpu",
    progress: Progress = ignore,
    command: str = "",
    noun: str = "runs",
    finished: Collection[str] | None = None,
) -> None:
    """Carry out the runs that are not finished, in a folder that `experiment_dir` opened.

    RunSpecs with a `time_match` follow when all others are finished.

    Args:
        runs: the runs, by the file of their results.
        folder: the output folder.
        work: carries out one run; a function of a module, which worker processes can import.
        jobs: the number of worker processes on this machine; if None, `joblib.parallel_config` decides.
        device: `"cpu"` or `"cuda"` (default: `"cpu"`).
        progress: called with the thousandths of all runs that are done, their number and a text: for each run at the
            start, then with `jobs` for every batch, else for every run that ends.
        command: the command that the results name.
        noun: the runs in the text (default: `runs`).
        finished: the files of the finished runs (default: those that exist).

    Raises:
        InputError: if there is no such device, a worker process is killed, or a run cannot be carried out.
    """
    check_local_device(jobs, device)
    finished = _finished(folder, runs) if finished is None else finished
    report = RunsProgress(progress, {file: spec.title for file, spec in runs.items()}, noun)
    for file in runs:
        report(file, int(file in finished), 1, "done before" if file in finished else "waiting")
    for is_matched in (False, True):
        part = [file for file in runs if file not in finished and (runs[file].time_match is not None) is is_matched]
        n_jobs = None if jobs is None else max(1, min(jobs, len(part)))
        reporting = watching(report, folder, part) if n_jobs is None else across_processes(report, n_jobs)
        with safe_path(), reporting as progress_of:
            jobs_of_runs = [Job(folder, folder / file, device, command, progress_of(file)) for file in part]
            calls = ((runs[file], work, job) for file, job in zip(part, jobs_of_runs, strict=True))
            run_side_by_side(_carry_out, calls, n_jobs)


def _carry_out(spec: RunSpec, work: Work, job: Job) -> None:
    """Carry out one run in this process, with one thread, and write its results."""

    def progress(done: int, total: int, text: str) -> None:
        job.progress(done, total + 1, text)

    check_still_there(job.folder)
    with one_thread():
        results = work(spec, replace(job, progress=progress))
    if results is not None:
        text = dump_json(to_json(results)) + "\n"
        check_still_there(job.folder)
        write_text(job.file, text)
    job.progress(1, 1, "done")


def _finished(folder: Path, runs: RunSpecs) -> set[str]:
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
    if spec.baseline is None and spec.trial is None:  # the vectors of trials are in their search's run.json
        files = [vectors["file"] for vectors in results.get("vectors", ())]
        if files != spec.vector_files:
            had, wanted = (", ".join(names) or "none" for names in (files, spec.vector_files))
            raise InputError(f"this run has the word vectors {had}, not {wanted}; {remedy}", source=file)
    return True
