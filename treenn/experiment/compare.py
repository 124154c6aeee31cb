"""Running a plan: several runs side by side, one thread each, every one on disk the moment it ends."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from treenn.experiment.gather import collect
from treenn.experiment.input_variants import AnyTreebank
from treenn.experiment.plan import Plan
from treenn.experiment.plan_spec import PlannedRun
from treenn.experiment.results import PLAN, RUNS, outline, outline_task
from treenn.experiment.run import carry_out, load
from treenn.experiment.worker_progress import Progress, across_processes, watching
from treenn.experiment.workers import run_side_by_side
from treenn.runtime.environment import environment
from treenn.training.run_dir import COMPARISON, Run, check_run_dir, open_run_dir, writing_to
from treenn.training.tasks import head_of
from treenn.trees.arguments import AnyPath, Runs, checked
from treenn.trees.files import write_text
from treenn.trees.json_values import dump_json


@checked
def compare(
    plan: Plan,
    out: AnyPath,
    *,
    overwrite: bool = False,
    jobs: Runs | None = None,
    progress: Progress = lambda run, done, total, text: None,
    command: str = "",
) -> dict[str, Any]:
    """Carry out all runs of a plan and return the results (see `treenn.experiment.results`).

    Each run has a file and a folder under `out/runs`. A plan that was cut off is resumed, also with more seeds, models
    or tasks than before.

    Without `jobs`, runs go where `joblib.parallel_config` says: one after the other where it says nothing, else to as
    many processes as it names or to a cluster, whose workers must see `out`, the treebanks and the vectors under the
    same paths, and should be processes of one thread each. On Dask, with `Client` from `dask.distributed`:

        with Client("tcp://scheduler:8786"), joblib.parallel_config("dask"):
            treenn.compare(plan, out)

    and on Ray:

        ray.util.joblib.register_ray()
        with joblib.parallel_config("ray"):
            treenn.compare(plan, out)

    Args:
        plan: what to run.
        out: the comparison's folder.
        overwrite: replace what a treenn command left in `out`.
        jobs: how many runs are trained side by side on this machine.
        progress: told of all runs at the start, then with `jobs` of every batch, else of every run that has ended.
        command: what the results name as the command that made them.

    Raises:
        InputError: where a treebank or the vectors cannot be read, `out` cannot be written or holds anything else, or a
            worker process is killed.
    """
    out = Path(out).resolve()
    check_run_dir(out, run_of(plan), resume=True, overwrite=overwrite)
    head, runs = outline(plan, command), []
    for task in plan.tasks:
        treebank, files = load(task.treebank, plan.vectors_of(task))
        word_size = task.settings.get("word_size", plan.settings.word_size)
        version, input_size = _version(treebank), sum(file.size for file in files) or word_size
        for regime in task.supervision:
            planned = list(plan.runs(task, regime, input_size, head_of(treebank), version))
            head["tasks"].append(outline_task(plan, task, regime, treebank, planned))
            runs += planned
    open_run_dir(out, run_of(plan), resume=True, overwrite=overwrite)
    with writing_to(out):
        write_text(out / PLAN, dump_json(head) + "\n", make_folder=False)
        for run in runs:
            progress(run.name, 0, 1, "waiting")
        _execute([run for run in runs if run.within is None], out / RUNS, jobs, progress, command)
        _execute([run for run in runs if run.within is not None], out / RUNS, jobs, progress, command)
        return collect(out, [name for run in runs if (name := run.settings.contextual) is not None])


def run_of(plan: Plan) -> Run:
    """A plan's run, for its folder: all but the seeds, which may be other ones when it is resumed."""
    tasks = {
        f"{number}: {getattr(task.treebank, 'name', task.treebank)}": {
            "supervision": dict.fromkeys(task.supervision, True),
            "match": task.match,
            "vectors": plan.vectors_of(task),
            "settings": dict(task.settings),
        }
        for number, task in enumerate(plan.tasks, start=1)
    }
    models = {model.name: asdict(model) for model in plan.models}
    first = None if plan.reference is None else plan.reference.name
    given = {"settings": asdict(plan.settings), "tasks": tasks, "models": models, "matched_to": first}
    return Run(COMPARISON, given)


def _version(treebank: AnyTreebank) -> str:
    """Of the code and of the trees: what else than a plan decides a run's result."""
    sha = hashlib.sha256()
    for split, trees in treebank.splits.items():
        sha.update("\n".join([split, *map(str, trees)]).encode("utf-8", "surrogatepass"))
    versions = environment()
    return f"{versions['treenn']} {versions['commit']} {versions['torch']} {sha.hexdigest()}"


def _execute(runs: Sequence[PlannedRun], folder: Path, jobs: int | None, progress: Progress, command: str) -> None:
    each_once = {run.name: run for run in runs}  # two regimes may want the same run
    if jobs is None:
        reporting = watching(progress, folder, list(each_once))
    else:
        jobs = max(1, min(jobs, len(each_once)))
        reporting = across_processes(progress, jobs)
    with reporting as report:
        run_side_by_side(carry_out, ((run, folder, command, report) for run in each_once.values()), jobs)
