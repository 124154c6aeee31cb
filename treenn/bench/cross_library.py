"""A workload for comparison with other libraries: training steps of a binary Tree-LSTM on SST, reported in one line."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median_high
from typing import Any

from treebanks.paths import data_home
from treenn.bench.steps import WARM_UP, BenchTask, Precision, in_turn, training_step
from treenn.bench.timing import time_once
from treenn.runtime.memory import peak_memory
from treenn.trees import InputError, Tree, read_trees

CLASSES = 5


@dataclass(frozen=True)
class Workload:
    """Batches of training trees in file order, cycling through the file.

    Args:
        trees: the trees of the treebank's `train.txt`.
        batch: number of trees per step (default: 25).
        steps: number of timed steps (default: 40).
    """

    trees: tuple[Tree, ...]
    batch: int = 25
    steps: int = 40

    @classmethod
    def of_environment(cls, environment: Mapping[str, str] = os.environ) -> Workload:
        """The workload of the environment variables `BATCH`, `STEPS` and `SST` (the folder of `train.txt`).

        Raises:
            InputError: if `BATCH` or `STEPS` is not a positive integer, or the trees cannot be read.
        """
        folder = Path(environment.get("SST") or data_home() / "sst")
        batch, steps = _positive(environment, "BATCH", cls.batch), _positive(environment, "STEPS", cls.steps)
        return cls(tuple(read_trees(folder / "train.txt", classes=CLASSES)), batch, steps)


def _positive(environment: Mapping[str, str], name: str, default: int) -> int:
    text = environment.get(name, str(default))
    if not text.isdecimal() or int(text) < 1:
        raise InputError(f"{name} is {text!r} in the environment; must be a whole number, 1 or more")
    return int(text)


def run_workload(workload: Workload, dedup: bool = True, precision: Precision = "float32") -> dict[str, Any]:
    """Time training steps from trees in memory to updated weights. Returns the seconds of each step and all losses.

    Args:
        workload: the trees and batches. Nothing is precomputed or cached for its trees.
        dedup: whether to compute each distinct subtree of a batch once (default: True).
        precision: the dtype of matrix products (default: `"float32"`).
    """
    words = dict.fromkeys(word for tree in workload.trees for word in tree.words)
    task, losses = BenchTask(tuple(words), CLASSES, precision=precision, dedup=dedup), []
    step = training_step("tree-lstm", task)

    def work(batch: Sequence[Tree]) -> None:
        losses.append(step(batch))

    batches = in_turn(workload.trees, workload.batch, WARM_UP + workload.steps)
    seconds = [time_once(partial(work, batch), "cpu") for batch in batches]
    return {"batch": workload.batch, "seconds": seconds[WARM_UP:], "losses": losses, "peak_memory": peak_memory()}


def format_line(results: Mapping[str, Any], name: str = "treenn") -> str:
    """Format the results of `run_workload` as one line, with the median and the minimum time per step."""
    batch, seconds, losses = results["batch"], results["seconds"], results["losses"]
    median = median_high(seconds)
    return (
        f"{name:28s} batch {batch:4d}  {1e3 * median:7.1f} ms/step (min {1e3 * min(seconds):.1f})  "
        f"{batch / median:6.0f} trees/s  {results['peak_memory'] // 2**20} MB  loss {losses[0]:.2f} -> {losses[-1]:.2f}"
    )
