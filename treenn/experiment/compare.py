"""Comparisons: the runs of a plan, and the results of its folder."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from treebanks import AnyTreebank
from treebanks.grammar_treebank import GrammarTreebank
from treenn.datasets.loading import resolved
from treenn.experiment.execute import RunSpecs, check_local_device, execute, experiment_dir
from treenn.experiment.gather import gather
from treenn.experiment.ledger import Reading, configuration_of, enter, known_readings, ledger_file, read
from treenn.experiment.outline import as_described, outline, outline_task
from treenn.experiment.plan import Plan
from treenn.experiment.plan_record import PLAN_SCHEMA, ComparisonOutline, TaskOutline
from treenn.experiment.plan_spec import PlanTask
from treenn.experiment.reload import remember
from treenn.experiment.results import PLAN, RESULTS, RUNS, ComparisonResults
from treenn.experiment.run import analyse_trained, load, train_only
from treenn.experiment.run_spec import RunSpec, fingerprint, name_of
from treenn.experiment.trained_runs import find_trained
from treenn.models.external import is_external
from treenn.models.settings import SettingValues
from treenn.models.vectors import WordVectors
from treenn.runtime.progress import Progress, ignore
from treenn.tasks import head_maker
from treenn.training.run_dir import check_run_dir
from treenn.training.run_marker import COMPARISON, RunMarker
from treenn.trees.arguments import AnyPath, Device, Runs, checked
from treenn.trees.atomic_writing import write_text
from treenn.trees.errors import InputError
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
    equal_time: bool = False
    labels: str | None = None
    vectors: Sequence[str] | None = None


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
    trained: AnyPath | None = None,
    overwrite: bool = False,
    jobs: Runs | None = None,
    device: Device = "cpu",
    progress: Progress = ignore,
    command: str = "",
) -> ComparisonResults:
    """Carry out all runs of a plan and return the results (see `treenn.experiment.results`).

    The runs are trained first, and evaluated on dev. In a final stage, after all training, each is evaluated on the
    other splits; its configuration is entered in the test ledger before (`treenn.experiment.ledger`).

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
        trained: the folder of an evaluated comparison whose networks are evaluated instead of training them, on a
            treebank with the same train and dev and other test sets (default: None, train them).
        overwrite: whether to replace what a treenn command left in `out` (default: False).
        jobs: the number of worker processes on this machine (default: `joblib.parallel_config` decides).
        device: `"cpu"` or `"cuda"`, which all runs share (default: `"cpu"`).
        progress: called in each stage with the thousandths of its runs that are done, their number and a text: for each
            at the start, then with `jobs` for every batch, else for every run that ends.
        command: the command that the results name.

    Raises:
        InputError: if a treebank or the vectors cannot be read, `out` cannot be written, holds anything else or is in
            use by another process, a worker process is killed, or `trained` lacks a network of a run.
    """
    read(ledger_file())  # before any training
    how: dict[str, Any] = {"jobs": jobs, "device": device, "progress": progress, "command": command}
    source = None if trained is None else Path(trained).resolve()
    with _trained(plan, Path(out).resolve(), source, overwrite=overwrite, **how) as comparison:
        _enter(comparison, command or "treenn.compare")
        folders = {Path(file).name: folder for file, folder in comparison.trained.items()}
        execute(comparison.runs, comparison.out, partial(analyse_trained, folders=folders), **how)
        specs = comparison.runs.values()
        encoders = [name for spec in specs if (name := spec.settings.contextual) is not None]
        return gather(comparison.out, encoders, [module for spec in specs for module in modules_of(spec)])


@checked
def train_plan(
    plan: Plan,
    out: AnyPath,
    *,
    overwrite: bool = False,
    jobs: Runs | None = None,
    device: Device = "cpu",
    progress: Progress = ignore,
    command: str = "",
) -> None:
    """Train all networks of a plan, and evaluate them on dev: `compare` without its final stage.

    The arguments and errors are those of `compare`, which resumes the plan.
    """
    how: dict[str, Any] = {"jobs": jobs, "device": device, "progress": progress, "command": command}
    with _trained(plan, Path(out).resolve(), None, overwrite=overwrite, **how):
        pass


@dataclass(frozen=True)
class _Comparison:
    """A comparison's folder, the runs by the files of their results, the treebanks by fingerprint, and plan.json.

    `trained` has the folders of networks that another comparison trained, by the files of the runs.
    """

    out: Path
    runs: RunSpecs
    treebanks: Mapping[str, AnyTreebank]
    outline: ComparisonOutline
    trained: Mapping[str, Path] = field(default_factory=dict)

    def write(self) -> None:
        """Write plan.json."""
        text = dump_json(PLAN_SCHEMA.to_json(self.outline)) + "\n"
        write_text(self.out / PLAN, text, make_folder=False)


@contextmanager
def _trained(
    plan: Plan, out: Path, source: Path | None, *, overwrite: bool, command: str, **how: Any
) -> Iterator[_Comparison]:
    """Train the networks of a plan that are not finished, or find them in a source, and hold the lock on its folder."""
    check_local_device(how["jobs"], how["device"])
    check_run_dir(out, run_of(plan), resume=True, overwrite=overwrite)
    comparison = _planned(plan, out, command)
    if source is not None:
        found = find_trained(comparison.runs, comparison.treebanks, source)
        comparison = replace(comparison, trained=found)
    with experiment_dir(out, run_of(plan), comparison.runs, overwrite=overwrite):
        if (out / PLAN).exists():
            readings = PLAN_SCHEMA.read(out / PLAN).test_readings
            comparison = replace(comparison, outline=replace(comparison.outline, test_readings=readings))
        comparison.write()
        trainings = {
            f"{RUNS}/{spec.name}/{RESULTS}": spec
            for file, spec in comparison.runs.items()
            if spec.baseline is None and file not in comparison.trained and not (out / file).exists()
        }
        execute(trainings, out, train_only, noun="trainings", command=command, **how)
        yield comparison


def _planned(plan: Plan, out: Path, command: str) -> _Comparison:
    tasks, specs, treebanks = list[TaskOutline](), list[RunSpec](), dict[str, AnyTreebank]()
    for task in plan.tasks:
        treebank, files = load(resolved(task.treebank), plan.vectors_of(task))
        data, input_size = fingerprint(treebank), _input_size(plan, task, files)
        described = as_described(treebank)
        own_sizes = {
            model.name: _input_size(plan, task, load(resolved(task.treebank), plan.vectors_of(task, model))[1])
            for model in plan.models
            if model.vectors is not None
        }
        if task.fold is None:  # the ledger excludes folds, which are not test sets
            _check_name(described, data, treebanks)
            treebanks[data] = described
        task = task if treebank.origin is None else replace(task, treebank=treebank)
        for regime in task.supervision:
            make_head, examples = head_maker(treebank), len(treebank.train)
            planned = list(plan.runs(task, regime, input_size, make_head, data, examples, own_sizes))
            tasks.append(outline_task(plan, task, regime, treebank, planned))
            remember(tasks[-1].treebank, described)
            specs += planned
    runs = {f"{RUNS}/{spec.name}.json": spec for spec in specs}  # two regimes may share a run
    return _Comparison(out, runs, treebanks, outline(plan, command, tasks))


def _input_size(plan: Plan, task: PlanTask, files: Sequence[WordVectors]) -> int:
    """The width of the word vectors of files; of random vectors, if there is no file."""
    word_size: int = task.settings.get("word_size", plan.settings.word_size)
    return sum(file.size for file in files) or word_size


def _check_name(treebank: AnyTreebank, data: str, earlier: Mapping[str, AnyTreebank]) -> None:
    """Validate that no earlier treebank, by fingerprint, has the same name and other examples."""
    if any(each.name == treebank.name and key != data for key, each in earlier.items()):
        raise InputError(
            f"two treebanks of this plan are named {treebank.name!r}; must have different names: set 'name' in the "
            "dataset.toml of one"
        )


def _enter(comparison: _Comparison, source: str) -> None:
    """Enter the configurations that are not evaluated yet in the ledger, and its readings in plan.json."""
    pending = [spec for file, spec in comparison.runs.items() if not (comparison.out / file).exists()]
    if not pending:
        return
    known = list[Reading]()
    for data, treebank in comparison.treebanks.items():
        models = [(configuration_of(spec), spec.label) for spec in pending if spec.data == data]
        enter(treebank, treebank.splits, models, source)
        known += known_readings(treebank)
    found = tuple((Counter(comparison.outline.test_readings) | Counter(known)).elements())
    replace(comparison, outline=replace(comparison.outline, test_readings=found)).write()


def modules_of(spec: RunSpec) -> Sequence[str]:
    """The modules outside treenn that a run imports for its model and its task."""
    names = (spec.settings.model, getattr(spec.treebank, "task", None) or "")
    return [name.partition(":")[0] for name in names if is_external(name)]


def _number(number: int, task: PlanTask) -> str:
    """The number of a task, with its fold or its estimates if there are, so that others are another comparison."""
    if isinstance(task.treebank, GrammarTreebank):
        return f"{number}, {task.treebank.estimates}"
    return str(number) if task.fold is None else f"{number} of {task.fold.of}, seed {task.fold.seed}"


def run_of(plan: Plan) -> RunMarker:
    """The comparison that `run.json` records: the plan without its seeds, of which there may be more on resuming."""
    tasks = {
        f"{_number(number, task)}: {name_of(task.treebank)}": TaskIdentity(
            dict.fromkeys(task.supervision, True), task.match, plan.vectors_of(task), dict(task.settings)
        )
        for number, task in enumerate(plan.tasks, start=1)
    }
    models = {model.name: ModelIdentity(**asdict(model)) for model in plan.models}
    first = None if plan.reference is None else plan.reference.name
    return RunMarker(COMPARISON, ComparisonIdentity(asdict(plan.settings), tasks, models, first))
