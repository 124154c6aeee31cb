"""Running recipes: several runs side by side, one thread each, every one on disk the moment it ends."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import torch

from treebanks import Treebank
from treebanks.sentiment import load
from treenn.contextual.pretrained import locate, read_config
from treenn.experiment.recipes import Recipe
from treenn.experiment.workers import run_side_by_side
from treenn.models.settings import Settings, upgrade_settings
from treenn.models.vectors import WordVectors, read_vectors
from treenn.runtime.portable_command import portable_command
from treenn.training import train
from treenn.training.folder import RESULTS
from treenn.training.run_dir import (
    REPRODUCTION,
    Run,
    check_run_dir,
    check_still_there,
    open_run_dir,
    parts_of,
    training_run,
    writing_to,
)
from treenn.trees.arguments import AnyPath, Runs, checked
from treenn.trees.errors import InputError, argument
from treenn.trees.json_values import read_object

Progress = Callable[[int, int, str], None]
"""Called after every run with the runs done, their number, and the run that ended with what it reached on dev."""


@checked
def run_all(
    recipes: Sequence[Recipe],
    treebank: str,
    out: AnyPath,
    *,
    seeds: Runs,
    overwrite: bool = False,
    jobs: Runs = 1,
    progress: Progress = lambda done, total, text: None,
) -> None:
    """Train every recipe with the seeds 0, 1, ..., each run in a folder `out/RECIPE/seed-N` of its own.

    A run that is finished is not run again, whatever commit it is of (its `results.json` says which); one that was cut
    off goes on. Seeds come one after the other, each with all recipes, so that all recipes have as many when stopped.

    Args:
        recipes: what to train, their word vectors as paths; ensembles train nothing.
        treebank: a name for `treebanks.sentiment.load`.
        out: where the folders go.
        seeds: how many times each recipe is trained.
        overwrite: replace what a treenn command left in `out`.
        jobs: how many runs are trained side by side.
        progress: told of every run that ends.

    Raises:
        InputError: before anything is trained, where the treebank, a file of word vectors or a contextual encoder is
            missing, `out` holds anything else, or a run there has other settings than its recipe has now; where a
            worker process is killed.
    """
    out = Path(out)
    run = run_of(recipes, treebank, {} if overwrite else parts_of(out))
    check_run_dir(out, run, resume=True, overwrite=overwrite)
    check(recipes, treebank)
    runs = [(recipe, run_folder(out, recipe.name, seed), seed) for seed in range(seeds) for recipe in recipes]
    runs = [(recipe, folder, seed) for recipe, folder, seed in runs if not recipe.members]
    left = [each for each in runs if overwrite or not _is_finished(*each)]
    open_run_dir(out, run, resume=True, overwrite=overwrite)
    done = itertools.count(len(runs) - len(left) + 1)
    progress(len(runs) - len(left), len(runs), f"{len(runs) - len(left)} of {len(runs)} runs were done before")

    def report(text: str) -> None:
        number = next(done)
        progress(number, len(runs), f"{number} of {len(runs)} runs done; {text}")

    with writing_to(out):
        run_side_by_side(_run, [(*each, treebank) for each in left], jobs, report)


def run_of(recipes: Sequence[Recipe], treebank: str, before: Mapping[str, Any]) -> Run:
    """The run for the folder: recipes and seeds may be added when it is resumed, also by other recipes alone.

    Args:
        recipes: what to train.
        treebank: the name of what they are trained on.
        before: the recipes that the folder has already (`treenn.training.run_dir.parts_of`).
    """
    return Run(REPRODUCTION, {"treebank": treebank, "parts": {**before, **{each.name: {} for each in recipes}}})


def run_folder(out: Path, name: str, seed: int) -> Path:
    """Where one run of a recipe lies."""
    return out / name / f"seed-{seed}"


def check(recipes: Sequence[Recipe], treebank: str) -> None:
    """Validate that treebank, vectors and contextual encoders are here."""
    missing = dict.fromkeys(file for recipe in recipes for file in recipe.vectors if not Path(file).is_file())
    if missing:
        raise InputError(
            f"these word vectors are not here: {', '.join(missing)}; run `treenn data fetch glove`, set TREEBANKS_HOME "
            "to the folder that holds vectors/, or leave out their recipes"
        )
    for encoder in dict.fromkeys(recipe.settings.contextual for recipe in recipes):
        if encoder is not None:
            read_config(locate(encoder))
    load(treebank)


def _is_finished(recipe: Recipe, folder: Path, seed: int) -> bool:
    """Whether a run is done, and with the settings and vectors that its recipe has now."""
    if not (folder / RESULTS).exists():
        check_run_dir(folder, training_run(replace(recipe.settings, seed=seed)), resume=True)
        return False
    results = read_object(folder / RESULTS, {"settings": dict, "vectors": list[dict[str, object]]})
    # A run of an older treenn had no other settings than these, and what it lacks was as it is by default now.
    held = asdict(Settings()) | upgrade_settings(results["settings"])
    for name, value in asdict(replace(recipe.settings, seed=seed)).items():
        if held[name] != value:
            raise InputError(
                f"this run has {argument(name)} {held[name]}, where recipe {recipe.name} has {value} now; remove the "
                f"folder or give another {argument('out')}",
                source=folder,
            )
    files = [file["file"] for file in results["vectors"]]
    if files != [Path(file).name for file in recipe.vectors]:
        raise InputError(
            f"this run has the word vectors {', '.join(files) or 'of none'}, other ones than recipe {recipe.name} has "
            f"now; remove the folder or give another {argument('out')}",
            source=folder,
        )
    return True


@lru_cache(maxsize=2)
def _load(name: str, paths: tuple[str, ...]) -> tuple[Treebank, Sequence[WordVectors]]:
    """A worker process runs several trainings on the same data, with these vectors or with none: read them once."""
    treebank = load(name)
    return treebank, [read_vectors(path, treebank.words()) for path in paths]


def _run(recipe: Recipe, folder: Path, seed: int, treebank: str) -> str:
    check_still_there(folder.parent.parent)
    data, vectors = _load(treebank, recipe.vectors)
    settings = replace(recipe.settings, seed=seed)
    options = ("--recipe", recipe.name, "--treebank", treebank, "--seed", str(seed), "--out", str(folder))
    command = portable_command(["train", *options])
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        results = train(data, settings, vectors=vectors, out=folder, resume=True, command=command).results
    finally:
        torch.set_num_threads(threads)
    return f"{recipe.name}, seed {seed}: {100 * results['dev']['root']:.1f} % of dev"
