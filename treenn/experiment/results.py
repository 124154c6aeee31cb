"""Typed results of comparisons: `results.json`. Those of plan.json are in `plan_record`, those of runs in `run_record`.

The dataclasses are the schema; `treenn.trees.json_records` reads and writes them. Version 2 of the schema
`treenn.comparison`; version 1, a single task, is upgraded on reading. Accuracies are fractions from 0 to 1, times are
seconds. A metric is `null` if no label exists for it, and metrics over nodes also if a model read other trees than the
treebank's.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any

from treenn.analysis.disagreement import Disagreement
from treenn.analysis.statistics import Difference
from treenn.evaluation.metrics import METRICS, Labelling, Spread
from treenn.evaluation.run_predictions import Gold
from treenn.experiment.comparison_display import comparison_html, comparison_repr, task_html, task_repr
from treenn.experiment.ledger import Reading, before, repeated
from treenn.experiment.plan_record import ComparedModel, Match, Regime, TreebankSummary
from treenn.experiment.run_record import ModelSummary, RunResults, runs_by_model
from treenn.models.settings import SettingValues
from treenn.training.run_results import VectorCoverage
from treenn.trees.atomic_writing import write_text
from treenn.trees.errors import InputError
from treenn.trees.json_records import Key, Schema
from treenn.trees.json_values import check_object, dump_json

PLAN, RESULTS, RUNS = "plan.json", "results.json", "runs"
"""The files and the folder of a comparison."""

MATCHED = 0.02
"""The maximum relative difference of two numbers of parameters that count as matched."""


@dataclass(frozen=True)
class MissingRun:
    """A planned run that has not finished."""

    model: str
    seed: int


@dataclass(frozen=True)
class CrossValidation:
    """The partition of train and dev into folds.

    Args:
        folds: the number of folds.
        seed: the seed of the partition.
        unread: the sizes of the treebank's other splits, such as test.
    """

    folds: int
    seed: int
    unread: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class TaskResults:
    """The results of one task of a comparison.

    Args:
        treebank: as in `TaskOutline`, like `settings`, `supervision`, `match`, `evaluated` and `gold`.
        runs: the finished runs.
        missing: the other planned runs.
        summary: the results by model, summarized over seeds.
        differences: the first network compared with each other model.
        disagreements: the sentences on which the first two networks that read the treebank's trees disagree most.
        vectors: the coverage by each file of word vectors.
        cross_validation: the partition into folds, over which runs are pooled; None without one.
        models: the comparison's models; not in the task's JSON.
        slug: the task's identifier within the comparison, for links and tables; not in JSON.
        earlier_readings: the number of other configurations that had been evaluated, by unseen split; None if unknown;
            not in JSON.
        repeated_readings: the number of configurations of these runs that were evaluated more than once; not in JSON.
    """

    treebank: TreebankSummary
    settings: SettingValues
    supervision: Regime
    evaluated: tuple[str, ...]
    gold: Mapping[str, Gold]
    runs: tuple[RunResults, ...]
    missing: tuple[MissingRun, ...]
    summary: Mapping[str, ModelSummary]
    differences: tuple[Difference, ...]
    match: Match = "parameters"
    disagreements: tuple[Disagreement, ...] = ()
    vectors: tuple[VectorCoverage, ...] = ()
    cross_validation: CrossValidation | None = None
    models: Annotated[tuple[ComparedModel, ...], Key("")] = ()
    slug: Annotated[str, Key("")] = ""
    earlier_readings: Annotated[Mapping[str, int] | None, Key("")] = None
    repeated_readings: Annotated[int, Key("")] = 0

    def __post_init__(self) -> None:
        for split in self.unseen_splits:
            self._check_key(split, "gold", self.gold)
        for run in self.runs:
            self._check_key(run.model, "summary", self.summary)
            for split in self.evaluated:
                self._check_key(split, f"runs of {run.model}", run.metrics)
                self._check_key(split, f"summary.{run.model}", self.summary[run.model].metrics)
        for each in self.disagreements:
            classes = [each.gold, *(answer.predicted for answer in each.models.values())]
            if max(classes) >= len(self.treebank.classes):
                raise InputError(f"disagreements: class {max(classes)} is none of {len(self.treebank.classes)}")

    def __repr__(self) -> str:
        """The treebank, the supervision and the models, and the numbers of finished and missing runs."""
        return task_repr(self)

    def _repr_html_(self) -> str:
        return task_html(self)

    def _check_key(self, name: str, place: str, values: Mapping[str, object]) -> None:
        if name not in values:
            raise InputError(f"{place}: the key {name!r} is missing")

    @property
    def unseen_splits(self) -> list[str]:
        """The evaluated splits without dev, which chose the epochs."""
        return [split for split in self.evaluated if split != "dev"]

    @property
    def is_of_pairs(self) -> bool:
        """True if the examples are pairs of sentences, with one label each."""
        return all(gold.nodes is None for gold in self.gold.values())

    @property
    def is_of_tokens(self) -> bool:
        """True if the examples are sentences for language models, without labels."""
        return all("characters" in gold.others for gold in self.gold.values())

    @property
    def is_of_translations(self) -> bool:
        """True if the examples are sentences with translations, without labels."""
        return any("bleu" in each.values for run in self.runs for each in run.metrics.values())

    @property
    def has_labels(self) -> bool:
        """True if the examples have classes or scores."""
        return not (self.is_of_tokens or self.is_of_translations)

    @property
    def networks(self) -> list[str]:
        """The models that were trained epoch by epoch, without baselines."""
        return [model for model, runs in self.runs_by_model.items() if any(run.history for run in runs)]

    @property
    def reference(self) -> str:
        """The model that the others are compared with: the plan's first network."""
        return next(iter(self.networks or self.runs_by_model))

    @property
    def unmatched(self) -> list[str]:
        """The networks whose number of parameters is not the reference's, or that read another contextual encoder."""
        runs = {model: self.runs_by_model[model][0] for model in self.networks}
        first = runs.get(self.reference)
        return [model for model, run in runs.items() if first is not None and not _is_matched(run, first)]

    @property
    def runs_by_model(self) -> dict[str, list[RunResults]]:
        """The runs of each model, in the order of the first occurrence."""
        return runs_by_model(self.runs)

    def spread(self, model: str, split: str, metric: str) -> Spread | None:
        """A model's metric over seeds; None if it lacks the metric."""
        return self.summary[model].metrics[split].get(metric)

    def applies(self, metric: str) -> bool:
        """True if a metric is informative for this task."""
        below_roots = any(count > 1 for gold in self.gold.values() for count in gold.nodes or ())
        return METRICS[metric].suits(Labelling(self.treebank.classes, below_roots, self.treebank.scale))


@dataclass(frozen=True)
class ComparisonResults:
    """results.json: the results of a comparison.

    Args:
        command: the command of the comparison.
        created: the time of creation (UTC).
        seeds: the number of seeds of each network; baselines have one.
        models: the models in the plan's order.
        tasks: the results by treebank and regime of supervision.
        tables: the report's tables as CSV, by name; fractions there, unrounded.
        digest: the SHA-256 of a record (`treenn report --record`); empty if the results are not a record.
        test_readings: the ledger's readings of the unseen splits when the last run was evaluated, with the comparison's
            own; empty if unknown, in files of before 2026-12.
    """

    command: str
    created: str
    seeds: int
    models: tuple[ComparedModel, ...]
    tasks: tuple[TaskResults, ...]
    tables: Mapping[str, str] = field(default_factory=dict)
    digest: str = ""
    test_readings: tuple[Reading, ...] = ()

    def __post_init__(self) -> None:
        known = {model.name for model in self.models}
        for name in (run.model for task in self.tasks for run in task.runs):
            if name not in known:
                raise InputError(f"models: {name!r}, which has runs, is missing")

    def __repr__(self) -> str:
        """The models, seeds and tasks, and the numbers of finished and missing runs."""
        return comparison_repr(self)

    def _repr_html_(self) -> str:
        return comparison_html(self)

    @property
    def sections(self) -> list[TaskResults]:
        """The tasks with finished runs, with the comparison's models and a slug each, numbered if it is ambiguous."""
        tasks = [task for task in self.tasks if task.runs]
        names = [slug(f"{task.treebank.name} {task.supervision}") for task in tasks]
        counts, seen, slugs = Counter(names), Counter[str](), []
        for name in names:
            seen[name] += 1
            slugs.append(name if counts[name] == 1 else f"{name}-{seen[name]}")
        return [
            replace(self._with_readings(task), models=self.models, slug=name)
            for task, name in zip(tasks, slugs, strict=True)
        ]

    def _with_readings(self, task: TaskResults) -> TaskResults:
        own = {run.configuration for each in self.tasks for run in each.runs}
        if not self.test_readings or "" in own:
            return task
        name, splits, readings = task.treebank.name, task.unseen_splits, self.test_readings
        earlier = {split: before(readings, name, split, own) for split in splits}
        of_task = {run.configuration for run in task.runs}
        return replace(task, earlier_readings=earlier, repeated_readings=repeated(readings, name, splits, of_task))


def _is_matched(run: RunResults, reference: RunResults) -> bool:
    close = abs(run.parameters - reference.parameters) <= MATCHED * reference.parameters
    return close and run.settings.get("contextual") == reference.settings.get("contextual")


def slug(text: str) -> str:
    """A name for links and ids.

    >>> slug("Accuracy on test, by length")
    'accuracy-on-test-by-length'
    """
    return re.sub(r"\W+", "-", text.lower()).strip("-")


_VERSION_1 = {
    "settings": dict[str, object],
    "command": str,
    "created": str,
    "runs": list[dict[str, object]],
    "summary": dict,
}


def _upgrade_1(results: Mapping[str, Any], source: str | Path) -> Mapping[str, object]:
    """Version 1, a single task, as version 2."""
    check_object(results, _VERSION_1, source)
    regime = {"supervision": results["settings"].get("supervision"), "match": "parameters", "missing": []}
    return {
        "command": results["command"],
        "created": results["created"],
        "seeds": len({run.get("seed") for run in results["runs"]}),
        "models": [{"name": name, "model": name, "trees": "gold", "shuffle": False} for name in results["summary"]],
        "tasks": [{**results, **regime}],
    }


COMPARISON_SCHEMA = Schema(
    "treenn.comparison", 2, ComparisonResults, "results.json of `treenn compare`", {1: _upgrade_1}
)


def write_results(results: ComparisonResults, file: Path) -> None:
    """Write results.json.

    Raises:
        InputError: if the file cannot be written.
    """
    write_text(file, dump_json(COMPARISON_SCHEMA.to_json(results), compact=True) + "\n")
