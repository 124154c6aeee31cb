"""Gathering of a comparison's results from its folder, finished or not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

from treenn.analysis.disagreement import Disagreement, disagreements, node_classes
from treenn.analysis.statistics import Difference, adjusted, differences
from treenn.encoders import NO_LABEL
from treenn.evaluation.measuring import paired_metrics
from treenn.experiment.approximate_differences import approximate_differences
from treenn.experiment.plan_record import PLAN_SCHEMA, ComparedModel, TaskOutline
from treenn.experiment.plan_spec import BASELINES
from treenn.experiment.pooled_folds import pooled_results
from treenn.experiment.reload import reload
from treenn.experiment.results import COMPARISON_SCHEMA, PLAN, RESULTS, RUNS, ComparisonResults, MissingRun, TaskResults
from treenn.experiment.run_record import RunResults, summarize_runs
from treenn.training.run_dir import kind_in
from treenn.training.run_marker import COMPARISON
from treenn.trees import InputError, Tree
from treenn.trees.json_records import from_json
from treenn.trees.json_values import read_object

_LONGEST_RUN = 200  # bytes of a run's name, since file systems permit 255

Permitted = tuple[str | Sequence[str], str | Sequence[str]]
"""The contextual encoders and the modules that saved models may name."""


def read_results(
    path: Path, contextual: str | Sequence[str] = (), trust: str | Sequence[str] = ()
) -> ComparisonResults:
    """The results of a comparison: gathered from a folder with a plan, else read from results.json.

    Args:
        path: the folder, which may come from anyone, or the file.
        contextual: the contextual encoders that its models may name (`treenn.load_model`).
        trust: the modules that its models may name (`treenn.load_model`).

    Raises:
        InputError: if there are none, or they are malformed; as `gather`.
    """
    if (path / PLAN).exists():
        return gather(path, contextual, trust)
    if path.is_dir():
        _check_folder(path)
    return _with_decisions(COMPARISON_SCHEMA.read(path / RESULTS if path.is_dir() else path))


def _with_decisions(results: ComparisonResults) -> ComparisonResults:
    """The results with the deciding test, which results of before 2026-12 lack."""
    if all(each.errors for task in results.tasks for each in task.differences):
        return results
    tasks = [replace(task, differences=tuple(approximate_differences(task))) for task in results.tasks]
    return replace(results, tasks=tuple(corrected(tasks)))


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


def gather(folder: Path, contextual: str | Sequence[str] = (), trust: str | Sequence[str] = ()) -> ComparisonResults:
    """The results of the finished runs in a comparison's folder, with their statistics.

    Args:
        folder: the comparison's folder.
        contextual: the contextual encoders that its models may name (`treenn.load_model`).
        trust: the modules that its models may name (`treenn.load_model`).

    Raises:
        InputError: if the folder has no plan or no finished run, a file is malformed, the plan names a run outside of
            the folder, or a model names a contextual encoder that is not permitted or a module that is not trusted.
    """
    plan = PLAN_SCHEMA.read(folder / PLAN)
    plain = [model.name for model in plan.models if _reads_gold_trees(model)]
    tasks = [_gather_tasks(group, folder / RUNS, plain, (contextual, trust)) for group in _groups(plan.tasks)]
    if not any(task.runs for task in tasks):
        raise InputError("no run of this plan has ended yet", source=folder)
    return ComparisonResults(
        plan.command,
        plan.created,
        plan.seeds,
        plan.models,
        tuple(corrected(tasks)),
        test_readings=plan.test_readings,
    )


def corrected(tasks: Sequence[TaskResults]) -> list[TaskResults]:
    """The tasks with Holm's correction over the whole plan."""
    corrected = iter(adjusted([each for task in tasks for each in task.differences]))
    return [replace(task, differences=tuple(islice(corrected, len(task.differences)))) for task in tasks]


def _reads_gold_trees(model: ComparedModel) -> bool:
    return model.model not in BASELINES and model.trees == "gold" and not model.shuffle


def _groups(tasks: Iterable[TaskOutline]) -> list[list[TaskOutline]]:
    """Group the tasks, those of all folds of a cross-validation together."""
    groups: dict[object, list[TaskOutline]] = {}
    for number, task in enumerate(tasks):
        key = number if task.fold is None else (task.treebank.name, task.supervision, task.match)
        groups.setdefault(key, []).append(task)
    return list(groups.values())


def _gather_tasks(
    tasks: Sequence[TaskOutline], folder: Path, plain: Sequence[str], permitted: Permitted
) -> TaskResults:
    """The results of one task, or of all folds of a cross-validation."""
    first, runs = tasks[0], [_finished_runs(task, folder) for task in tasks]
    results = _of_runs(first, runs[0]) if first.fold is None else pooled_results(tasks, runs)
    compared = [name for name in plain if name in results.summary][:2]
    finished = [entry for entry in first.planned if (entry.model, entry.seed) in runs[0] and first.fold is None]
    folders = {name: [folder / entry.run for entry in finished if entry.model == name] for name in compared}
    return replace(
        results,
        runs=tuple(map(_slim, results.runs)),
        differences=tuple(compute_differences(results)),
        disagreements=tuple(_disagreements(results, folders, permitted)) if len(compared) == 2 else (),
    )


def _finished_runs(task: TaskOutline, folder: Path) -> dict[tuple[str, int], RunResults]:
    """The finished runs of a task, by model and seed."""
    for entry in task.planned:
        check_inside(folder, entry.run)
    finished = [entry for entry in task.planned if (folder / f"{entry.run}.json").exists()]
    return {
        (entry.model, entry.seed): _read_planned(folder / f"{entry.run}.json", entry.model, task) for entry in finished
    }


def _of_runs(task: TaskOutline, runs: Mapping[tuple[str, int], RunResults]) -> TaskResults:
    """The results of a task without differences."""
    planned = [(entry.model, entry.seed) for entry in task.planned]
    return TaskResults(
        treebank=task.treebank,
        settings=task.settings,
        supervision=task.supervision,
        evaluated=task.evaluated,
        gold=task.gold,
        runs=tuple(runs.values()),
        missing=tuple(MissingRun(*key) for key in planned if key not in runs),
        summary=summarize_runs(runs.values(), task.evaluated),
        differences=(),
        match=task.match,
        vectors=tuple(dict.fromkeys(file for run in runs.values() for file in run.vectors)),
    )


def read_run(file: Path) -> RunResults:
    """The results of a run.

    Raises:
        InputError: if the file is malformed.
    """
    return from_json(RunResults, read_object(file), file)


def _read_planned(file: Path, model: str, task: TaskOutline) -> RunResults:
    run = replace(read_run(file), model=model)
    check_run(run, task, file)
    return run


def check_run(run: RunResults, task: TaskOutline | TaskResults, file: Path) -> None:
    """Validate that a run has metrics and predictions for the task's splits, one for each example."""
    for split in task.evaluated:
        if split not in run.metrics:
            raise InputError(f"the key {split!r} is missing; it must be an object", source=file)
    for split, gold in task.gold.items():
        if split not in run.predictions:
            raise InputError(f"the key 'predictions.{split}' is missing; it must be an object", source=file)
        examples = max(map(len, gold.columns.values()), default=0)
        for name, values in run.predictions[split].columns.items():
            if len(values) != examples:
                raise InputError(
                    f"'predictions.{split}.{name}' has {len(values)} values; it must have {examples}", source=file
                )


def compute_differences(task: TaskResults) -> list[Difference]:
    """The reference compared with each other model in every metric that applies and was measured.

    A user-defined task may have a column of another metric's name, such as `score`, with other contents.
    """
    if not task.runs:
        return []
    by_model = task.runs_by_model
    predictions = {
        split: {model: [run.predictions[split] for run in runs] for model, runs in by_model.items()}
        for split in task.unseen_splits
    }
    measured = {metric for run in task.runs for split in run.metrics.values() for metric in split.values}
    metrics = [metric for metric in paired_metrics() if metric in measured and task.applies(metric)]
    n_classes = len(task.treebank.classes)
    baselines = [model for model in by_model if model not in task.networks]
    return differences(
        predictions, task.gold, task.reference, n_classes=n_classes, metrics=metrics, deterministic=baselines
    )


def check_inside(folder: Path, run: str) -> None:
    """Validate that the file and the folder of a run, as a plan names it, are in the comparison's folder of runs.

    A name such as `../x`, or a link, could resolve to any file or model of this machine.
    """
    if len(run.encode("utf-8", "replace")) > _LONGEST_RUN:
        raise InputError(f"the name of run {run[:100]!r} is too long to be a file's", source=folder.parent / PLAN)
    place = folder.parent.resolve() / RUNS
    for path in (folder / f"{run}.json", folder / run):
        if run in ("", ".", "..") or path.resolve() != place / path.name:
            raise InputError(
                f"run {run[:100]!r} is not in the folder {RUNS} itself, or is a link",
                source=folder.parent / PLAN,
            )


def _disagreements(
    task: TaskResults, folders: Mapping[str, Sequence[Path]], permitted: Permitted
) -> list[Disagreement]:
    """The sentences on which two models disagree most, with the class of every node if the models can be loaded."""
    split = task.unseen_splits[0]
    gold, by_model = task.gold[split].root, task.runs_by_model
    if gold is None:
        return []
    probabilities = {name: [run.predictions[split].root_probabilities for run in by_model[name]] for name in folders}
    found = disagreements(probabilities, gold, split)
    splits = _trees(task, split)
    if splits is None or not all(path.is_dir() for paths in folders.values() for path in paths):
        return found
    trees = [splits[each.line - 1] for each in found]
    nodes = {name: node_classes(paths, trees, *permitted) for name, paths in folders.items()}
    return [_with_nodes(each, {name: of_model[i] for name, of_model in nodes.items()}) for i, each in enumerate(found)]


def _with_nodes(disagreement: Disagreement, nodes: Mapping[str, tuple[int, ...]]) -> Disagreement:
    models = {name: replace(answer, nodes=nodes[name]) for name, answer in disagreement.models.items()}
    return replace(disagreement, models=models)


def _trees(task: TaskResults, split: str) -> Sequence[Tree] | None:
    """A split of the task's treebank; None if no treebank of this name is here, or one with other gold labels."""
    treebank = reload(task.treebank)
    if treebank is None or treebank.default_task != "nodes":
        return None
    trees: Sequence[Any] = treebank.splits.get(split, ())
    gold = tuple(NO_LABEL if tree.label is None else tree.label for tree in trees)
    return trees if gold == task.gold[split].root else None


def _slim(run: RunResults) -> RunResults:
    """The run without probabilities, the largest part of its file, and without the vectors and origin of its task."""
    slim = {split: replace(each, root_probabilities=None) for split, each in run.predictions.items()}
    return replace(run, predictions=slim, vectors=(), origin=None)
