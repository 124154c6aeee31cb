"""One run of a plan, in whatever process: from its treebank to its file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import torch

import treebanks
from treenn.analysis.post_training import analyse
from treenn.evaluation.metrics import METRICS
from treenn.experiment.baselines import train_control
from treenn.experiment.input_variants import AnyTreebank, arrange
from treenn.experiment.plan_spec import PlannedRun
from treenn.experiment.worker_progress import Progress
from treenn.models.vectors import WordVectors, read_vectors
from treenn.runtime.memory import peak_memory, reset_peak_memory
from treenn.training import train
from treenn.training.run_dir import check_still_there
from treenn.trees.files import write_text
from treenn.trees.json_values import dump_json, read_object


@lru_cache(maxsize=1)
def load(treebank: str | AnyTreebank, paths: tuple[str, ...]) -> tuple[AnyTreebank, Sequence[WordVectors]]:
    """A treebank with its word vectors; a worker process runs several trainings on the same, and reads it once."""
    treebank = treebanks.load(treebank) if isinstance(treebank, str) else treebank
    return treebank, [read_vectors(path, treebank.words()) for path in paths]


@lru_cache(maxsize=4)
def _arranged(treebank: str | AnyTreebank, paths: tuple[str, ...], trees: str, shuffle: bool, seed: int) -> AnyTreebank:
    """A treebank as a model reads it; parsing it takes long, and all seeds of a model read the same."""
    return arrange(load(treebank, paths)[0], trees, shuffle=shuffle, seed=seed)


def carry_out(run: PlannedRun, folder: Path, command: str, report: Progress) -> None:
    """Train and evaluate one model, and write what came of it to `folder/NAME.json`, if that is not there yet.

    Args:
        run: what is to be done.
        folder: for the file, the trained model beside it, and the files of other runs; its parent is the comparison's.
        command: what the results name as the command that made them.
        report: told of every batch.
    """
    file = folder / f"{run.name}.json"
    if not file.exists():
        check_still_there(folder.parent)
        with _one_thread():
            entry = _control(run) if run.model.is_control else _network(run, folder, command, report)
        entry |= {"model": run.model.name, "trees": run.model.trees, "shuffle": run.model.shuffle}
        text = dump_json(entry) + "\n"
        check_still_there(folder.parent)
        write_text(file, text)
    report(run.name, 1, 1, "done")


@contextmanager
def _one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def _control(run: PlannedRun) -> dict[str, Any]:
    treebank, _ = load(run.treebank, run.vectors)
    return train_control(treebank, run.model.model, run.settings)


def _network(run: PlannedRun, folder: Path, command: str, report: Progress) -> dict[str, Any]:
    own, vectors = load(run.treebank, run.vectors)
    model, by_seed = run.model, run.model.shuffle or run.model.trees == "random"
    read = _arranged(run.treebank, run.vectors, model.trees, model.shuffle, run.settings.seed if by_seed else 0)
    matched = {} if run.within is None else _fit(run, read, vectors, folder)
    settings = replace(run.settings, epochs=matched.pop("epochs", run.settings.epochs))
    reset_peak_memory()
    done = train(
        read,
        settings,
        vectors=vectors,
        out=folder / run.name,
        resume=True,
        command=command,
        progress=lambda done, total, text: report(run.name, done, total + 1, text),
    )
    peak = {"peak_memory_mb": peak_memory() / 2**20}
    entry = {**done.results, **matched, **peak, **analyse(done, read, own, vectors)}
    return entry if run.model.trees == "gold" and not run.model.shuffle else _roots_alone(entry)


def _fit(run: PlannedRun, treebank: AnyTreebank, vectors: Sequence[WordVectors], folder: Path) -> dict[str, Any]:
    """How many epochs fit into the time of the run that this one is matched to, by what one epoch takes."""
    assert run.within is not None
    seconds = read_object(folder / f"{run.within.name}.json", {"seconds": float})["seconds"]
    once = replace(run.settings, epochs=1)
    probe = train(treebank, once, vectors=vectors, out=folder / f"{run.name}-probe", resume=True).results["seconds"]
    return {
        "epochs": max(1, int(seconds / probe)),
        "time_match": {"reference_seconds": seconds, "epoch_seconds": probe},
    }


def _roots_alone(entry: dict[str, Any]) -> dict[str, Any]:
    """Without what counts nodes: those of these trees are not the treebank's, and the two cannot be compared."""
    for predictions in entry["predictions"].values():
        predictions.pop("correct_nodes", None)
    of_nodes = [name for name, metric in METRICS.items() if metric.level == "node"]
    for metrics in [value for value in entry.values() if isinstance(value, dict) and "majority" in value]:
        for shares in (metrics, metrics["majority"]):
            shares |= dict.fromkeys(name for name in of_nodes if name in shares)
    return entry
