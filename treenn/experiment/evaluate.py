"""`evaluate`: a trained model on a split that training did not evaluate, with an entry in the test ledger."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import treebanks
from treebanks import AnyTreebank
from treenn.experiment.ledger import configuration_of, data_of, enter, unseen
from treenn.experiment.run_spec import RunSpec
from treenn.models.building import load_model
from treenn.models.network import Network
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
    treebank: AnyTreebank | str | None = None,
    split: str = "test",
    *,
    contextual: str | Sequence[str] = (),
    trust: str | Sequence[str] = (),
    command: str = "treenn.evaluate",
) -> TrainingResults:
    """Evaluate a trained model on a split, and return its results with the metrics and predictions of that split.

    An evaluation on any split but train and dev is a reading: it is appended to the ledger
    (`treenn.experiment.ledger`), and its metrics and predictions are also written to the folder's `results.json`.

    Args:
        folder: the folder of a finished training run.
        treebank: the treebank, or its name for `treebanks.load` (default: the name of the training's treebank).
        split: the split (default: `"test"`).
        contextual: the contextual encoders that the model may name (`treenn.load_model`).
        trust: the modules that the model may name (`treenn.load_model`).
        command: the command in the ledger.

    Raises:
        InputError: if the folder has no finished training run, the model cannot be loaded or is for another task, the
            treebank has no such split, or the ledger cannot be written.
    """
    folder = Path(folder)
    results = read_training(folder)
    data = treebank if isinstance(treebank, AnyTreebank) else _load(treebank, results.treebank)
    if split not in data.splits:
        raise InputError(f"{argument('split', split)}: {data.name} has the splits {', '.join(data.splits)}")
    model = load_model(folder, contextual, trust, task=data.task or data.default_task)
    assert model.settings is not None
    spec = RunSpec(model.settings, data, tuple(file.file for file in results.vectors))
    has_phrases = any(label is not None for label in data.labels_below_roots())
    with locked(folder):
        enter(data, [split], [(configuration_of(spec), results.model)], command)
        return add_split(folder, model, data, split, roots_only=not has_phrases)


def add_split(folder: Path, model: Network, treebank: AnyTreebank, split: str, *, roots_only: bool) -> TrainingResults:
    """Evaluate a model on a split, and return its results with the metrics and predictions of that split.

    They are also written to the folder, with the identity of the examples, unless the split is train or dev, of which
    the folder keeps the metrics of training. No entry in the ledger is made.
    """
    results = read_training(folder)
    predictions = {split: model.predict(treebank.splits[split], roots_only=roots_only)}
    results = replace(
        results,
        metrics={**results.metrics, **measure_splits(predictions)},
        predictions={**results.predictions, **unseen_predictions(predictions)},
        split_data={**results.split_data, split: data_of(treebank, split)},
    )
    if unseen([split]):
        write_training(results, folder)
    return results


def _load(name: str | None, of_training: str) -> AnyTreebank:
    if name is None and of_training not in treebanks.names():
        raise InputError(f"this model was trained on {of_training}; pass {argument('treebank')}, or trees of your own")
    return treebanks.load(name or of_training)
