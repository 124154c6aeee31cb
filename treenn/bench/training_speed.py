"""Training speed, the fraction of matrix products in it, and peak memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain
from statistics import median_high
from typing import Any

import torch
from torch import Tensor

from treenn.bench.bench_plan import BenchPlan
from treenn.bench.peak_memory import training_memory
from treenn.bench.products import Kernel, Product, buffers, by_torch, by_treenn, recorded, replay
from treenn.bench.steps import PRODUCTS, WARM_UP, BenchTask, in_turn, training_step
from treenn.bench.timing import Prepare, interleave
from treenn.trees import Tree

REFERENCE = "nn.LSTM"
"""The network to which the others' speed is relative."""

_KERNELS: dict[str, Kernel] = {"products_by_treenn": by_treenn, "products_by_torch": by_torch}


def measure_training(
    plan: BenchPlan, task: BenchTask, trees: Sequence[Tree], size: int, peak: float, tick: Callable[[], None]
) -> list[dict[str, Any]]:
    """Measure training at one batch size. Returns one row per network, with medians over the steps, in seconds.

    Args:
        plan: the networks and the number of steps.
        task: the vocabulary, classes and device of the networks.
        trees: the training trees, batched in order.
        size: the batch size.
        peak: the machine's peak FLOP/s.
        tick: called `WARM_UP + plan.steps` times, and twice per network.
    """
    batches, names = in_turn(trees, size, WARM_UP + plan.steps), plan.contenders
    products, memory = {}, {}
    for name in names:
        products[name] = _products(name, task, batches)
        tick()
    matrices = buffers(
        chain.from_iterable(chain.from_iterable(products.values())), plan.device, PRODUCTS[plan.precision]
    )
    # The steps of a round are adjacent: products in between would evict their data from the caches.
    works: dict[tuple[str, str], Prepare] = {(name, "step"): _steps(name, task, batches) for name in names}
    works |= {
        (name, k): _replays(products[name], kernel, *matrices) for k, kernel in _KERNELS.items() for name in names
    }
    seconds = {key: times[WARM_UP:] for key, times in interleave(works, len(batches), plan.device, tick).items()}
    for name in names:
        memory[name] = training_memory(name, task, [_unread(batch) for batch in batches])
        tick()
    reference = median_high(seconds[REFERENCE, "step"])
    rows = []
    for name in names:
        flops = [sum(product.flops for product in of_step) for of_step in products[name][WARM_UP:]]
        speed = _speed(size, seconds[name, "step"], flops, peak)
        shares = {k: _median_ratio(seconds[name, k], seconds[name, "step"]) for k in _KERNELS}
        ratio = reference / speed["seconds"]
        rows.append({"contender": name, "batch": size, **speed, "ratio": ratio, **shares, "memory": memory[name]})
    return rows


def _products(name: str, task: BenchTask, batches: Sequence[Sequence[Tree]]) -> list[list[Product]]:
    """The matrix products of every step, which depend only on the trees."""
    step = training_step(name, replace(task, device="cpu", dtype=torch.float64, precision="float32"))
    return [recorded(partial(step, batch)) for batch in batches]


def _steps(name: str, task: BenchTask, batches: Sequence[Sequence[Tree]]) -> Prepare:
    step = training_step(name, task)
    return lambda number: partial(step, _unread(batches[number]))


def _replays(products: Sequence[Sequence[Product]], kernel: Kernel, left: Tensor, right: Tensor) -> Prepare:
    return lambda number: replay(products[number], kernel, left, right)


def _unread(batch: Sequence[Tree]) -> list[Tree]:
    """Copies of the trees without cached properties, so that no network profits from another's work."""
    return [replace(tree) for tree in batch]


def _speed(size: int, steps: Sequence[float], flops: Sequence[float], peak: float) -> dict[str, float]:
    return {
        "trees_per_second": size / median_high(steps),
        "seconds": median_high(steps),
        "fastest": min(steps),
        "gflop": median_high(flops) / 1e9,
        "of_peak": _median_ratio(flops, steps) / peak,
    }


def _median_ratio(parts: Sequence[float], wholes: Sequence[float]) -> float:
    return median_high(part / whole for part, whole in zip(parts, wholes, strict=True))
