"""The results of a comparison's folder, from the files of its runs: all of the plan's, or those that there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import treebanks
from treebanks import Treebank
from treenn.comparison.disagreement import disagreements, node_classes
from treenn.comparison.parts import CONTROLS
from treenn.comparison.results import PLAN, RESULTS, RUNS, upgrade, without
from treenn.comparison.statistics import adjusted, differences, summary
from treenn.encoders import NO_LABEL
from treenn.trees import InputError, Tree
from treenn.trees.files import read_json


def read_results(path: Path) -> dict[str, Any]:
    """The results of a comparison's folder, from its runs where it has a plan, else from results.json; or of a file.

    Raises:
        InputError: where there are none, or they are of another schema or version.
    """
    if (path / PLAN).exists():
        return collect(path)
    file = path / RESULTS if path.is_dir() else path
    return upgrade(read_json(file), file)


def collect(folder: Path) -> dict[str, Any]:
    """The results of the runs that a comparison's folder holds, all of the plan's or not, with the statistics of them.

    Raises:
        InputError: where the folder has no plan, or no run.
    """
    results: dict[str, Any] = read_json(folder / PLAN)
    plain = [each["name"] for each in results["models"] if _reads_it_as_it_is(each)]
    results["tasks"] = [_filled(task, folder / RUNS, plain) for task in results["tasks"]]
    if not any(task["runs"] for task in results["tasks"]):
        raise InputError("no run of this plan has ended yet", source=folder)
    _correct(results["tasks"])
    return results


def _correct(tasks: Sequence[dict[str, Any]]) -> None:
    """Holm's correction is over the whole plan."""
    corrected = iter(adjusted([each for task in tasks for each in task["differences"]]))
    for task in tasks:
        task["differences"] = list(islice(corrected, len(task["differences"])))


def _reads_it_as_it_is(model: Mapping[str, Any]) -> bool:
    return model["model"] not in CONTROLS and model["trees"] == "gold" and not model["shuffle"]


def _filled(task: dict[str, Any], folder: Path, plain: Sequence[str]) -> dict[str, Any]:
    planned = task.pop("planned")
    there = [each for each in planned if (folder / f"{each['run']}.json").exists()]
    runs = [read_json(folder / f"{each['run']}.json") | {"model": each["model"]} for each in there]
    task["vectors"] = next((run["vectors"] for run in runs if run["vectors"]), [])
    task["runs"] = [without(run, ["vectors"]) for run in runs]
    task["missing"] = [without(each, ["run"]) for each in planned if each not in there]
    task["summary"] = summary(task["runs"], task["evaluated"])
    task["differences"] = differences(task)
    here = [name for name in plain if name in task["summary"]][:2]
    folders = {name: [folder / each["run"] for each in there if each["model"] == name] for name in here}
    task["disagreements"] = _disagreements(task, folders) if len(here) == 2 else []
    task["runs"] = [run | {"predictions": _slim(run["predictions"])} for run in task["runs"]]
    return task


def _disagreements(task: Mapping[str, Any], folders: Mapping[str, Sequence[Path]]) -> list[dict[str, Any]]:
    """The sentences on which two models disagree most, with every node's class where the models can be asked for it."""
    split = next(split for split in task["evaluated"] if split != "dev")
    if "root" not in task["gold"][split]:
        return []
    first, second = folders
    found = disagreements(task, (first, second), split)
    here = _trees(task, split)
    if here is None or not all(path.is_dir() for paths in folders.values() for path in paths):
        return found
    trees = [here[each["line"] - 1] for each in found]
    for name, paths in folders.items():
        for each, nodes in zip(found, node_classes(paths, trees), strict=True):
            each["models"][name]["nodes"] = nodes
    return found


def _trees(task: Mapping[str, Any], split: str) -> Sequence[Tree] | None:
    """A split of the task's treebank, `None` if no treebank of this name is here, or one with other gold labels."""
    try:
        treebank = treebanks.load(task["treebank"]["name"])
    except InputError:
        return None
    trees = treebank.splits.get(split, ()) if isinstance(treebank, Treebank) else ()
    gold = [NO_LABEL if tree.label is None else tree.label for tree in trees]
    return trees if gold == task["gold"][split]["root"] else None


def _slim(predictions: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Without the probabilities, which are most of a run's file, and have been made use of when it was written."""
    return {split: without(of_split, ["root_probabilities"]) for split, of_split in predictions.items()}
