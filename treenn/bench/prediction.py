"""Prediction speed, with and without deduplication of subtrees."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from statistics import median_high
from typing import Any

import torch
from torch import Tensor

from treenn.bench.bench_plan import BenchPlan
from treenn.bench.steps import BenchTask, node_classifier
from treenn.bench.timing import Prepare, interleave
from treenn.encoders import SequenceEncoder, pack
from treenn.models.network import Network
from treenn.trees import Tree

PASSES = 3
"""Number of predictions of each batch, of which the median time is reported."""


def measure_prediction(
    plan: BenchPlan, task: BenchTask, trees: Sequence[Tree], tick: Callable[[], None]
) -> list[dict[str, Any]]:
    """Time the prediction of all trees, with and without deduplication. Returns one row per tree network.

    Args:
        plan: the encoders and the batch size.
        task: the vocabulary, classes and device of the networks.
        trees: the trees, batched in order.
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
    """The sum of the batches' median seconds."""
    return sum(median_high(times[batch::n_batches]) for batch in range(n_batches))


def _work(model: Network, batches: Sequence[Sequence[Tree]], dedup: bool) -> Prepare:
    return lambda number: partial(_classes, model, [replace(tree) for tree in batches[number % len(batches)]], dedup)


@torch.inference_mode()
def _classes(model: Network, batch: Sequence[Tree], dedup: bool) -> Tensor:
    """The most probable class of every node."""
    forest = pack(batch, dedup=dedup).to(model.embedding.weight.device)
    scores: Tensor = model(forest)
    return scores.argmax(dim=1)
