"""`evaluate`: a trained model on a split that training did not evaluate, with an entry in the test ledger."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

from treebanks import AnyTreebank
from treenn.experiment.evaluation_data import evaluation_data
from treenn.experiment.ledger import data_of, enter, unseen
from treenn.experiment.matching_classes import with_classes_of
from treenn.experiment.trained_model import TrainedModel, open_model
from treenn.models.network import Network
from treenn.runtime.progress import Progress, ignore
from treenn.training.folder_lock import locked
from treenn.training.run_results import (
    TrainingResults,
    measure_splits,
    read_training,
    unseen_predictions,
    write_training,
)
from treenn.trees.arguments import AnyPath, checked
from treenn.trees.errors import InputError, argument


@checked
def evaluate(
    folder: AnyPath,
    treebank: AnyTreebank | AnyPath | None = None,
    split: str = "test",
    *,
    contextual: str | Sequence[str] = (),
    trust: str | Sequence[str] = (),
    command: str = "treenn.evaluate",
) -> TrainingResults:
    """Evaluate a trained model on a split, and return its results with the metrics and predictions of that split.

    An evaluation on any split but train and dev is a reading: it is appended to the ledger
    (`treenn.experiment.ledger`), and its metrics and predictions are also written to the folder's `results.json`.
    `treenn.evaluation_report` returns scores by class, calibration and tests against other models.

    Args:
        folder: the folder of a finished training run.
        treebank: the treebank, its name, or a folder or file (`treenn.experiment.evaluation_data`; default: the data of
            the model's training).
        split: the split (default: `"test"`).
        contextual: the contextual encoders that the model may name, as in `treenn.load_model` (default: none).
        trust: the modules that the model may name, as in `treenn.load_model` (default: none).
        command: the command in the ledger.

    Raises:
        InputError: if the folder has no finished training run, the model cannot be loaded or is for another task or
            other classes, the treebank has no such split, or the ledger cannot be written.
    """
    read_training(Path(folder))
    model = open_model(folder, contextual, trust)
    data = treebank if isinstance(treebank, AnyTreebank) else evaluation_data(model, treebank, split=split)
    [predictions] = predict_split([model], data, split, command=command)
    return with_split(Path(folder), predictions, data, split)


def check_split(treebank: AnyTreebank, split: str) -> None:
    """Validate that a treebank has a split.

    Raises:
        InputError: if it has none of this name.
    """
    if split not in treebank.splits:
        raise InputError(f"{argument('split', split)}: {treebank.name} has the splits {', '.join(treebank.splits)}")


def predict_split(
    models: Sequence[TrainedModel], treebank: AnyTreebank, split: str, *, command: str, progress: Progress = ignore
) -> list[Any]:
    """Predict a split by several models. If the split is unseen, an entry in the ledger precedes the predictions.

    The predictions are also written to the folders of training runs (`with_split`).

    Args:
        models: the models.
        treebank: the treebank.
        split: the split.
        command: the command in the ledger.
        progress: called after every batch (default: no report).

    Raises:
        InputError: if the treebank has no such split, or a model is for another task or other classes.
    """
    check_split(treebank, split)
    read = [model.read(with_classes_of(model.network, treebank, split, model.path)) for model in models]
    with ExitStack() as locks:
        for folder in dict.fromkeys(model.folder.resolve() for model in models if model.folder is not None):
            locks.enter_context(locked(folder))
        enter(treebank, [split], [(model.configuration(treebank), _label(model)) for model in models], command)
        has_phrases = any(label is not None for label in treebank.labels_below_roots())
        results = []
        for model, data in zip(models, read, strict=True):
            roots_only = not has_phrases or not model.reads_gold_trees
            task = model.network.task
            found = task.evaluate(model.network, data, split, roots_only=roots_only, progress=progress)
            results.append(found)
            if model.folder is not None and unseen([split]):
                write_training(with_split(model.folder, found, treebank, split), model.folder)
        return results


def _label(model: TrainedModel) -> str:
    """The model's name in the ledger."""
    if model.results is not None:
        return model.results.model
    assert model.network.settings is not None
    return model.network.settings.model


def with_split(folder: Path, predictions: Any, treebank: AnyTreebank, split: str) -> TrainingResults:
    """The results of a training run with the metrics of a split, and with its predictions if it is unseen."""
    results = read_training(folder)
    by_split = {split: predictions}
    return replace(
        results,
        metrics={**results.metrics, **measure_splits(by_split)},
        predictions={**results.predictions, **unseen_predictions(by_split)},
        split_data={**results.split_data, split: data_of(treebank, split)},
    )


def add_split(folder: Path, model: Network, treebank: AnyTreebank, split: str, *, roots_only: bool) -> None:
    """Evaluate a model on an unseen split, and write its metrics and predictions to the folder of its training.

    No entry in the ledger is made.
    """
    predictions = model.predict(treebank.splits[split], roots_only=roots_only)
    write_training(with_split(folder, predictions, treebank, split), folder)
