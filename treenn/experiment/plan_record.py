"""plan.json of a comparison: its models, tasks and runs before anything is trained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from treebanks.own_data.spec import Origin, Scale
from treenn.evaluation.run_predictions import Gold
from treenn.experiment.folds import Fold
from treenn.experiment.ledger import Reading
from treenn.models.settings import SettingValues
from treenn.trees.json_records import Schema

Regime: TypeAlias = Literal["nodes", "roots", "spans", "published"]
ESTIMATES = "grammar_probabilities"
"""The entry of a task's settings that describes the estimates of sentences' probabilities under grammars."""

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
class PlannedEntry:
    """A planned run: its model, its seed, and the name of its file and folder."""

    model: str
    seed: int
    run: str


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


PLAN_SCHEMA = Schema("treenn.comparison", 2, ComparisonOutline, "plan.json of `treenn compare`")
