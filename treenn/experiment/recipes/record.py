"""Records of recipes: their results as JSON for the repository, without the sentences of the treebank.

Fractions are from 0 to 1, times in seconds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from treebanks import Treebank
from treebanks.overlap import overlap
from treenn.analysis.statistics import summarize_metrics
from treenn.encoders import NO_LABEL
from treenn.evaluation.metrics import Spread
from treenn.evaluation.predictions import Predictions, average, predict
from treenn.evaluation.run_predictions import Gold, RunPredictions
from treenn.experiment.ledger import Reading, known_readings
from treenn.experiment.plan_record import TreebankSummary
from treenn.experiment.recipes import Recipe
from treenn.experiment.recipes.reproduce import run_folder
from treenn.models.saving import load_model
from treenn.models.settings import SettingValues
from treenn.runtime.environment import environment
from treenn.training.run_marker import RESULTS
from treenn.training.run_results import SplitMetrics, measure_splits
from treenn.trees.errors import InputError
from treenn.trees.json_records import Rest, Schema, from_json
from treenn.trees.json_values import read_object

_SPLITS = ("dev", "test")


@dataclass(frozen=True)
class PublishedFigure:
    """A published accuracy.

    Args:
        mean: the mean over runs, or the single published figure.
        std: the standard deviation over runs; None if it is not published.
        checked: whether the figure was checked in the source; else it is quoted from memory.
    """

    mean: float
    std: float | None
    checked: bool


@dataclass(frozen=True)
class PublishedResults:
    """The published results that a recipe is compared with.

    Args:
        paper: authors and year.
        model: the name of the model in the paper.
        figures: the figures by metric.
        runs: the number of runs; None if it is not published.
        read_in: the source of the figures, if not the paper.
    """

    paper: str
    model: str
    figures: Mapping[str, PublishedFigure]
    runs: int | None = None
    read_in: str = ""


@dataclass(frozen=True)
class RecipeRun:
    """A run of a recipe; an ensemble has one, without training.

    Args:
        environment: versions, machine and device.
        predictions: the predictions on test.
        metrics: by split; in JSON, one key for each split.
        seed: the seed; None for an ensemble.
        seeds: the seeds of each member of an ensemble.
        command: the command of the run.
        best_epoch: the epoch that was kept, from 1.
        parameters: the number of parameters, without the word vectors.
        embedding_parameters: the number of the word vectors' parameters.
        seconds: the training time.
        trees_per_second: the training speed.
    """

    environment: Mapping[str, object]
    predictions: Mapping[str, RunPredictions]
    metrics: Annotated[Mapping[str, SplitMetrics], Rest("majority")] = field(default_factory=dict)
    seed: int | None = None
    seeds: tuple[int, ...] = ()
    command: str = ""
    best_epoch: int | None = None
    parameters: int | None = None
    embedding_parameters: int | None = None
    seconds: float | None = None
    trees_per_second: float | None = None


@dataclass(frozen=True)
class RecipeRecord:
    """The results of a recipe.

    Args:
        name: the recipe's name.
        title: its description.
        command: the command that made the record.
        created: the time of creation (UTC).
        treebank: the treebank.
        overlap: sentences of dev and test that are also in train: split, number from 1, numbers in train.
        settings: all settings but the seed.
        vectors: the file names of word vectors.
        members: the recipes whose seeds are averaged, for an ensemble.
        published: the published results that the recipe is compared with; None without any.
        unmatched: differences from the published setting.
        gold: the gold labels of test.
        runs: the runs by seed.
        summary: by split and metric, over seeds.
        test_readings: the ledger's readings of the unseen splits when the record was made, with the recipe's own; empty
            if unknown, in files of before 2026-12.
    """

    name: str
    title: str
    command: str
    created: str
    treebank: TreebankSummary
    overlap: tuple[tuple[str, int, tuple[int, ...]], ...]
    settings: SettingValues
    vectors: tuple[str, ...]
    members: tuple[str, ...]
    published: PublishedResults | None
    unmatched: tuple[str, ...]
    gold: Mapping[str, Gold]
    runs: tuple[RecipeRun, ...]
    summary: Mapping[str, Mapping[str, Spread | None]]
    test_readings: tuple[Reading, ...] = ()


RECIPE_SCHEMA = Schema("treenn.recipe", 1, RecipeRecord, "record of `treenn reproduce`")


def record(recipe: Recipe, treebank: Treebank, out: Path, *, seeds: int, command: str) -> RecipeRecord:
    """The record of a recipe whose runs, or whose members' runs, are finished.

    Args:
        recipe: the recipe.
        treebank: its treebank.
        out: the folder of `treenn.experiment.recipes.reproduce.run_all`.
        seeds: the number of runs.
        command: the command that the record names.

    Raises:
        InputError: if the results of a run are missing or malformed.
    """
    names = recipe.members or (recipe.name,)
    folders = [run_folder(out, name, seed) for name in names for seed in range(seeds)]
    runs = [_ensemble(folders, seeds, treebank)] if recipe.members else [_entry(folder) for folder in folders]
    settings = asdict(recipe.settings)
    del settings["seed"]
    sizes = {split: len(trees) for split, trees in treebank.splits.items()}
    return RecipeRecord(
        name=recipe.name,
        title=recipe.title,
        command=command,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        treebank=TreebankSummary(treebank.name, tuple(treebank.classes or ()), sizes),
        overlap=tuple((split, number, tuple(in_train)) for split, number, in_train in overlap(treebank)),
        settings=settings,
        vectors=tuple(Path(file).name for file in recipe.vectors),
        members=tuple(recipe.members),
        published=_published(recipe),
        unmatched=tuple(recipe.unmatched),
        gold={"test": Gold(root=tuple(_class_of(tree.label) for tree in treebank.test))},
        runs=tuple(runs),
        summary={split: summarize_metrics([run.metrics[split].values for run in runs]) for split in _SPLITS},
        test_readings=known_readings(treebank),
    )


def _class_of(label: object) -> int:
    return label if isinstance(label, int) else NO_LABEL


def _published(recipe: Recipe) -> PublishedResults | None:
    published = recipe.published
    if published is None:
        return None
    figures = {metric: PublishedFigure(*figure) for metric, figure in published.figures.items()}
    return PublishedResults(published.paper, published.model, figures, published.runs, published.read_in)


def _entry(folder: Path) -> RecipeRun:
    file = folder / RESULTS
    run = from_json(RecipeRun, read_object(file), file)
    for split in _SPLITS:
        if split not in run.metrics:
            raise InputError(f"the key {split!r} is missing; it must be an object", source=file)
    if "test" not in run.predictions:
        raise InputError("the key 'predictions.test' is missing; it must be an object", source=file)
    test = run.predictions["test"]
    return replace(run, predictions={"test": RunPredictions(root=test.root, root_binary=test.root_binary)})


def _ensemble(folders: Sequence[Path], seeds: int, treebank: Treebank) -> RecipeRun:
    """The entry of an ensemble, made from the saved models."""
    models = [load_model(folder) for folder in folders]
    found = {split: average([predict(model, treebank.splits[split]) for model in models]) for split in _SPLITS}
    return RecipeRun(
        environment=environment(),
        predictions={"test": _roots(found["test"])},
        metrics=measure_splits(found),
        seeds=tuple(range(seeds)),
    )


def _roots(predictions: Predictions) -> RunPredictions:
    classes, positive = (each[predictions.roots] for each in (predictions.classes, predictions.positive))
    return RunPredictions(root=tuple(classes.tolist()), root_binary=tuple(positive.astype(int).tolist()))
