"""Comparisons: the runs of a plan, and the results of its folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from treenn.experiment.execute import check_local_device, execute, experiment_dir
from treenn.experiment.gather import gather
from treenn.experiment.plan import Plan
from treenn.experiment.results import PLAN, PLAN_SCHEMA, RUNS, ComparisonResults, TaskOutline, outline, outline_task
from treenn.experiment.run import load, train_and_analyse
from treenn.experiment.run_spec import RunSpec, fingerprint, name_of
from treenn.models.external import is_external
from treenn.models.settings import SettingValues
from treenn.runtime.progress import Progress, ignore
from treenn.tasks import task_of
from treenn.training.run_dir import COMPARISON, RunMarker, check_run_dir
from treenn.trees.arguments import AnyPath, Device, Runs, checked
from treenn.trees.files import write_text
from treenn.trees.json_values import dump_json


@dataclass(frozen=True)
class TaskIdentity:
    """A task in a comparison's run.json; True for each of its regimes."""

    supervision: Mapping[str, bool]
    match: str
    vectors: tuple[str, ...]
    settings: SettingValues


@dataclass(frozen=True)
class ModelIdentity:
    """A model in a comparison's run.json, with the fields of a plan's `Model`."""

    name: str
    model: str
    trees: str
    shuffle: bool
    settings: SettingValues
    supervision: Sequence[str] | None
    seeds: int | None
    trials: str | None


@dataclass(frozen=True)
class ComparisonIdentity:
    """run.json of a comparison: the plan without its seeds, tasks by number and treebank, models by name."""

    settings: SettingValues
    tasks: Mapping[str, TaskIdentity]
    models: Mapping[str, ModelIdentity]
    matched_to: str | None


@checked
def compare(
    plan: Plan,
    out: AnyPath,
    *,
    overwrite: bool = False,
    jobs: Runs | None = None,
    device: Device = "cpu",
    progress: Progress = ignore,
    command: str = "",
) -> ComparisonResults:
    """Carry out all runs of a plan and return the results (see `treenn.experiment.results`).

    Each run has a file and a folder under `out/runs`. An interrupted plan is resumed, also with more seeds, models or
    tasks. A finished run is not repeated, whatever commit it is of; its results record the commit.

    Without `jobs`, `joblib.parallel_config` decides: by default, runs are carried out one after another; with it, by
    worker processes or on a cluster, whose workers must see `out`, the treebanks and the vectors under the same paths,
    and should have one thread each. On Dask, with `Client` from `dask.distributed`:

        with Client("tcp://scheduler:8786"), joblib.parallel_config("dask"):
            treenn.compare(plan, out)

    and on Ray:

        ray.util.joblib.register_ray()
        with joblib.parallel_config("ray"):
            treenn.compare(plan, out)

    Args:
        plan: the plan.
        out: the comparison's folder.
        overwrite: whether to replace what a treenn command left in `out` (default: False).
        jobs: the number of worker processes on this machine (default: `joblib.parallel_config` decides).
        device: `"cpu"` or `"cuda"`, which all runs share (default: `"cpu"`).
        progress: called with the thousandths of all runs that are done, their number and a text: for each at the start,
            then with `jobs` for every batch, else for every run that ends.
        command: the command that the results name.

    Raises:
        InputError: if a treebank or the vectors cannot be read, `out` cannot be written, holds anything else or is in
            use by another process, or a worker process is killed.
    """
    check_local_device(jobs, device)
    out = Path(out).resolve()
    check_run_dir(out, run_of(plan), resume=True, overwrite=overwrite)
    tasks, specs = list[TaskOutline](), list[RunSpec]()
    for task in plan.tasks:
        treebank, files = load(task.treebank, plan.vectors_of(task))
        word_size = task.settings.get("word_size", plan.settings.word_size)
        data, input_size = fingerprint(treebank), sum(file.size for file in files) or word_size
        for regime in task.supervision:
            planned = list(plan.runs(task, regime, input_size, task_of(treebank).make_head, data))
            tasks.append(outline_task(plan, task, regime, treebank, planned))
            specs += planned
    runs = {f"{RUNS}/{spec.name}.json": spec for spec in specs}  # two regimes may share a run
    with experiment_dir(out, run_of(plan), runs, overwrite=overwrite):
        head = PLAN_SCHEMA.to_json(outline(plan, command, tasks))
        write_text(out / PLAN, dump_json(head) + "\n", make_folder=False)
        execute(runs, out, train_and_analyse, jobs=jobs, device=device, progress=progress, command=command)
        encoders = [name for spec in specs if (name := spec.settings.contextual) is not None]
        return gather(out, encoders, [module for spec in specs for module in modules_of(spec)])


def modules_of(spec: RunSpec) -> Sequence[str]:
    """The modules outside treenn that a run imports for its model and its task."""
    names = (spec.settings.model, getattr(spec.treebank, "task", None) or "")
    return [name.partition(":")[0] for name in names if is_external(name)]


def run_of(plan: Plan) -> RunMarker:
    """The comparison that `run.json` records: the plan without its seeds, of which there may be more on resuming."""
    tasks = {
        f"{number}: {name_of(task.treebank)}": TaskIdentity(
            dict.fromkeys(task.supervision, True), task.match, plan.vectors_of(task), dict(task.settings)
        )
        for number, task in enumerate(plan.tasks, start=1)
    }
    models = {model.name: ModelIdentity(**asdict(model)) for model in plan.models}
    first = None if plan.reference is None else plan.reference.name
    return RunMarker(COMPARISON, ComparisonIdentity(asdict(plan.settings), tasks, models, first))
