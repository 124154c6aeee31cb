"""`tune`: random search over settings, judged on dev."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from treenn.datasets.loading import resolved
from treenn.experiment.execute import Job, check_local_device, execute, experiment_dir
from treenn.experiment.input_variants import input_variant
from treenn.experiment.run import load, train_network
from treenn.experiment.run_spec import RunSpec, fingerprint, name_of
from treenn.experiment.search.log import TRIALS, TRIALS_SCHEMA, SearchLog, Trial, collect
from treenn.experiment.search.sampling import Search
from treenn.models.network import NonFiniteError
from treenn.models.settings import SettingValues
from treenn.runtime.progress import Progress, ignore
from treenn.tasks import head_maker
from treenn.training.divergence import Diverged
from treenn.training.run_dir import check_run_dir
from treenn.training.run_marker import SEARCH, RunMarker
from treenn.trees.arguments import AnyPath, Device, Runs, checked
from treenn.trees.atomic_writing import write_text
from treenn.trees.errors import InputError
from treenn.trees.json_records import from_json
from treenn.trees.json_values import dump_json, read_object

_SPLITS = ("train", "dev")


@dataclass(frozen=True)
class SearchIdentity:
    """run.json of a search: all but the number of trials, with True for each model."""

    treebank: str
    vectors: tuple[str, ...]
    metric: str | None
    space: SettingValues
    settings: SettingValues
    models: Mapping[str, bool]
    matched_to: str
    input_trees: str = "gold"


@checked
def tune(
    search: Search,
    out: AnyPath,
    *,
    overwrite: bool = False,
    jobs: Runs | None = 1,
    device: Device = "cpu",
    progress: Progress = ignore,
    command: str = "",
) -> SearchLog:
    """Carry out a search, and return its log (see `treenn.experiment.search.log`), which is also `out/trials.json`.

    Trials are judged on dev; no test split is evaluated. An interrupted search is resumed, also with more trials or
    models.

    Args:
        search: the search.
        out: the search's folder; each trial is a file in its folder `trials`.
        overwrite: whether to replace what a treenn command left in `out` (default: False).
        jobs: the number of worker processes on this machine (default: 1); if None, `joblib.parallel_config` decides.
        device: `"cpu"` or `"cuda"`, which all trials share (default: `"cpu"`).
        progress: called with the thousandths of all trials that are done, their number and a text: for each at the
            start, then for every batch.
        command: the command that the log names.

    Raises:
        InputError: if the treebank or the vectors cannot be read, `out` cannot be written, holds anything else or is in
            use by another process, dev has no labels for the metric, or a worker process is killed.
    """
    check_local_device(jobs, device)
    out = Path(out)
    check_run_dir(out, run_of(search), resume=True, overwrite=overwrite)
    treebank, vectors = load(resolved(search.treebank), tuple(map(str, search.vectors)))
    search = search if treebank.origin is None else replace(search, treebank=treebank)
    input_size = sum(file.size for file in vectors) or search.settings.word_size
    make_head, examples = head_maker(treebank), len(treebank.train)
    specs = search.runs(input_size, make_head, fingerprint(treebank, _SPLITS), examples)
    runs = {f"trials/{spec.name}.json": spec for spec in specs}
    with experiment_dir(out, run_of(search), runs, overwrite=overwrite):
        execute(runs, out, _trial, jobs=jobs, device=device, progress=progress, command=command, noun="trials")
        log = collect(search, treebank, [_read_trial(out / file) for file in runs], command)
        write_text(out / TRIALS, dump_json(TRIALS_SCHEMA.to_json(log), indent=1) + "\n", make_folder=False)
    return log


def run_of(search: Search) -> RunMarker:
    """The search that `run.json` records: all but the number of trials, of which there may be more on resuming."""
    return RunMarker(
        SEARCH,
        SearchIdentity(
            treebank=name_of(search.treebank),
            vectors=tuple(map(str, search.vectors)),
            metric=search.metric,
            space=search.space.as_dict(),
            settings=asdict(search.settings),
            models=dict.fromkeys(search.models, True),
            matched_to=search.models[0],
            input_trees=search.input_trees,
        ),
    )


def _read_trial(file: Path) -> Trial:
    """The results of a trial."""
    return from_json(Trial, read_object(file), file)


def _trial(spec: RunSpec, job: Job) -> Trial:
    """Train one model; its results on dev, or the failure if its loss or gradient becomes NaN or infinite."""
    treebank, _ = load(spec.treebank, spec.vectors)
    splits: Any = {split: treebank.splits[split] for split in _SPLITS}
    read = input_variant(replace(treebank, splits=splits), spec.trees, shuffle=False, seed=spec.settings.seed)
    assert spec.trial is not None and spec.drawn is not None
    trial = Trial(spec.label, spec.trial, spec.drawn, asdict(spec.settings), failure=None, dev=None)
    try:
        results = train_network(spec, read, job, out=None).results
    except NonFiniteError as error:
        return replace(trial, failure=str(error))
    except InputError as error:
        if not isinstance(error.__context__, Diverged):
            raise
        return replace(trial, failure=str(error.__context__))
    return replace(
        trial,
        dev=results.metrics["dev"],
        parameters=results.parameters,
        best_epoch=results.best_epoch,
        epochs=results.epochs,
        seconds=results.seconds,
        environment=results.environment,
        code=results.code,
        cpu_seconds=results.cpu_seconds,
    )
