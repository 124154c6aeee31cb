"""Typed results of a training run: `results.json` of a model's folder, and the history in a checkpoint.

The dataclasses are the schema (`treenn.trees.json_records`). Accuracies are fractions from 0 to 1, times are seconds. A
metric is None if no label exists for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated

from treebanks.own_data import Origin
from treenn.evaluation.measuring import measure
from treenn.evaluation.metrics import AnyPredictions
from treenn.evaluation.run_predictions import RunPredictions
from treenn.models.settings import SettingValues
from treenn.runtime.portable_command import portable
from treenn.training.run_marker import RESULTS
from treenn.trees.atomic_writing import write_text
from treenn.trees.errors import InputError
from treenn.trees.json_records import Rest, from_json, to_json
from treenn.trees.json_values import dump_json, read_object


@dataclass(frozen=True)
class SplitMetrics:
    """The metrics of a run on one split.

    Args:
        majority: for each accuracy, the fraction of the largest class.
        values: the metrics by name (`treenn.evaluation`).
    """

    majority: Mapping[str, float | None]
    values: Annotated[Mapping[str, float | None], Rest()] = field(default_factory=dict)

    def _repr_html_(self) -> str:
        from treenn.training.training_display import metrics_table

        return metrics_table({"value": self})

    @classmethod
    def of(cls, predictions: AnyPredictions) -> SplitMetrics:
        """Measure predictions."""
        values = measure(predictions)
        return cls(values.pop("majority"), values)


@dataclass(frozen=True)
class GradientNorm:
    """The norm of the gradient of all parameters before clipping: mean and maximum over an epoch's batches."""

    mean: float
    max: float


@dataclass(frozen=True)
class Epoch:
    """An epoch of training.

    Args:
        epoch: its number, from 1.
        loss: the training loss, averaged over examples.
        seconds: the training time.
        dev: the metrics on dev.
        gradient_norm: the gradient norm; None in files of older versions.
        starts: the criterion of each restart, in the first epoch.
        cpu_seconds: the training time on the processor, which other processes do not lengthen; None on a GPU and in
            files of before 2026-12.
    """

    epoch: int
    loss: float | None
    seconds: float
    dev: SplitMetrics
    gradient_norm: GradientNorm | None = None
    starts: tuple[float | None, ...] = ()
    cpu_seconds: float | None = None


@dataclass(frozen=True)
class History:
    """The history of a run, in the checkpoint of an unfinished and the results of a finished one.

    Args:
        history: the epochs.
        best_epoch: the epoch to keep, from 1.
    """

    history: tuple[Epoch, ...]
    best_epoch: int


@dataclass(frozen=True)
class VectorCoverage:
    """The coverage of a treebank's words by a file of word vectors.

    Args:
        file: the file's name.
        size: the vectors' width.
        words: the number of the treebank's words.
        words_missing: the number of words without a vector.
        tokens: the number of tokens.
        tokens_missing: the number of tokens without a vector.
    """

    file: str
    size: int
    words: int
    words_missing: int
    tokens: int
    tokens_missing: int


@dataclass(frozen=True)
class InitialModel:
    """The initial model of a run.

    Args:
        name: its folder, `sentiment`, or empty for a network in memory.
        fingerprint: the SHA-256 of its words and weights.
        head: the origin of the classifier: `copied` from the model, `averaged` over its classes, or `new`.
    """

    name: str
    fingerprint: str
    head: str


@dataclass(frozen=True)
class MajorityClass:
    """The accuracies on dev of the selected model and of train's majority class.

    Args:
        metric: the metric that selected the model.
        name: train's majority class among the units of the metric.
        accuracy: the accuracy of this class on dev.
        value: the accuracy of the selected model on dev.
    """

    metric: str
    name: str
    accuracy: float
    value: float

    @property
    def is_exceeded(self) -> bool:
        """True if the model is better than the majority class."""
        return self.value > self.accuracy


@dataclass(frozen=True, kw_only=True)
class TrainingResults:
    """The results of one training run.

    Args:
        command: the command of the run.
        model: the network.
        seed: the seed.
        treebank: the treebank's name.
        parameters: the number of parameters, without the word vectors.
        embedding_parameters: the number of the word vectors' parameters.
        seconds: the training time.
        trees_per_second: the training speed.
        epochs: the number of epochs.
        settings: all settings.
        history: the epochs.
        best_epoch: the epoch that was kept, from 1.
        vectors: the coverage by each file of word vectors.
        environment: versions, machine and device.
        metrics: by split; in JSON, one key for each split. Training evaluates dev, `treenn.evaluate` the others.
        predictions: by split, without dev.
        peak_memory_mb: the peak memory of the training process.
        split_data: the identity of the examples of each split that `treenn.evaluate` added; empty in older files.
        init: the initial model of the run; None for random weights.
        majority_class: the comparison with train's majority class; None without classes, and in older files.
        baselines: the metrics on dev of baselines without trees, by name, for training on texts; else empty.
        origin: the files that the treebank was read from; None for a known treebank, and in older files.
        cpu_seconds: the training time on the processor; None on a GPU and in files of before 2026-12.
        code: the hash of the source that decides the results (`treenn.runtime.code_hash`); empty in older files.
        data: the SHA-256 of the examples and the initial weights; empty in older files.
    """

    command: str
    model: str
    seed: int
    treebank: str
    parameters: int
    embedding_parameters: int
    seconds: float
    trees_per_second: float
    epochs: int
    settings: SettingValues
    history: tuple[Epoch, ...]
    best_epoch: int
    vectors: tuple[VectorCoverage, ...]
    environment: Mapping[str, object]
    metrics: Annotated[Mapping[str, SplitMetrics], Rest("majority")] = field(default_factory=dict)
    predictions: Mapping[str, RunPredictions] = field(default_factory=dict)
    peak_memory_mb: float | None = None
    split_data: Mapping[str, str] = field(default_factory=dict)
    init: InitialModel | None = None
    majority_class: MajorityClass | None = None
    baselines: Mapping[str, SplitMetrics] = field(default_factory=dict)
    origin: Origin | None = None
    cpu_seconds: float | None = None
    code: str = ""
    data: str = ""

    def __repr__(self) -> str:
        """The network, the treebank, the seed, the kept epoch, and one metric per split."""
        from treenn.training.training_display import training_repr

        return training_repr(self, type(self).__name__)

    def _repr_html_(self) -> str:
        from treenn.training.training_display import training_html

        return training_html(self)

    def value(self, split: str, metric: str) -> float | None:
        """A metric on a split; None if the run lacks it."""
        return self.metrics[split].values.get(metric)


def portable_origin(origin: Origin | None) -> Origin | None:
    """The origin without absolute paths of this machine."""
    if origin is None:
        return None
    dev, test = (file and portable(file) for file in (origin.dev, origin.test))
    return replace(origin, path=portable(origin.path), dev=dev, test=test)


def read_training(folder: Path) -> TrainingResults:
    """The results of a finished training run.

    Raises:
        InputError: if the folder has none, or they are malformed.
    """
    if not (folder / RESULTS).exists():
        raise InputError("this folder holds no finished training run; name one of `treenn train`", source=folder)
    return from_json(TrainingResults, read_object(folder / RESULTS), folder / RESULTS)


def write_training(results: TrainingResults, folder: Path) -> None:
    """Write the results of a training run to its folder."""
    write_text(folder / RESULTS, dump_json(to_json(results)) + "\n", make_folder=False)


def measure_splits(predictions: Mapping[str, AnyPredictions]) -> dict[str, SplitMetrics]:
    """The metrics of each split."""
    return {split: SplitMetrics.of(each) for split, each in predictions.items()}


def unseen_predictions(predictions: Mapping[str, AnyPredictions]) -> dict[str, RunPredictions]:
    """The predictions by example of every split but dev, which chose the epoch."""
    return {
        split: from_json(RunPredictions, dict(each.by_example()), f"predictions.{split}")
        for split, each in predictions.items()
        if split != "dev"
    }
