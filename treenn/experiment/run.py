"""One run of an experiment, in any process: its data, its training, its evaluation and analysis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from treebanks import AnyTreebank
from treenn.analysis.post_training import analyse
from treenn.datasets.loading import load_dataset
from treenn.evaluation.metrics import METRICS
from treenn.experiment.baselines import train_baseline
from treenn.experiment.execute import Job
from treenn.experiment.input_variants import input_variant
from treenn.experiment.ledger import configuration_of
from treenn.experiment.run_record import RunResults, TimeMatch
from treenn.experiment.run_spec import RunSpec
from treenn.experiment.trained_runs import load_trained
from treenn.models.vectors import WordVectors, read_vectors
from treenn.runtime.progress import ignore
from treenn.tasks import as_read_by
from treenn.training.run import Run, train
from treenn.training.run_results import SplitMetrics, read_training
from treenn.training.spans import SPANS


@lru_cache(maxsize=2)
def load(
    treebank: str | AnyTreebank, paths: tuple[str, ...], frequent_words: int = 0
) -> tuple[AnyTreebank, Sequence[WordVectors]]:
    """A treebank with its word vectors; cached, because a worker process trains several models on the same data."""
    treebank = load_dataset(treebank) if isinstance(treebank, str) else treebank
    return treebank, [read_vectors(path, treebank.words(), frequent_words=frequent_words) for path in paths]


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
    _, vectors = load(spec.treebank, spec.vectors, spec.settings.frequent_words or 0)
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


def train_only(spec: RunSpec, job: Job) -> None:
    """Train a network, without its evaluation on unseen splits: the first stage of a comparison's run.

    Args:
        spec: the run.
        job: its circumstances; training writes the results to the file itself.
    """
    _trained(spec, _read(spec), job, job.file.parent)


def train_and_analyse(spec: RunSpec, job: Job, folder: Path | None = None) -> RunResults:
    """Evaluate and analyse a network that was trained before, else is trained now, or a baseline.

    Args:
        spec: the run.
        job: its circumstances; the model's folder has the file's name without `.json`.
        folder: the folder of a trained network of another comparison (default: None, that of this run).
    """
    if spec.baseline is not None:
        treebank = as_read_by(load(spec.treebank, spec.vectors)[0], spec.model)
        results = train_baseline(treebank, spec.baseline, spec.settings)
    else:
        results = _network(spec, job, folder)
    results = replace(results, configuration=configuration_of(spec))
    return replace(results, model=spec.label, trees=spec.trees, shuffle=spec.shuffle)


def analyse_trained(spec: RunSpec, job: Job, *, folders: Mapping[str, Path]) -> RunResults:
    """Evaluate and analyse a network of another comparison, or a baseline.

    Args:
        spec: the run.
        job: its circumstances.
        folders: the folders of trained networks, by the name of the run's file.
    """
    return train_and_analyse(spec, job, folders.get(job.file.name))


def _network(spec: RunSpec, job: Job, folder: Path | None) -> RunResults:
    own, vectors = load(spec.treebank, spec.vectors, spec.settings.frequent_words or 0)
    read = _read(spec)
    if folder is None:
        done, matched = _trained(spec, read, job, job.file.with_suffix(""))
    else:
        done, matched = load_trained(spec, read, folder)
    trained, analysis = analyse(done, read, own, vectors)
    counted = training_labels(read, spec.settings.supervision)
    results = RunResults(
        **vars(replace(trained, split_data={})), **vars(analysis), time_match=matched, training_labels=counted
    )
    return results if spec.trees == "gold" and not spec.shuffle else _without_nodes(results)


def training_labels(treebank: AnyTreebank, supervision: str) -> int | None:
    """The number of labels in the loss of one epoch; None if the examples are no trees.

    A network over other trees than the treebank's has the labels of the phrases that both trees have.

    Args:
        treebank: the treebank as the network reads it.
        supervision: the supervision of its training.

    >>> from treebanks import Treebank
    >>> from treenn.trees import parse_trees
    >>> trees = parse_trees("(3 (2 not) (1 (2 so) (1 bad)))", classes=5)
    >>> treebank = Treebank("one", list("01234"), {"train": trees})
    >>> [training_labels(treebank, each) for each in ("nodes", "roots", "spans")]
    [5, 1, 5]
    """
    if treebank.default_task != "nodes":
        return None
    trees: Sequence[Any] = treebank.train
    numbers = [[label is not None for label in tree.labels] for tree in trees]
    match supervision:
        case "nodes":
            return sum(map(sum, numbers))
        case "roots":
            return sum(labelled[-1] for labelled in numbers)
        case _:
            return sum(labelled[-1] + SPANS * any(labelled[:-1]) for labelled in numbers)


def _read(spec: RunSpec) -> AnyTreebank:
    """The treebank as the network of a run reads it."""
    by_seed = spec.shuffle or spec.trees == "random"
    seed = spec.settings.seed if by_seed else 0
    return as_read_by(load_variant(spec.treebank, spec.vectors, spec.trees, spec.shuffle, seed), spec.model)


def _trained(spec: RunSpec, read: AnyTreebank, job: Job, out: Path) -> tuple[Run, TimeMatch | None]:
    """The network of a run, trained in `out` now or before, and the matching of its training time."""
    matched = None if spec.time_match is None else _match_time(spec, spec.time_match, read, job, out)
    epochs = None if matched is None else matched.epochs(spec.settings.restarts)
    return train_network(spec, read, job, out=out, epochs=epochs), matched


def _match_time(spec: RunSpec, reference: RunSpec, read: AnyTreebank, job: Job, out: Path) -> TimeMatch:
    """The reference's time, and that of an epoch, measured before the run."""
    quiet = replace(job, command="", progress=ignore)
    probe = out.with_name(f"{out.name}-probe")
    runs = read_training(out.with_name(reference.name)), train_network(spec, read, quiet, out=probe, epochs=1).results
    measured = all(run.cpu_seconds is not None for run in runs)
    target, probed = (float(run.cpu_seconds or 0.0) if measured else run.seconds for run in runs)
    return TimeMatch(target, probed / spec.settings.restarts)


def _without_nodes(results: RunResults) -> RunResults:
    """The results without metrics over nodes: the nodes of these trees are not the treebank's."""

    def blank(values: Mapping[str, float | None]) -> dict[str, float | None]:
        return {name: None if METRICS[name].level == "node" else value for name, value in values.items()}

    metrics = {split: SplitMetrics(blank(each.majority), blank(each.values)) for split, each in results.metrics.items()}
    predictions = {
        split: replace(each, correct_nodes=None, others=_without_node_columns(each.others))
        for split, each in results.predictions.items()
    }
    return replace(results, metrics=metrics, predictions=predictions)


def _without_node_columns(columns: Mapping[str, tuple[float, ...]]) -> dict[str, tuple[float, ...]]:
    of_nodes = {metric.paired.predicted for metric in METRICS.values() if metric.paired and metric.level == "node"}
    return {name: values for name, values in columns.items() if name not in of_nodes}
