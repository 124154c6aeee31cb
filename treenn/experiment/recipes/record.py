"""Records of recipes: their results as JSON for the repository, without the sentences of the treebank.

Version 1. Fractions are from 0 to 1, times in seconds; missing values are `null`.

    schema, version   "treenn.recipe", 1
    name, title       the recipe's
    command, created  what made this file, and when (UTC)
    treebank          name; classes: their names in order; sizes: trees by split
    overlap           sentences of dev and test that stand in train, too: [split, number, [numbers in train]], from 1
    settings          all but the seed; vectors: the names of the files
    members           for an ensemble, the recipes whose seeds are averaged; else empty
    published         what it is compared with, or null: paper, model, runs, read_in (where, if not in the paper), and
                      figures by metric: mean, std, checked (else quoted from memory)
    unmatched         what of the published setting cannot be had here
    gold              for test: root: the class of each sentence, a digit each, `-` where there is no label
    runs              one entry a seed (an ensemble has one, with the `seeds` of each member):
        seed, command, best_epoch, parameters, embedding_parameters, seconds, trees_per_second, environment
        dev, test             the metrics of `treenn.evaluation.metrics`
        predictions           for test, a digit a sentence: root: the class; root_binary: 1 for positive
    summary           for dev and test, by metric: mean, std (n - 1), min, median, max over seeds
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from treebanks import Treebank
from treebanks.overlap import overlap
from treenn.analysis.statistics import summarize
from treenn.evaluation.ensemble import average
from treenn.evaluation.metrics import measure
from treenn.evaluation.predictions import predict
from treenn.experiment.recipes import Recipe
from treenn.experiment.recipes.reproduce import run_folder
from treenn.models.building import load_model
from treenn.runtime.environment import environment
from treenn.training.folder import RESULTS
from treenn.trees.json_records import to_json
from treenn.trees.json_values import read_object

SCHEMA, VERSION = "treenn.recipe", 1

_SPLITS = ("dev", "test")
_OF_A_RUN = (
    "seed",
    "command",
    "best_epoch",
    "parameters",
    "embedding_parameters",
    "seconds",
    "trees_per_second",
    "environment",
    *_SPLITS,
)


def record(recipe: Recipe, treebank: Treebank, out: Path, *, seeds: int, command: str) -> dict[str, Any]:
    """The record of a recipe whose runs, or whose members' runs, are done.

    Args:
        recipe: what was run.
        treebank: what it was run on.
        out: the folder of `treenn.experiment.recipes.reproduce.run_all`.
        seeds: how many runs there are.
        command: what the record names as the command that made it.
    """
    names = recipe.members or (recipe.name,)
    folders = [run_folder(out, name, seed) for name in names for seed in range(seeds)]
    runs = [_together(folders, seeds, treebank)] if recipe.members else [_entry(folder) for folder in folders]
    settings = asdict(recipe.settings)
    del settings["seed"]
    return {
        "schema": SCHEMA,
        "version": VERSION,
        "name": recipe.name,
        "title": recipe.title,
        "command": command,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "treebank": {
            "name": treebank.name,
            "classes": list(treebank.classes),
            "sizes": {split: len(trees) for split, trees in treebank.splits.items()},
        },
        "overlap": overlap(treebank),
        "settings": settings,
        "vectors": [Path(file).name for file in recipe.vectors],
        "members": list(recipe.members),
        "published": _published(recipe),
        "unmatched": list(recipe.unmatched),
        "gold": {"test": {"root": _digits(tree.label for tree in treebank.test)}},
        "runs": runs,
        "summary": {split: _summary([run[split] for run in runs]) for split in _SPLITS},
    }


def _published(recipe: Recipe) -> dict[str, Any] | None:
    if recipe.published is None:
        return None
    figures = {metric: figure._asdict() for metric, figure in recipe.published.figures.items()}
    return {**asdict(recipe.published), "figures": figures}


def _entry(folder: Path) -> dict[str, Any]:
    results = read_object(folder / RESULTS, {"predictions": dict, **dict.fromkeys(_OF_A_RUN, object)})
    found = results["predictions"]["test"]
    predictions = {name: _digits(found[name]) for name in ("root", "root_binary")}
    return {**{name: results[name] for name in _OF_A_RUN}, "predictions": {"test": predictions}}


def _together(folders: Sequence[Path], seeds: int, treebank: Treebank) -> dict[str, Any]:
    """The entry of an ensemble, made from the saved models."""
    models = [load_model(folder) for folder in folders]
    found = {split: average([predict(model, treebank.splits[split]) for model in models]) for split in _SPLITS}
    test = found["test"]
    predictions = {"root": _digits(test.classes[test.roots]), "root_binary": _digits(test.positive[test.roots])}
    return {
        "seeds": list(range(seeds)),
        "environment": environment(),
        **{split: measure(each) for split, each in found.items()},
        "predictions": {"test": predictions},
    }


def _digits(classes: Iterable[object]) -> str:
    """One character a sentence.

    >>> _digits([3, None, True])
    '3-1'
    """
    return "".join("-" if each is None else str(int(each)) for each in classes)  # type: ignore[call-overload]


def _summary(runs: Sequence[dict[str, Any]]) -> dict[str, Any]:
    columns = {name: [run[name] for run in runs] for name in runs[0] if name != "majority"}
    return {name: None if None in column else to_json(summarize(column)) for name, column in columns.items()}
