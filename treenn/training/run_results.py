"""The results of a training run: one entry of a comparison's `runs`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from treebanks import PairTreebank, Treebank
from treenn.evaluation.metrics import AnyPredictions, measure
from treenn.models.network import Network
from treenn.models.settings import Settings


def measure_splits(predictions: Mapping[str, AnyPredictions]) -> dict[str, Any]:
    """The metrics of each split, and `predictions` by example of every split but dev."""
    return {
        **{split: measure(p) for split, p in predictions.items()},
        "predictions": {split: p.by_example() for split, p in predictions.items() if split != "dev"},
    }


def describe(
    network: Network, settings: Settings, treebank: Treebank | PairTreebank, history: list[Any]
) -> dict[str, Any]:
    """Model, treebank, parameter counts, times and history."""
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
