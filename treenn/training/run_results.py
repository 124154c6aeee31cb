"""What a finished run says of itself: one entry of a comparison's `runs`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from treebanks import PairTreebank, Treebank
from treenn.evaluation.pair_predictions import PairPredictions, pair_metrics
from treenn.evaluation.predictions import Predictions, metrics
from treenn.models.network import Network
from treenn.models.settings import Settings
from treenn.training.tasks import Task


def evaluate(network: Network, treebank: Treebank | PairTreebank, task: Task) -> dict[str, Any]:
    """Metrics of every split but train, and the predictions for those that nothing was chosen on."""
    evaluated = {split: examples for split, examples in treebank.splits.items() if split != "train"}
    return measure({split: task.predict(network, examples) for split, examples in evaluated.items()})


def measure(predictions: Mapping[str, Predictions | PairPredictions]) -> dict[str, Any]:
    """What `evaluate` says of predictions, whatever they are from."""
    return {
        **{split: metrics_of(p) for split, p in predictions.items()},
        "predictions": {split: _by_example(p) for split, p in predictions.items() if split != "dev"},
    }


def metrics_of(predictions: Predictions | PairPredictions) -> dict[str, Any]:
    """The metrics of predictions of either kind."""
    return pair_metrics(predictions) if isinstance(predictions, PairPredictions) else metrics(predictions)


def describe(
    network: Network, settings: Settings, treebank: Treebank | PairTreebank, history: list[Any]
) -> dict[str, Any]:
    """What was trained on what, and how long it took."""
    parameters, embedding_parameters = network.parameter_counts()
    seconds = sum(entry["seconds"] for entry in history)
    passes = sum(len(entry.get("starts", [1])) for entry in history)  # the first epoch is trained by every start
    return {
        "model": settings.model,
        "seed": settings.seed,
        "treebank": treebank.name,
        "parameters": parameters,
        "embedding_parameters": embedding_parameters,
        "seconds": seconds,
        "trees_per_second": sum(1 for _ in treebank.trees("train")) * passes / seconds,
        "epochs": len(history),
        "settings": asdict(settings),
        "history": history,
    }


def _by_example(p: Predictions | PairPredictions) -> dict[str, list[Any]]:
    """What a paired comparison needs of each sentence or pair."""
    if isinstance(p, PairPredictions):
        return p.by_pair()
    return {
        "root": p.classes[p.roots].tolist(),
        "root_probabilities": p.probabilities[p.roots].astype(float).round(4).tolist(),
        "root_binary": p.positive[p.roots].astype(int).tolist(),
        "correct_nodes": p.correct_nodes().tolist(),
    }
