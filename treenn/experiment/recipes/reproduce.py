"""`run_all`: trains and evaluates every recipe with several seeds, each run in a separate folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from treenn.contextual.pretrained import locate, read_config
from treenn.experiment.evaluate import add_split
from treenn.experiment.execute import Job, check_local_device, execute, experiment_dir
from treenn.experiment.ledger import configuration_of, data_of, digest, enter, ledger_file, read
from treenn.experiment.recipes import Recipe
from treenn.experiment.run import load, train_network
from treenn.experiment.run_spec import RunSpec, name_of
from treenn.runtime.portable_command import portable_command
from treenn.runtime.progress import Progress, ignore
from treenn.training.run import Run
from treenn.training.run_dir import check_run_dir, parts_of
from treenn.training.run_marker import REPRODUCTION, RESULTS, RunMarker, training_run
from treenn.training.run_results import read_training
from treenn.trees.arguments import AnyPath, Device, Runs, checked
from treenn.trees.errors import InputError


@dataclass(frozen=True, kw_only=True)
class ReproductionIdentity:
    """run.json of a reproduction: its treebank, unknown for an older treenn, and its recipes, the keys of `parts`."""

    treebank: str | None = None
    parts: Mapping[str, object]


@checked
def run_all(
    recipes: Sequence[Recipe],
    treebank: str,
    out: AnyPath,
    *,
    seeds: Runs,
    overwrite: bool = False,
    jobs: Runs | None = 1,
    device: Device = "cpu",
    progress: Progress = ignore,
    command: str = "",
    test: bool = True,
) -> None:
    """Train every recipe with the seeds 0, 1, ..., each run in the folder `out/RECIPE/seed-N`.

    In a final stage, after all training, each is evaluated on test; its configuration is entered in the test ledger
    before (`treenn.experiment.ledger`), and that of each ensemble of such recipes.

    A finished run is not repeated, whatever commit it is of (its `results.json` records the commit); an interrupted one
    is resumed. Seed follows seed, each with all recipes, so that all recipes have as many seeds if stopped.

    Args:
        recipes: the recipes, their word vectors as paths; ensembles are not trained.
        treebank: a name for `treebanks.load`.
        out: the output folder.
        seeds: the number of seeds.
        overwrite: whether to replace what a treenn command left in `out` (default: False).
        jobs: the number of worker processes on this machine (default: 1); if None, `joblib.parallel_config` decides.
        device: `"cpu"` or `"cuda"`, which all runs share (default: `"cpu"`).
        progress: called in each stage with the thousandths of its runs that are done, their number and a text: for each
            at the start, then for every batch.
        command: the command that the ledger names.
        test: whether test is evaluated (default: True).

    Raises:
        InputError: before any training, if the treebank, a file of word vectors or a contextual encoder is missing,
            `out` holds anything else or is in use by another process, or a run there has other settings than its
            recipe; if a worker process is killed.
    """
    check_local_device(jobs, device)
    out = Path(out)
    run = run_of(recipes, treebank, {} if overwrite else parts_of(out))
    check_run_dir(out, run, resume=True, overwrite=overwrite)
    check(recipes, treebank)
    if test:
        read(ledger_file())
    trained = [recipe for recipe in recipes if not recipe.members]
    specs = [_spec(recipe, treebank, seed) for seed in range(seeds) for recipe in trained]
    runs = {f"{spec.label}/seed-{spec.settings.seed}/{RESULTS}": spec for spec in specs}
    if not overwrite:
        _check_unfinished(out, runs)
    with experiment_dir(out, run, runs, overwrite=overwrite):
        how: dict[str, Any] = {"jobs": jobs, "device": device, "progress": progress}
        execute(runs, out, _train, noun="trainings", **how)
        if test:
            data = data_of(load(treebank, ())[0], "test")
            evaluated = {file for file in runs if _is_evaluated((out / file).parent, data)}
            _enter([spec for file, spec in runs.items() if file not in evaluated], recipes, command)
            execute(runs, out, _evaluate, finished=evaluated, **how)


def _is_evaluated(folder: Path, data: str) -> bool:
    """True if the test split with this identity was evaluated; results of older versions do not record it."""
    results = read_training(folder)
    return "test" in results.metrics and results.split_data.get("test", data) == data


def run_of(recipes: Sequence[Recipe], treebank: str, before: Mapping[str, Any]) -> RunMarker:
    """The reproduction that `run.json` records; recipes and seeds may be added on resuming, also by other recipes.

    Args:
        recipes: the recipes.
        treebank: the name of the treebank.
        before: the recipes that the folder has already (`treenn.training.run_dir.parts_of`).
    """
    return RunMarker(
        REPRODUCTION,
        ReproductionIdentity(treebank=treebank, parts={**before, **{recipe.name: {} for recipe in recipes}}),
    )


def run_folder(out: Path, name: str, seed: int) -> Path:
    """The folder of one run of a recipe."""
    return out / name / f"seed-{seed}"


def check(recipes: Sequence[Recipe], treebank: str) -> None:
    """Validate that the treebank, word vectors and contextual encoders are on this machine."""
    missing = dict.fromkeys(file for recipe in recipes for file in recipe.vectors if not Path(file).is_file())
    if missing:
        raise InputError(
            f"these word vectors are not here: {', '.join(missing)}; run `treenn data fetch glove`, set TREEBANKS_HOME "
            "to the folder that holds vectors/, or leave out their recipes"
        )
    for encoder in dict.fromkeys(recipe.settings.contextual for recipe in recipes):
        if encoder is not None:
            read_config(locate(encoder))
    load(treebank, ())


def _spec(recipe: Recipe, treebank: str, seed: int) -> RunSpec:
    return RunSpec(replace(recipe.settings, seed=seed), treebank, tuple(recipe.vectors), label=recipe.name)


def _check_unfinished(out: Path, runs: Mapping[str, RunSpec]) -> None:
    """Validate that interrupted runs are of the settings of their recipes."""
    for file, spec in runs.items():
        if not (out / file).exists():
            check_run_dir((out / file).parent, training_run(spec.settings), resume=True)


def _enter(pending: Sequence[RunSpec], recipes: Sequence[Recipe], command: str) -> None:
    """Enter the configurations of recipes that will be evaluated, and of their ensembles, in the ledger."""
    if not pending:
        return
    treebank = load(pending[0].treebank, ())[0]
    models = {spec.label: configuration_of(spec) for spec in pending}
    for recipe in recipes:
        if any(member in models for member in recipe.members):
            of_one = configuration_of(_spec(recipe, treebank.name, 0))
            models[recipe.name] = digest([of_one, list(recipe.members)])
    enter(treebank, ["test"], [(configuration, name) for name, configuration in models.items()], command)


def _train(spec: RunSpec, job: Job) -> None:
    """Train one recipe with one seed; training writes the results itself."""
    options = ("--recipe", spec.label, "--treebank", name_of(spec.treebank), "--seed", str(spec.settings.seed))
    _trained(spec, replace(job, command=portable_command(["train", *options, "--out", str(job.file.parent)])))


def _trained(spec: RunSpec, job: Job) -> Run:
    return train_network(spec, load(spec.treebank, spec.vectors)[0], job, out=job.file.parent)


def _evaluate(spec: RunSpec, job: Job) -> None:
    """Evaluate a trained recipe on test, and add that to its results."""
    treebank, model = load(spec.treebank, spec.vectors)[0], _trained(spec, job).model
    add_split(job.file.parent, model, treebank, "test", roots_only=model.task.roots_only)
