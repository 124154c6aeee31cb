"""Networks that a comparison trained, for their evaluation on the test sets of another treebank."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from treebanks import AnyTreebank
from treenn.experiment.execute import RunSpecs
from treenn.experiment.gather import check_inside, read_run
from treenn.experiment.plan_record import PLAN_SCHEMA, ComparedModel, TaskOutline
from treenn.experiment.reload import reload
from treenn.experiment.results import PLAN, RUNS
from treenn.experiment.run_record import TimeMatch
from treenn.experiment.run_spec import RunSpec, fingerprint
from treenn.models.saving import load_model
from treenn.models.settings import Settings
from treenn.training.run import Run
from treenn.training.run_results import TrainingResults, read_training
from treenn.trees.errors import InputError

_SEEN = ("train", "dev")


@dataclass(frozen=True)
class _TrainedRun:
    """A network of a comparison: its folder, the trees that it reads, its results and a hash of its training data."""

    folder: Path
    model: ComparedModel
    results: TrainingResults
    data: str

    def is_of(self, spec: RunSpec, data: str | None) -> bool:
        """True if a run has the same training data, settings, vectors, input variant and limit of training time."""
        recorded = asdict(Settings()) | dict(self.results.settings)
        same_settings = all(recorded[name] == value for name, value in spec.recorded_settings.items())
        same_vectors = [each.file for each in self.results.vectors] == spec.vector_files
        same_trees = (self.model.trees, self.model.shuffle) == (spec.trees, spec.shuffle)
        same_input = same_vectors and same_trees and self.data == data
        return same_settings and same_input and self.is_matched_in_time == (spec.time_match is not None)

    @property
    def is_matched_in_time(self) -> bool:
        """Whether its epochs were limited to another network's training time."""
        return read_run(_evaluation(self.folder)).time_match is not None


def find_trained(runs: RunSpecs, treebanks: Mapping[str, AnyTreebank], comparison: Path) -> dict[str, Path]:
    """The folder of the trained network of each run that is not a baseline, by the run's file.

    Args:
        runs: the runs.
        treebanks: their treebanks, by `RunSpec.data`.
        comparison: the folder of a comparison that was evaluated on its own test sets.

    Raises:
        InputError: if there is no comparison, its treebank is missing, or it lacks an evaluated run of the same
            settings, vectors and trees on the same train and dev.
    """
    trained = list(_trained_runs(comparison))
    data = {key: fingerprint(treebank, _SEEN) for key, treebank in treebanks.items()}
    found: dict[str, Path] = {}
    for file, spec in runs.items():
        if spec.baseline is not None:
            continue
        folder = next((each.folder for each in trained if each.is_of(spec, data.get(spec.data))), None)
        if folder is None:
            raise InputError(
                f"this comparison has no evaluated run of {spec.title} with the same settings, vectors, trees, train "
                "and dev",
                source=comparison,
            )
        found[file] = folder
    return found


def _trained_runs(comparison: Path) -> Iterator[_TrainedRun]:
    """The networks of a comparison that were evaluated."""
    if not (comparison / PLAN).exists():
        raise InputError(f"this folder holds no comparison: it has no {PLAN}", source=comparison)
    outline = PLAN_SCHEMA.read(comparison / PLAN)
    models = {model.name: model for model in outline.models}
    for task in outline.tasks:
        data = _training_data(task, comparison)
        for entry in task.planned:
            check_inside(comparison / RUNS, entry.run)
            folder = comparison / RUNS / entry.run
            if folder.is_dir() and _evaluation(folder).exists() and entry.model in models:
                yield _TrainedRun(folder, models[entry.model], read_training(folder), data)


def _training_data(task: TaskOutline, comparison: Path) -> str:
    treebank = reload(task.treebank)
    if treebank is None:
        raise InputError(f"the treebank of this comparison, {task.treebank.name}, is missing", source=comparison)
    return fingerprint(treebank, _SEEN)


def _evaluation(folder: Path) -> Path:
    """The file of a run's evaluation in its comparison, next to the folder of its model."""
    return folder.with_name(f"{folder.name}.json")


def load_trained(spec: RunSpec, treebank: AnyTreebank, folder: Path) -> tuple[Run, TimeMatch | None]:
    """Load a trained network as the network of a run on another treebank, and the matching of its training time.

    Args:
        spec: the run.
        treebank: its treebank.
        folder: the folder of the network.
    """
    trust = [spec.settings.model.partition(":")[0]]
    network = load_model(folder, contextual=spec.settings.contextual or (), trust=trust)
    results = replace(read_training(folder), treebank=treebank.name, split_data={})
    return Run(network, spec.settings, results), read_run(_evaluation(folder)).time_match
