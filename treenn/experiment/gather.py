"""The results of a comparison's folder, from the files of its runs: all of the plan's, or those that there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import treebanks
from treebanks import Treebank
from treenn.analysis.disagreement import disagreements, node_classes
from treenn.analysis.statistics import adjusted, differences, summary
from treenn.encoders import NO_LABEL
from treenn.experiment.plan_spec import BASELINES
from treenn.experiment.results import PLAN, RESULTS, RUNS, upgrade, without
from treenn.training.run_dir import COMPARISON, kind_in
from treenn.trees import InputError, Tree
from treenn.trees.json_values import check_object, read_object

_RESULTS = {"command": str, "created": str, "seeds": int, "models": list[object], "tasks": list[object]}
_RESULTS_OF_TASK = {
    "treebank": dict,
    "settings": dict,
    "supervision": str,
    "evaluated": list[str],
    "gold": dict,
    "runs": list[dict[str, object]],
    "missing": list[object],
    "summary": dict,
    "differences": list[object],
    "disagreements": list[object],
    "vectors": list[object],
}
_PLAN = {"schema": str, "version": int, "models": list[object], "tasks": list[object]}
_MODEL = {"name": str, "model": str, "trees": str, "shuffle": bool}
_TASK = {"treebank": dict, "evaluated": list[str], "gold": dict, "planned": list[object]}
_PLANNED = {"model": str, "seed": int, "run": str}
_RUN = {"vectors": list[object], "predictions": dict, "seconds": float}


def read_results(path: Path, contextual: str | Sequence[str] = ()) -> dict[str, Any]:
    """The results of a comparison's folder, from its runs where it has a plan, else from results.json; or of a file.

    Args:
        path: the folder, which may be from anyone, or the file.
        contextual: the contextual encoders that its models may name (`treenn.load_model`).

    Raises:
        InputError: if there are none, or they are of another schema or version; as `collect`.
    """
    if (path / PLAN).exists():
        return collect(path, contextual)
    if path.is_dir():
        _check_folder(path)
    file = path / RESULTS if path.is_dir() else path
    results = upgrade(read_object(file), file)
    check_object(results, _RESULTS, file)
    for number, task in enumerate(results["tasks"]):
        check_object(task, _RESULTS_OF_TASK, file, f"tasks[{number}]")
    return results


def _check_folder(folder: Path) -> None:
    """Validate that a folder without a plan can be a comparison's."""
    wanted = "name a folder that `treenn compare` wrote to, or its results.json"
    kind = kind_in(folder)
    if kind is not None and kind is not COMPARISON:
        raise InputError(f"this folder holds a {kind.noun}, not a comparison; {wanted}", source=folder)
    if not (folder / RESULTS).exists():
        raise InputError(
            f"this folder holds no comparison: it has neither {PLAN} nor {RESULTS}; {wanted}", source=folder
        )


def collect(folder: Path, contextual: str | Sequence[str] = ()) -> dict[str, Any]:
    """The results of the runs that a comparison's folder holds, all of the plan's or not, with the statistics of them.

    Args:
        folder: the comparison's.
        contextual: the contextual encoders that its models may name (`treenn.load_model`).

    Raises:
        InputError: if the folder has no plan, or no run; if the plan names a run outside of the folder, or a model
            there names a contextual encoder that is not permitted.
    """
    results = read_object(folder / PLAN, _PLAN)
    for number, model in enumerate(results["models"]):
        check_object(model, _MODEL, folder / PLAN, f"models[{number}]")
    for number, task in enumerate(results["tasks"]):
        check_object(task, _TASK, folder / PLAN, f"tasks[{number}]")
        for index, run in enumerate(task["planned"]):
            check_object(run, _PLANNED, folder / PLAN, f"tasks[{number}].planned[{index}]")
    plain = [each["name"] for each in results["models"] if _reads_it_as_it_is(each)]
    results["tasks"] = [_filled(task, folder / RUNS, plain, contextual) for task in results["tasks"]]
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
    return model["model"] not in BASELINES and model["trees"] == "gold" and not model["shuffle"]


def _filled(
    task: dict[str, Any], folder: Path, plain: Sequence[str], contextual: str | Sequence[str]
) -> dict[str, Any]:
    planned = task.pop("planned")
    for each in planned:
        _check_inside(folder, each["run"])
    there = [each for each in planned if (folder / f"{each['run']}.json").exists()]
    runs = [read_object(folder / f"{each['run']}.json", _RUN) | {"model": each["model"]} for each in there]
    task["vectors"] = next((run["vectors"] for run in runs if run["vectors"]), [])
    task["runs"] = [without(run, ["vectors"]) for run in runs]
    task["missing"] = [without(each, ["run"]) for each in planned if each not in there]
    task["summary"] = summary(task["runs"], task["evaluated"])
    task["differences"] = differences(task)
    here = [name for name in plain if name in task["summary"]][:2]
    folders = {name: [folder / each["run"] for each in there if each["model"] == name] for name in here}
    task["disagreements"] = _disagreements(task, folders, contextual) if len(here) == 2 else []
    task["runs"] = [run | {"predictions": _slim(run["predictions"])} for run in task["runs"]]
    return task


def _check_inside(folder: Path, run: object) -> None:
    """Validate that the file and the folder of a run, as a plan names it, are in the comparison's folder of runs.

    A name such as `../x`, or a link, could lead to any file or model of this machine.
    """
    place = folder.parent.resolve() / RUNS
    for path in (folder / f"{run}.json", folder / str(run)):
        if not isinstance(run, str) or run in ("", ".", "..") or path.resolve() != place / path.name:
            raise InputError(
                f"run {str(run)[:100]!r} is not in the folder {RUNS} itself, or is a link", source=folder.parent / PLAN
            )


def _disagreements(
    task: Mapping[str, Any], folders: Mapping[str, Sequence[Path]], contextual: str | Sequence[str]
) -> list[dict[str, Any]]:
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
        for each, nodes in zip(found, node_classes(paths, trees, contextual), strict=True):
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
