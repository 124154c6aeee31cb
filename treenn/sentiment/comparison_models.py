"""The trained networks of a comparison, by their names in its report."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from treenn.experiment.gather import check_inside
from treenn.experiment.plan_record import PLAN_SCHEMA, ComparedModel, ComparisonOutline, TaskOutline
from treenn.experiment.plan_spec import BASELINES
from treenn.experiment.results import PLAN, RUNS
from treenn.models.names import DEPENDENCY_ENCODERS
from treenn.sentiment.model_path import ModelPath, Note
from treenn.training.run_marker import RESULTS
from treenn.trees.errors import InputError


def models_of_comparison(folder: Path, note: Note) -> list[ModelPath]:
    """The trained networks of a comparison, each with its lowest seed.

    Args:
        folder: the folder of `treenn compare`.
        note: receives a message for each omitted model.

    Raises:
        InputError: if there is none, or the plan is malformed.
    """
    found = list(_models_of(PLAN_SCHEMA.read(folder / PLAN), folder, note))
    if not found:
        raise InputError("this comparison has no trained network of sentences yet", source=folder)
    return found


def _models_of(plan: ComparisonOutline, folder: Path, note: Note) -> Iterator[ModelPath]:
    for task in plan.tasks:
        for model in plan.models:
            name = model.name + _task_suffix(plan, task)
            runs = sorted((entry.seed, entry.run) for entry in task.planned if entry.model == model.name)
            if not runs:
                continue
            for _, run in runs:
                check_inside(folder / RUNS, run)
            trained = [(seed, run) for seed, run in runs if (folder / RUNS / run / RESULTS).exists()]
            reason = _reason(model, is_trained=bool(trained))
            if reason:
                note(f"{folder}: {name} is omitted: {reason}")
                continue
            if trained[0] != runs[0]:
                note(f"{folder}: {name} is the run with seed {trained[0][0]}; seed {runs[0][0]} has not been trained")
            parser = None if model.trees == "gold" else model.trees
            yield ModelPath(name, str(folder / RUNS / trained[0][1]), parser)


def _reason(model: ComparedModel, *, is_trained: bool) -> str:
    """The reason for the omission of a comparison's model; empty if it is not omitted."""
    if model.model in BASELINES:
        return "a baseline, not a network"
    if model.model in DEPENDENCY_ENCODERS:
        return "it reads dependency trees"
    if model.shuffle or model.trees == "brackets":
        return "it reads " + ("shuffled words" if model.shuffle else "brackets as words")
    return "" if is_trained else "it has not been trained yet"


def _task_suffix(plan: ComparisonOutline, task: TaskOutline) -> str:
    """The treebank and the supervision of a task, if the plan has several."""
    treebanks = {each.treebank.name for each in plan.tasks}
    regimes = {each.supervision for each in plan.tasks}
    parts = [task.treebank.name] * (len(treebanks) > 1) + [task.supervision] * (len(regimes) > 1)
    return f" ({', '.join(parts)})" if parts else ""
