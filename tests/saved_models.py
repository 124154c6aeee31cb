"""Small saved models, alone and in the folder of a comparison."""

import json
from collections.abc import Sequence
from pathlib import Path

from treenn.experiment.plan_record import (
    PLAN_SCHEMA,
    ComparedModel,
    ComparisonOutline,
    PlannedEntry,
    TaskOutline,
    TreebankSummary,
)
from treenn.models.building import build
from treenn.models.saving import save_model
from treenn.models.settings import Settings
from treenn.models.task import make_task
from treenn.models.vocabulary import Vocabulary

CLASSES = ("bad", "so-so", "good")
WORDS = ("good", "not", "film", ".")


def make_model(folder: Path, classes: Sequence[str] = CLASSES, *, kind: str = "tree-lstm", seed: int = 0) -> Path:
    """Save an untrained model that knows `WORDS`."""
    settings = Settings(model=kind, size=6, word_size=5, seed=seed)
    save_model(folder, build(settings, make_task("nodes", classes), Vocabulary(WORDS)))
    return folder


def make_comparison(
    folder: Path,
    models: Sequence[ComparedModel],
    trained: Sequence[str],
    *,
    seeds: int = 1,
    tasks: Sequence[tuple[str, str]] = (("toy", "nodes"),),
) -> Path:
    """Write the plan of a comparison and some of its models.

    Args:
        folder: the folder.
        models: the models.
        trained: the runs that are finished, `NAME-SEED`, with the number of the task in front if there are several.
        seeds: the number of seeds.
        tasks: the treebank and the supervision of each task.
    """
    outlines = []
    for number, (treebank, regime) in enumerate(tasks):
        prefix = f"{number}-" if len(tasks) > 1 else ""
        planned = [
            PlannedEntry(model.name, seed, f"{prefix}{model.name}-{seed}") for seed in range(seeds) for model in models
        ]
        summary = TreebankSummary(treebank, CLASSES, {"train": 1})
        outlines.append(TaskOutline(summary, ("dev",), {}, tuple(planned), supervision=regime))  # type: ignore[arg-type]
    outline = ComparisonOutline(tuple(models), tuple(outlines), seeds=seeds)
    folder.mkdir()
    (folder / "plan.json").write_text(json.dumps(PLAN_SCHEMA.to_json(outline)))
    for seed, run in enumerate(trained):
        kind = "lstm" if "-lstm" not in run and "lstm" in run else "tree-lstm"
        make_model(folder / "runs" / run, kind=kind, seed=seed)
        (folder / "runs" / run / "results.json").write_text("{}")
    return folder


def compared(name: str, model: str = "", trees: str = "gold", *, shuffle: bool = False) -> ComparedModel:
    """A model of a plan."""
    return ComparedModel(name, model or name, trees, shuffle)


def make_score_model(folder: Path, low: float = 1, high: float = 9) -> Path:
    """Save an untrained model of scores."""
    task = make_task("node-scores", None, score_range=(low, high))
    save_model(folder, build(Settings(size=6, word_size=5), task, Vocabulary(WORDS)))
    return folder
