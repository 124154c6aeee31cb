"""The benchmark suite of `treenn bench` and its results."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import chain
from typing import Any

import torch

from treebanks import Treebank
from treenn.bench.bench_plan import BenchPlan
from treenn.bench.packing import ROUNDS, measure_packing
from treenn.bench.prediction import PASSES, measure_prediction
from treenn.bench.products import peak_rate
from treenn.bench.steps import LEARNING_RATE, PRODUCTS, SIZE, WARM_UP, X_SIZE, BenchTask
from treenn.bench.training_speed import measure_training
from treenn.runtime.environment import environment
from treenn.runtime.progress import Progress


def bench(plan: BenchPlan, treebank: Treebank, progress: Progress, command: str = "") -> dict[str, Any]:
    """Measure training at every batch size, and prediction with and without deduplication, on all of torch's threads.

    Args:
        plan: the encoders, batch sizes and device.
        treebank: training steps take its training trees in order, prediction takes all trees.
        progress: callback, called after every round (one turn per contender).
        command: the command line to record in the results.
    """
    device = f"cuda ({torch.cuda.get_device_name()})" if plan.device == "cuda" else plan.device
    trees = list(chain.from_iterable(treebank.splits.values()))
    words = tuple(dict.fromkeys(word for tree in trees for word in tree.words))
    task = BenchTask(words, len(treebank.classes or ()), plan.device, precision=plan.precision, dedup=plan.dedup)
    rounds = _Rounds(progress, _count(plan, len(trees)))
    peak = peak_rate(plan.device, dtype=PRODUCTS[plan.precision])
    training = []
    for size in plan.batch_sizes:
        rounds.text = f"training, batch {size}"
        training += measure_training(plan, task, treebank.train, size, peak, rounds.tick)
    rounds.text = "packing"
    packing = measure_packing(plan, treebank.train, rounds.tick)
    rounds.text = "prediction"
    return {
        "schema": "treenn.bench",
        "version": 1,
        "command": command,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "environment": environment(device),
        "treebank": {"name": treebank.name, "trees": len(trees)},
        "settings": _settings(plan, task),
        "peak_gflops": peak / 1e9,
        "training": training,
        "packing": packing,
        "prediction": measure_prediction(plan, task, trees, rounds.tick),
    }


class _Rounds:
    """Round counter for a progress bar."""

    def __init__(self, progress: Progress, total: int) -> None:
        self.progress, self.total, self.done, self.text = progress, total, 0, ""

    def tick(self) -> None:
        self.done += 1
        self.progress(self.done, self.total, self.text)


def _count(plan: BenchPlan, n_trees: int) -> int:
    training = len(plan.batch_sizes) * (WARM_UP + plan.steps + 2 * len(plan.contenders))
    training += len(plan.batch_sizes) * ROUNDS
    return training + PASSES * -(-n_trees // plan.prediction_batch)


def _settings(plan: BenchPlan, task: BenchTask) -> dict[str, Any]:
    """Returns the settings that the measurements depend on."""
    return {
        "input_size": X_SIZE,
        "size": SIZE,
        "learning_rate": LEARNING_RATE,
        "seed": task.seed,
        "share": plan.dedup,
        "steps": plan.steps,
        "precision": plan.precision,
        "warm_up": WARM_UP,
    }
