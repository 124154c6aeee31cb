"""Prediction measured, with each distinct subtree computed once and without."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from statistics import median_high
from typing import Any

import torch
from torch import Tensor

from treenn.bench.bench_plan import Plan
from treenn.bench.steps import Task, node_classifier
from treenn.bench.timing import Prepare, interleave
from treenn.encoders import SequenceEncoder, pack
from treenn.models.network import Network
from treenn.trees import Tree

PASSES = 3
"""How often each batch is predicted; its median counts."""


def measure_prediction(plan: Plan, task: Task, trees: Sequence[Tree], tick: Callable[[], None]) -> list[dict[str, Any]]:
    """One row a network over trees: all trees, each batch without sharing and with it.

    Args:
        plan: which networks, how large a batch.
        task: what they are built for.
        trees: taken in order.
        tick: called after every batch, `PASSES` times the number of batches.
    """
    size = plan.prediction_batch
    batches = [trees[start : start + size] for start in range(0, len(trees), size)]
    models = {name: node_classifier(name, task).eval() for name in plan.encoders}
    works = {
        (name, dedup): _work(model, batches, dedup)
        for name, model in models.items()
        if model.encoder.supports_dedup and not isinstance(model.encoder, SequenceEncoder)  # no deduplication
        for dedup in (False, True)
    }
    seconds = interleave(works, PASSES * len(batches), plan.device, tick)
    rates = {key: len(trees) / _one_pass(times, len(batches)) for key, times in seconds.items()}
    return [
        {
            "contender": name,
            "batch": size,
            "trees": len(trees),
            "trees_per_second": rates[name, False],
            "trees_per_second_shared": rates[name, True],
            "ratio": rates[name, True] / rates[name, False],
        }
        for name, dedup in rates
        if dedup
    ]


def _one_pass(times: Sequence[float], n_batches: int) -> float:
    """The seconds of all batches together."""
    return sum(median_high(times[batch::n_batches]) for batch in range(n_batches))


def _work(model: Network, batches: Sequence[Sequence[Tree]], dedup: bool) -> Prepare:
    return lambda number: partial(_classes, model, [replace(tree) for tree in batches[number % len(batches)]], dedup)


@torch.inference_mode()
def _classes(model: Network, batch: Sequence[Tree], dedup: bool) -> Tensor:
    """The most probable class of every node."""
    forest = pack(batch, dedup=dedup).to(model.embedding.weight.device)
    scores: Tensor = model(forest)
    return scores.argmax(dim=1)
