"""Cross-validation of one network: a training run per fold, and the predictions of all examples."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from treebanks import AnyTreebank
from treenn.evaluation.predictions import joined
from treenn.experiment.compare import modules_of
from treenn.experiment.evaluate import with_split
from treenn.experiment.execute import execute, experiment_dir
from treenn.experiment.folds import HELD_OUT, Fold
from treenn.experiment.ledger import digest
from treenn.experiment.run import train_only
from treenn.experiment.run_spec import RunSpec, fingerprint
from treenn.models.saving import load_model
from treenn.models.settings import Settings, SettingValues
from treenn.runtime.progress import Progress, ignore
from treenn.training.run_marker import CROSS_VALIDATION, RESULTS, RunMarker
from treenn.training.run_results import TrainingResults, read_training, write_training
from treenn.trees.arguments import Device

Divided = Sequence[tuple[Fold, AnyTreebank]]
"""The folds of a treebank, as `cross_validation_folds` returns them."""


@dataclass(frozen=True)
class FoldsIdentity:
    """run.json of a cross-validation.

    Args:
        settings: the settings.
        folds: the number of folds.
        fold_seed: the seed of the partition.
        data: a fingerprint of the folds.
        vectors: the paths of the word vectors.
    """

    settings: SettingValues
    folds: int
    fold_seed: int
    data: str
    vectors: tuple[str, ...]


def folds_run(divided: Divided, settings: Settings, vectors: Sequence[str]) -> RunMarker:
    """The cross-validation that a folder's run.json records."""
    first, data = divided[0][0], digest([fingerprint(treebank, [HELD_OUT]) for _, treebank in divided])
    return RunMarker(CROSS_VALIDATION, FoldsIdentity(asdict(settings), first.of, first.seed, data, tuple(vectors)))


@contextmanager
def trained_folds(
    divided: Divided,
    settings: Settings,
    out: Path,
    *,
    vectors: Sequence[str] = (),
    overwrite: bool = False,
    jobs: int | None = None,
    device: Device = "cpu",
    progress: Progress = ignore,
    command: str = "",
) -> Iterator[list[tuple[TrainingResults, Any]]]:
    """Train a network for each unfinished fold, and evaluate it on the fold, under the lock of the folder.

    Args:
        divided: the folds.
        settings: the recipe.
        out: the folder of the cross-validation; each fold has a subfolder, `fold-1`, `fold-2`, ...
        vectors: paths of pretrained word vectors, concatenated (default: none).
        overwrite: whether to replace what a treenn command left in `out` (default: False).
        jobs: the number of worker processes (default: `joblib.parallel_config` decides).
        device: `"cpu"` or `"cuda"` (default: `"cpu"`).
        progress: called for every batch or fold, as in `execute`.
        command: the command that the results name.

    Yields:
        The results and the predictions of each fold. The results include those of the split `held-out`.

    Raises:
        InputError: as `treenn.train`, and if `out` holds anything else or another cross-validation.
    """
    runs = {
        f"fold-{fold.number}/{RESULTS}": RunSpec(
            settings.for_examples(len(treebank.train)), treebank, tuple(vectors), label=f"fold {fold.number}"
        )
        for fold, treebank in divided
    }
    with experiment_dir(out, folds_run(divided, settings, vectors), runs, overwrite=overwrite):
        how: dict[str, Any] = {"jobs": jobs, "device": device, "progress": progress, "command": command}
        execute(runs, out, train_only, noun="folds", **how)
        yield [_evaluated(out / file, spec) for file, spec in runs.items()]


def _evaluated(file: Path, spec: RunSpec) -> tuple[TrainingResults, Any]:
    """The results of a fold with those on its examples, which are written if they are missing, and the predictions."""
    folder, treebank = file.parent, spec.treebank
    assert not isinstance(treebank, str)
    model = load_model(folder, spec.settings.contextual or (), modules_of(spec))
    predictions = model.predict(treebank.splits[HELD_OUT], roots_only=model.task.roots_only)
    results = with_split(folder, predictions, treebank, HELD_OUT)
    if HELD_OUT not in read_training(folder).metrics:
        write_training(results, folder)
    return results, predictions


def pooled(divided: Divided, predictions: Sequence[Any]) -> Any:
    """Pool the predictions of all folds, in the order of `pooled_examples`."""
    order = np.concatenate([fold.examples for fold, _ in divided])
    return joined(predictions).take(np.argsort(order))
