"""One line to set beside other libraries': training steps of a binary Tree-LSTM on the trees of SST."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median_high
from typing import Any

from treebanks.paths import data_home
from treenn.bench.steps import WARM_UP, Task, in_turn, training_step
from treenn.bench.timing import time_once
from treenn.runtime.memory import peak_memory
from treenn.trees import InputError, Tree, read_trees

CLASSES = 5


@dataclass(frozen=True)
class Workload:
    """Batches of whole training trees in file order, from the top again where the file ends.

    Args:
        trees: of the treebank's `train.txt`.
        batch: trees in one step.
        steps: how many are timed.
    """

    trees: tuple[Tree, ...]
    batch: int = 25
    steps: int = 40

    @classmethod
    def of_environment(cls, environment: Mapping[str, str] = os.environ) -> Workload:
        """The workload that `BATCH`, `STEPS` and `SST` (the folder of `train.txt`) ask for.

        Raises:
            InputError: where one of the numbers is not a positive whole number, or the trees cannot be read.
        """
        folder = Path(environment.get("SST") or data_home() / "sst")
        numbers = {name: _positive(environment, name, default) for name, default in (("BATCH", 25), ("STEPS", 40))}
        return cls(tuple(read_trees(folder / "train.txt", classes=CLASSES)), numbers["BATCH"], numbers["STEPS"])


def _positive(environment: Mapping[str, str], name: str, default: int) -> int:
    text = environment.get(name, str(default))
    if not text.isdecimal() or int(text) < 1:
        raise InputError(f"{name} is {text!r} in the environment; it must be a whole number, 1 or more")
    return int(text)


def run_workload(workload: Workload, dedup: bool = True) -> dict[str, Any]:
    """Run the workload from trees in memory to the optimizer's step: the seconds of its steps and all its losses.

    Args:
        workload: what to train on; nothing has been computed for its trees beforehand.
        dedup: compute each distinct subtree of a batch once.
    """
    words = dict.fromkeys(word for tree in workload.trees for word in tree.words)
    step, losses = training_step("tree-lstm", Task(tuple(words), CLASSES, dedup=dedup)), []

    def work(batch: Sequence[Tree]) -> None:
        losses.append(step(batch))

    batches = in_turn(workload.trees, workload.batch, WARM_UP + workload.steps)
    seconds = [time_once(partial(work, batch), "cpu") for batch in batches]
    return {"batch": workload.batch, "seconds": seconds[WARM_UP:], "losses": losses, "peak_memory": peak_memory()}


def format_line(results: Mapping[str, Any], name: str = "treenn") -> str:
    """The results of `run_workload` in one line: the median says how fast, the minimum how noisy."""
    batch, seconds, losses = results["batch"], results["seconds"], results["losses"]
    median = median_high(seconds)
    return (
        f"{name:28s} batch {batch:4d}  {1e3 * median:7.1f} ms/step (min {1e3 * min(seconds):.1f})  "
        f"{batch / median:6.0f} trees/s  {results['peak_memory'] // 2**20} MB  loss {losses[0]:.2f} -> {losses[-1]:.2f}"
    )
