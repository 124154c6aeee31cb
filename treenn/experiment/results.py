"""Typed results of comparisons: `results.json`, `plan.json` and the files of runs.

The dataclasses below are the schema; `treenn.trees.json_records` reads and writes them. Version 2 of the schema
`treenn.comparison`; version 1, a single task, is upgraded on reading. Accuracies are fractions from 0 to 1, times are
seconds. A metric is `null` if no label exists for it, and metrics over nodes also if a model read other trees than the
treebank's.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

from treebanks.own_data.spec import Origin, Scale
from treenn.analysis.disagreement import Disagreement
from treenn.analysis.post_training import RunAnalysis
from treenn.analysis.statistics import Difference, summarize, summarize_metrics
from treenn.evaluation.metrics import METRICS, Labelling, Spread
from treenn.evaluation.run_predictions import Gold
from treenn.experiment.comparison_display import comparison_html, comparison_repr, task_html, task_repr
from treenn.experiment.folds import Fold
from treenn.experiment.ledger import Reading, before, repeated
from treenn.models.settings import SettingValues
from treenn.training.run_results import SplitMetrics, TrainingResults, VectorCoverage
from treenn.trees.errors import InputError
from treenn.trees.files import write_text
from treenn.trees.json_records import Key, Rest, Schema
from treenn.trees.json_values import check_object, dump_json

PLAN, RESULTS, RUNS = "plan.json", "results.json", "runs"
"""The files and the folder of a comparison."""

MATCHED = 0.02
"""The maximum relative difference of two numbers of parameters that count as matched."""

Regime: TypeAlias = Literal["nodes", "roots", "spans", "published"]
Match: TypeAlias = Literal["parameters", "time", "none"]


@dataclass(frozen=True)
class TreebankSummary:
    """A treebank's description.

    Args:
        name: its name.
        classes: the names of its classes, in their order; empty for relatedness.
        sizes: the number of examples of each split.
        synthetic: the generator of its examples and labels, as a clause; empty for natural text; None in files of
            before 2026-12.
        scale: the scale of its labels; `"ordinal"` also in files of before 2026-12.
        score_range: the lowest and the highest score; None for classes, and in files of before 2026-12.
        origin: the files that it was read from; None for a known treebank.
    """

    name: str
    classes: tuple[str, ...]
    sizes: Mapping[str, int]
    synthetic: str | None = None
    scale: Scale = "ordinal"
    score_range: tuple[float, float] | None = None
    origin: Origin | None = None

    def __hash__(self) -> int:
        return hash((self.name, self.classes))


@dataclass(frozen=True)
class TrialLog:
    """The log of `treenn tune` that a model's settings are from.

    Args:
        file: the file's name.
        number: the number of trials of each model.
        supervision: the supervision of the trials; None if it is unknown.
        metric: the metric on dev that selected the settings; None in files of before 2026-12.
        space: the choices of each setting, or low and high; empty in files of before 2026-12.
        epochs: the maximum number of epochs of the trials; None if it is unknown.
        expected_best: the expected best metric of 1, 2, ... trials of this network; empty in files of before 2026-12.
    """

    file: str
    number: int
    supervision: str | None = None
    metric: str | None = None
    space: SettingValues = field(default_factory=dict)
    epochs: int | None = None
    expected_best: tuple[float, ...] = ()


@dataclass(frozen=True)
class ComparedModel:
    """A model of a plan.

    Args:
        name: its name in the results.
        model: the network or baseline.
        trees: the trees that it reads, `"gold"` for the treebank's.
        shuffle: whether the words of each sentence are in random order.
        settings: its own settings.
        trials: the log of the search for these settings, if any.
        supervision: the only regimes of supervision that it is trained under; None for all.
        seeds: its maximum number of seeds; None for the plan's.
        equal_time: whether its epochs are limited to those that fit into the training time of the first network.
        labels: its labels in training if they are not the task's: `"nodes"`, `"roots"` or `"spans"`.
        vectors: the names of its files of word vectors if they are not the task's; empty for random vectors.
    """

    name: str
    model: str
    trees: str
    shuffle: bool
    settings: SettingValues = field(default_factory=dict)
    trials: TrialLog | None = None
    supervision: tuple[str, ...] | None = None
    seeds: int | None = None
    equal_time: bool = False
    labels: Regime | None = None
    vectors: tuple[str, ...] | None = None


@dataclass(frozen=True)
class GradientNorms:
    """Gradient norms in training.

    Args:
        clip_norm: the maximum that gradients are clipped to; None without clipping.
        mean: the mean over batches before clipping, by epoch.
        max: the maximum over batches before clipping, by epoch.
    """

    clip_norm: float | None
    mean: Sequence[float]
    max: Sequence[float]


@dataclass(frozen=True)
class TimeMatch:
    """The matching of a run's training time to the reference's, on the processor if that was measured.

    Args:
        reference_seconds: the training time of the reference with the same seed.
        epoch_seconds: the time of one epoch, measured before the run.
    """

    reference_seconds: float
    epoch_seconds: float


@dataclass(frozen=True, kw_only=True, repr=False)
class RunResults(TrainingResults, RunAnalysis):
    """The results of one run of a comparison. A baseline has no epochs, and the best epoch 0.

    Args:
        model: the model's name in the plan.
        trees: as in `ComparedModel`.
        shuffle: as in `ComparedModel`.
        time_match: the matching by training time, if any.
        configuration: the configuration in the test ledger; empty in files of before 2026-12.
        folds: the metrics on each fold, if this run is pooled over the folds of a cross-validation (default: none).
        training_labels: the number of labels in the loss of one epoch; None for pairs, baselines, and in files of
            before 2026-12.
    """

    settings: SettingValues = field(default_factory=dict)
    treebank: str = ""
    command: str = ""
    vectors: tuple[VectorCoverage, ...] = ()
    trees: str = "gold"
    shuffle: bool = False
    time_match: TimeMatch | None = None
    configuration: str = ""
    folds: tuple[SplitMetrics, ...] = ()
    training_labels: int | None = None

    @property
    def gradient_norms(self) -> GradientNorms | None:
        """Gradient norms by epoch; None if they were not logged."""
        norms = [epoch.gradient_norm for epoch in self.history if epoch.gradient_norm is not None]
        if not norms or len(norms) < len(self.history) or not self.settings:
            return None
        clip_norm = self.settings.get("clip_norm")
        limit = clip_norm if isinstance(clip_norm, (int, float)) else None
        return GradientNorms(limit, [norm.mean for norm in norms], [norm.max for norm in norms])


@dataclass(frozen=True)
class PlannedEntry:
    """A planned run: its model, its seed, and the name of its file and folder."""

    model: str
    seed: int
    run: str


@dataclass(frozen=True)
class MissingRun:
    """A planned run that has not finished."""

    model: str
    seed: int


@dataclass(frozen=True)
class ModelSummary:
    """A model's results, summarized over seeds.

    Args:
        seconds: the training time.
        trees_per_second: the training speed.
        metrics: by split and metric; in JSON, one key for each split.
    """

    seconds: Spread
    trees_per_second: Spread
    metrics: Annotated[Mapping[str, Mapping[str, Spread | None]], Rest()] = field(default_factory=dict)


@dataclass(frozen=True)
class TaskOutline:
    """A task of plan.json: a treebank under one regime of supervision.

    Args:
        treebank: the treebank.
        evaluated: the splits on which models are evaluated, dev first.
        gold: the gold labels by split, without dev.
        planned: the runs.
        supervision: `"nodes"`, `"roots"`, `"spans"` or `"published"` (`treenn.experiment.plan_spec.PlanTask`).
        match: `"parameters"`, `"time"` or `"none"`.
        settings: the settings that all runs share.
        fold: the fold of a cross-validation; its tasks have one result (default: None).
    """

    treebank: TreebankSummary
    evaluated: tuple[str, ...]
    gold: Mapping[str, Gold]
    planned: tuple[PlannedEntry, ...]
    supervision: Regime = "nodes"
    match: Match = "parameters"
    settings: SettingValues = field(default_factory=dict)
    fold: Fold | None = None


@dataclass(frozen=True)
class ComparisonOutline:
    """plan.json: a comparison before its runs.

    Args:
        models: the models in the plan's order.
        tasks: the tasks.
        command: the command of the comparison.
        created: the time of creation (UTC).
        seeds: the number of seeds of each network; baselines have one.
        test_readings: as in `ComparisonResults`.
    """

    models: tuple[ComparedModel, ...]
    tasks: tuple[TaskOutline, ...]
    command: str = ""
    created: str = ""
    seeds: int = 1
    test_readings: tuple[Reading, ...] = ()


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


def runs_by_model(runs: Iterable[RunResults]) -> dict[str, list[RunResults]]:
    """The runs of each model, in the order of the first occurrence."""
    groups: dict[str, list[RunResults]] = {}
    for run in runs:
        groups.setdefault(run.model, []).append(run)
    return groups


def summarize_runs(runs: Iterable[RunResults], splits: Sequence[str]) -> dict[str, ModelSummary]:
    """The results by model, summarized over seeds."""
    return {model: _summary(group, splits) for model, group in runs_by_model(runs).items()}


def _summary(runs: Sequence[RunResults], splits: Sequence[str]) -> ModelSummary:
    return ModelSummary(
        seconds=summarize([run.seconds for run in runs]),
        trees_per_second=summarize([run.trees_per_second for run in runs]),
        metrics={split: summarize_metrics([run.metrics[split].values for run in runs]) for split in splits},
    )


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
PLAN_SCHEMA = Schema("treenn.comparison", 2, ComparisonOutline, "plan.json of `treenn compare`")


def write_results(results: ComparisonResults, file: Path) -> None:
    """Write results.json.

    Raises:
        InputError: if the file cannot be written.
    """
    write_text(file, dump_json(COMPARISON_SCHEMA.to_json(results), compact=True) + "\n")
