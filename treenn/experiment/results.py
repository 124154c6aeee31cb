"""`results.json`: what a plan found, in a schema with a version number.

Version 2. Shares are fractions from 0 to 1, times seconds; `null` stands where nothing is labelled for a metric, and
for metrics over nodes where a model read other trees than the treebank's, whose nodes are others.

    schema, version   "treenn.comparison", 2
    command, created  what made it, and when (UTC)
    seeds             how many times each network is trained; controls are trained once
    models            of the plan, in its order: name; model: the network or control; trees; shuffle; settings: its own;
                      trials: null, or the log of `treenn tune` that its settings are from: file, number of trials
                      that each model got in it, supervision under which it was made
    tasks             one entry for each treebank and regime of supervision:
        supervision       "nodes", "roots", "spans" or "published" (`treenn.experiment.plan_spec.Task`)
        match             "parameters", "time" or "none"
        treebank          name; classes: their names in order; sizes: trees by split; synthetic: what generated its
                          examples and labels, a clause, or empty (left out before 2026-12: by the catalogue)
        settings          the recipe that its runs share (`Settings`, without model, size, seed and
                          supervision)
        vectors           for each file of word vectors: file, size, words, words_missing, tokens, tokens_missing
        evaluated         the splits on which models were evaluated, dev first
        gold              for each of them but dev, by sentence: root: its class; nodes: how many of its nodes have a
                          label
        runs              one entry a run, below
        missing           the planned runs that are not there (yet): model, seed
        summary           by model, then by split and metric: mean, std (n - 1), min, median, max over seeds; also of
                          seconds and trees_per_second
        differences       for the first network with each other model, split but dev, and metric `root`, `all_nodes`,
                          `root_binary` and `pearson`:
            difference            the first model's mean over seeds minus the second's
            low, high             of the paired bootstrap over sentences; confidence, draws: its share, its number
            with_seeds            low, high of a bootstrap that draws seeds too; null where a model has one
            randomization         p of approximate randomization; mcnemar: p of McNemar's exact test of the two middle
                                  runs (null but for sentences that are right or wrong); discordant: on how many
                                  sentences just the first, just the second of these is right
            randomization_holm    the same p with Holm's correction over all tasks; mcnemar_holm likewise
            detectable            gap: the least difference with p < 0.05; difference: the true one that would be found
                                  four times out of five (of the two middle runs where McNemar's test is there)
        disagreements     the twenty sentences on which the first two networks of the plan that read the treebank as it
                          is disagree most (`treenn.analysis.disagreement`), each model with `nodes`, the class of
                          every node as a digit, where the trained models were there
    tables            every table of the report as CSV, by name; shares are fractions there, and numbers whole

A run, which is also a file of its own, `runs/NAME.json`, with the trained model in the folder `runs/NAME`:

    model, seed           the model's name in the plan
    treebank, trees, shuffle
    parameters            without the word vectors; embedding_parameters: the word vectors
    seconds               of training alone; trees_per_second likewise
    best_epoch, epochs    the epoch that was kept, chosen on dev, and how many there were (0 for a control)
    seconds_to_best       of training, up to the end of that epoch
    time_match            with match = "time", but for the first model: reference_seconds: what that took;
                          epoch_seconds: what an epoch of this one took, measured on one before the run
    peak_memory_mb        the most that the training process held; prediction_trees_per_second: on all evaluated splits
    settings              all of them; history: for each epoch its number, loss, seconds and dev metrics
    environment           treenn, commit, python, torch, numpy, platform, processor, threads, device
    dev, test, ...        for each evaluated split the metrics `root`, `all_nodes`, `inner_nodes`, `root_binary`,
                          `all_nodes_binary`, `macro_f1`, `macro_f1_all_nodes`, and `majority`: for each accuracy
                          the share of the split's largest class (`treenn.evaluation.predictions.metrics` defines them)
    predictions           for each evaluated split but dev, by sentence: root: the class; root_binary: 1 where the
                          positive classes are together more probable; correct_nodes: how many nodes are right
                          (not there for other trees than the treebank's); root_probabilities: of each class (only in
                          the run's own file)
    calibration           for each evaluated split but dev, of whole sentences (`treenn.analysis.calibration`)
    slices                likewise, by name (`treenn.analysis.slices`, `operators`); those of nodes only over the
                          treebank's own trees
    minimal_pairs         of sentiment (`treenn.analysis.negation`); reach: of gradients, over 200 sentences of dev
                          (`treenn.analysis.gradient_flow`)

`plan.json` has the same without what the runs found: of each task `planned` in its place, for every run its model, seed
and name. Version 1, which `upgrade` reads, was one task: its entry's keys stood beside the schema's.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from treebanks import PairTreebank, Treebank
from treenn.encoders import NO_LABEL
from treenn.experiment.plan import Plan
from treenn.experiment.plan_spec import Model, Task
from treenn.experiment.run_spec import RunSpec
from treenn.trees import InputError
from treenn.trees.files import write_text
from treenn.trees.json_values import check_object, dump_json, read_object

SCHEMA, VERSION = "treenn.comparison", 2

PLAN, RESULTS, RUNS = "plan.json", "results.json", "runs"
"""What a comparison's folder holds."""

_NOT_SHARED = ("model", "size", "seed", "supervision")


def outline(plan: Plan, command: str) -> dict[str, Any]:
    """`plan.json` with no task in it."""
    return {
        "schema": SCHEMA,
        "version": VERSION,
        "command": command,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "seeds": plan.seeds,
        "models": [asdict(model) | {"trials": _trials(model)} for model in plan.models],
        "tasks": [],
    }


def outline_task(
    plan: Plan, task: Task, regime: str, treebank: Treebank | PairTreebank, planned: Iterable[RunSpec]
) -> dict[str, Any]:
    """A task's entry in `plan.json`."""
    evaluated = [split for split in treebank.splits if split != "train"]
    shared = asdict(plan.settings) | dict(task.settings)
    return {
        "supervision": regime,
        "match": task.match,
        "treebank": {
            "name": treebank.name,
            "classes": list(treebank.classes or ()),
            "sizes": {split: len(trees) for split, trees in treebank.splits.items()},
            "synthetic": treebank.synthetic,
        },
        "settings": {name: value for name, value in shared.items() if name not in _NOT_SHARED},
        "evaluated": evaluated,
        "gold": {split: _gold(treebank, split) for split in evaluated if split != "dev"},
        "planned": [{"model": run.label, "seed": run.settings.seed, "run": run.name} for run in planned],
    }


def _trials(model: Model) -> dict[str, Any] | None:
    if model.trials is None:
        return None
    log = read_object(model.trials, {"trials_per_model": int})
    supervision = log.get("settings", {}).get("supervision")
    return {"file": Path(model.trials).name, "number": log["trials_per_model"], "supervision": supervision}


def _gold(treebank: Treebank | PairTreebank, split: str) -> dict[str, list[Any]]:
    if isinstance(treebank, PairTreebank):
        return {"root" if treebank.classes else "score": [pair.target for pair in treebank.splits[split]]}
    trees = treebank.splits[split]
    return {
        "root": [NO_LABEL if not isinstance(tree.label, int) else tree.label for tree in trees],
        "nodes": [sum(label is not None for label in tree.labels) for tree in trees],
    }


_VERSION_1 = {
    "settings": dict[str, object],
    "command": str,
    "created": str,
    "runs": list[dict[str, object]],
    "summary": dict,
}


def upgrade(results: Mapping[str, Any], source: Path) -> dict[str, Any]:
    """Results of version 1 as of version 2.

    Raises:
        InputError: where they are neither.
    """
    kind = results.get("schema"), results.get("version")
    if kind == (SCHEMA, VERSION):
        return dict(results)
    if kind[0] is None:
        raise InputError("this is not a results.json of `treenn compare`: the key 'schema' is missing", source=source)
    if kind != (SCHEMA, 1):
        raise InputError(f"this is {kind[0]} version {kind[1]}, wanted is {SCHEMA} version {VERSION}", source=source)
    check_object(results, _VERSION_1, source)
    as_they_are = {"trees": "gold", "shuffle": False, "settings": {}, "trials": None}
    regime = {"supervision": results["settings"]["supervision"], "match": "parameters", "missing": []}
    return {
        "schema": SCHEMA,
        "version": VERSION,
        "command": results["command"],
        "created": results["created"],
        "seeds": len({run["seed"] for run in results["runs"]}),
        "models": [{"name": name, "model": name} | as_they_are for name in results["summary"]],
        "tasks": [without(results, ["schema", "version", "command", "created"]) | regime],
    }


def without(entry: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """An entry's other keys."""
    return {name: value for name, value in entry.items() if name not in names}


def write_results(results: Mapping[str, Any], folder: Path) -> None:
    """Write a comparison's results.json, the tables of its report in it.

    Raises:
        InputError: where the folder cannot be written.
    """
    from treenn.report import tables  # here: it draws, and reads results by this file

    whole = {**results, "tables": tables(results)}
    write_text(folder / RESULTS, dump_json(whole, compact=True) + "\n")


def write_record(results: Mapping[str, Any], file: Path) -> None:
    """Write results to keep in a repository: numbers to 5 digits, and without the runs' `predictions`.

    These are most of the bytes, and the report does without them; tests between models have been made of them before.

    Raises:
        InputError: where the file cannot be written.
    """
    tasks = [task | {"runs": [without(run, ["predictions"]) for run in task["runs"]]} for task in results["tasks"]]
    kept = json.loads(dump_json({**results, "tasks": tasks}), parse_float=lambda digits: float(f"{float(digits):.5g}"))
    write_text(file, dump_json(kept, compact=True) + "\n")


def sections(results: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Each task that has runs, with what all share (command, created, models, seeds) beside its own keys."""
    shared = without(results, ["tasks", "tables"])
    return [{**shared, **task} for task in results["tasks"] if task["runs"]]
