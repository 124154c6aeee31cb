"""Packing speed: trees to packed batches, from a list of trees and from a table of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from statistics import median_high
from typing import Any

from treenn.bench.bench_plan import BenchPlan
from treenn.bench.steps import in_turn
from treenn.bench.timing import Prepare, interleave
from treenn.encoders import TreeTable, pack
from treenn.trees import Tree

ROUNDS = 20
"""The number of batches of each size, of which the median time is reported."""

CONTENDERS = ("trees of the first epoch", "trees of a later epoch", "table of trees")


def measure_packing(plan: BenchPlan, trees: Sequence[Tree], tick: Callable[[], None]) -> list[dict[str, Any]]:
    """Time `pack` for every batch size, with and without deduplication.

    Trees of the first epoch have no cached columns. The table is built before, as it is once for a training run.

    Args:
        plan: the batch sizes.
        trees: the trees, batched in order.
        tick: called after every round, `ROUNDS` for each batch size.

    Returns:
        One row for each batch size, contender and value of `dedup`.
    """
    table = TreeTable(trees)
    pack(table.batch([0]))  # computes the columns
    rows = []
    for size in plan.batch_sizes:
        works = {(name, dedup): _work(name, dedup, table, size) for name in CONTENDERS for dedup in (False, True)}
        for (name, dedup), seconds in interleave(works, ROUNDS, "cpu", tick).items():
            speed = size / median_high(seconds)
            rows.append({"contender": name, "batch": size, "shared": dedup, "trees_per_second": speed})
    return rows


def _work(name: str, dedup: bool, table: TreeTable, size: int) -> Prepare:
    indices = in_turn(range(len(table)), size, ROUNDS)

    def prepare(number: int) -> Callable[[], object]:
        batch: Sequence[Tree] = table.batch(indices[number])
        if name != CONTENDERS[2]:
            batch = [replace(tree) for tree in batch]
        if name == CONTENDERS[1]:
            pack(batch)
        return partial(pack, batch, dedup=dedup)

    return prepare
