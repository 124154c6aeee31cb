"""One run of an experiment, in any process: its data, its training, and the analysis after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import treebanks
from treenn.analysis.post_training import analyse
from treenn.evaluation.metrics import METRICS
from treenn.experiment.baselines import train_baseline
from treenn.experiment.execute import Job
from treenn.experiment.input_variants import input_variant
from treenn.experiment.run_spec import AnyTreebank, RunSpec
from treenn.models.vectors import WordVectors, read_vectors
from treenn.runtime.memory import peak_memory, reset_peak_memory
from treenn.runtime.progress import ignore
from treenn.training.trainer import Run, train
from treenn.trees.json_records import to_json
from treenn.trees.json_values import read_object


@lru_cache(maxsize=2)
def load(treebank: str | AnyTreebank, paths: tuple[str, ...]) -> tuple[AnyTreebank, Sequence[WordVectors]]:
    """A treebank with its word vectors; cached, because a worker process trains several models on the same data."""
    treebank = treebanks.load(treebank) if isinstance(treebank, str) else treebank
    return treebank, [read_vectors(path, treebank.words()) for path in paths]


@lru_cache(maxsize=4)
def load_variant(
    treebank: str | AnyTreebank, paths: tuple[str, ...], trees: str, shuffle: bool, seed: int
) -> AnyTreebank:
    """A treebank as a model reads it; cached, because all seeds of a model read the same, and parsing is slow."""
    return input_variant(load(treebank, paths)[0], trees, shuffle=shuffle, seed=seed)


def train_network(
    spec: RunSpec, treebank: AnyTreebank, job: Job, *, out: Path | None, epochs: int | None = None
) -> Run:
    """Train the network of a run.

    Args:
        spec: the run.
        treebank: the treebank that the network reads.
        job: the run's circumstances.
        out: the folder of the model and its checkpoint, from which training is resumed; if None, nothing is written.
        epochs: the number of epochs (default: that of the settings).
    """
    _, vectors = load(spec.treebank, spec.vectors)
    return train(
        treebank,
        spec.settings if epochs is None else replace(spec.settings, epochs=epochs),
        vectors=vectors,
        out=out,
        resume=out is not None,
        device=job.device,
        command=job.command,
        progress=job.progress,
    )


def train_and_analyse(spec: RunSpec, job: Job) -> dict[str, Any]:
    """Train and evaluate a network or a baseline; a comparison's run.

    Args:
        spec: the run.
        job: its circumstances; the model's folder has the file's name without `.json`.
    """
    if spec.baseline is not None:
        entry = train_baseline(load(spec.treebank, spec.vectors)[0], spec.baseline, spec.settings)
    else:
        entry = _network(spec, job)
    return {**entry, "model": spec.label, "trees": spec.trees, "shuffle": spec.shuffle}


def _network(spec: RunSpec, job: Job) -> dict[str, Any]:
    own, vectors = load(spec.treebank, spec.vectors)
    by_seed = spec.shuffle or spec.trees == "random"
    seed = spec.settings.seed if by_seed else 0
    read = load_variant(spec.treebank, spec.vectors, spec.trees, spec.shuffle, seed)
    epochs, matched = (None, {}) if spec.time_match is None else _match_time(spec, spec.time_match, read, job)
    reset_peak_memory()
    done = train_network(spec, read, job, out=job.file.with_suffix(""), epochs=epochs)
    peak = {"peak_memory_mb": peak_memory() / 2**20}
    entry = {**done.results, **matched, **peak, **to_json(analyse(done, read, own, vectors))}
    return entry if spec.trees == "gold" and not spec.shuffle else _roots_alone(entry)


def _match_time(spec: RunSpec, reference: RunSpec, read: AnyTreebank, job: Job) -> tuple[int, dict[str, Any]]:
    """The number of epochs that fit into the reference's time, by one epoch of training before the run."""
    seconds = read_object(job.file.with_name(f"{reference.name}.json"), {"seconds": float})["seconds"]
    quiet = replace(job, command="", progress=ignore)
    probe = job.file.with_name(f"{job.file.stem}-probe")
    epoch = train_network(spec, read, quiet, out=probe, epochs=1).results["seconds"]
    return max(1, int(seconds / epoch)), {"time_match": {"reference_seconds": seconds, "epoch_seconds": epoch}}


def _roots_alone(entry: dict[str, Any]) -> dict[str, Any]:
    """The entry without metrics over nodes: the nodes of these trees are not the treebank's."""
    for predictions in entry["predictions"].values():
        predictions.pop("correct_nodes", None)
    of_nodes = [name for name, metric in METRICS.items() if metric.level == "node"]
    for metrics in [value for value in entry.values() if isinstance(value, dict) and "majority" in value]:
        for shares in (metrics, metrics["majority"]):
            shares |= dict.fromkeys(name for name in of_nodes if name in shares)
    return entry
