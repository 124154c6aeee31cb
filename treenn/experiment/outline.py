"""plan.json of a comparison, made from its plan before the runs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from treebanks import AnyTreebank
from treebanks.grammar_treebank import GrammarTreebank
from treenn.evaluation.run_predictions import Gold
from treenn.experiment.plan import Plan
from treenn.experiment.plan_record import (
    ESTIMATES,
    ComparedModel,
    ComparisonOutline,
    Match,
    PlannedEntry,
    Regime,
    TaskOutline,
    TreebankSummary,
    TrialLog,
)
from treenn.experiment.plan_spec import Model, PlanTask
from treenn.experiment.run_spec import RunSpec
from treenn.models.settings import Settings
from treenn.runtime.portable_command import portable
from treenn.tasks import Task, task_of
from treenn.training.run_results import portable_origin
from treenn.trees.json_records import from_json
from treenn.trees.json_values import read_object


def outline(plan: Plan, command: str, tasks: Sequence[TaskOutline]) -> ComparisonOutline:
    """plan.json of a plan."""
    models = tuple(_plan_model(model) for model in plan.models)
    created = datetime.now(UTC).isoformat(timespec="seconds")
    return ComparisonOutline(models, tuple(tasks), command, created, plan.seeds)


def _plan_model(model: Model) -> ComparedModel:
    supervision = None if model.supervision is None else tuple(model.supervision)
    reading = (model.name, model.model, model.trees, model.shuffle)
    rest = (supervision, model.seeds, model.equal_time, cast("Regime | None", model.labels))
    vectors = None if model.vectors is None else tuple(Path(path).name for path in model.vectors)
    return ComparedModel(*reading, dict(model.settings), _trials(model), *rest, vectors)


def outline_task(
    plan: Plan, task: PlanTask, regime: str, treebank: AnyTreebank, planned: Iterable[RunSpec]
) -> TaskOutline:
    """A task of plan.json."""
    described = as_described(treebank)
    evaluated = tuple(split for split in described.splits if split != "train")
    shared = asdict(plan.settings) | dict(task.settings)
    steps = Settings(**{name: shared[name] for name in ("epochs", "min_steps", "batch_size")})
    shared |= {"epochs": steps.for_examples(len(treebank.train)).epochs, "min_steps": 0}
    if isinstance(treebank, GrammarTreebank):
        shared[ESTIMATES] = replace(treebank, parser=portable(treebank.parser)).estimates
    return TaskOutline(
        treebank=_summary(described),
        evaluated=evaluated,
        gold={split: gold_of(task_of(described), described.splits[split]) for split in evaluated if split != "dev"},
        planned=tuple(PlannedEntry(run.label, run.settings.seed, run.name) for run in planned),
        supervision=cast(Regime, regime),
        match=cast(Match, task.match),
        settings={name: value for name, value in shared.items() if name not in _NOT_SHARED},
        fold=task.fold,
    )


def as_described(treebank: AnyTreebank) -> AnyTreebank:
    """The treebank that results and the test ledger describe: of a `GrammarTreebank` the sentences."""
    return treebank.text if isinstance(treebank, GrammarTreebank) else treebank


def _summary(treebank: AnyTreebank) -> TreebankSummary:
    sizes = {split: len(trees) for split, trees in treebank.splits.items()}
    return TreebankSummary(
        name=treebank.name,
        classes=tuple(treebank.classes or ()),
        sizes=sizes,
        synthetic=treebank.synthetic,
        scale=treebank.scale or "nominal",
        score_range=treebank.score_range,
        origin=portable_origin(treebank.origin),
    )


_NOT_SHARED = ("model", "size", "seed", "supervision")


def _trials(model: Model) -> TrialLog | None:
    if model.trials is None:
        return None
    log = read_object(model.trials, {"trials_per_model": int})
    settings = log.get("settings", {})
    known = {name: settings[name] for name in ("supervision", "epochs") if name in settings}
    known |= {name: log[name] for name in ("metric", "space") if name in log}
    known["expected_best"] = log.get("expected_best", {}).get(model.model, [])
    return from_json(
        TrialLog, {"file": Path(model.trials).name, "number": log["trials_per_model"], **known}, model.trials
    )


def gold_of(task: Task, examples: Sequence[Any]) -> Gold:
    """The gold labels of examples."""
    columns = task.gold(examples)
    values: dict[str, Any] = {name: tuple(column) for name, column in columns.items()}
    others = {name: values.pop(name) for name in columns if name not in ("root", "nodes", "score")}
    return Gold(**values, others=others)
