"""Terminal tables of benchmark results, at most 80 columns wide."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from treenn.runtime.terminal import Grid

LEGEND = (
    "products: the time of the step's matrix products alone, by treenn's kernels and by torch.mm, as a fraction of the "
    "step's time; of peak: the step's FLOP/s as a fraction of those of one large product; MB: peak memory, excluding "
    "the network and its optimizer. nn.LSTM and nn.GRU read only the words. Products are those of torch's GRU, which "
    "reads the words of each phrase again, so those of treenn's are fewer."
)
"""Explanation of the columns of `training_table`."""


def training_table(results: Mapping[str, Any]) -> Grid:
    """One row per network, one section per batch size."""
    environment = results["environment"]
    where = f"{environment['device']}, {environment['threads']} threads, {results['peak_gflops']:.0f} GFLOP/s at most"
    if (precision := results["settings"].get("precision", "float32")) != "float32":
        where += f", {precision}"
    heads = ("", "trees/s", "x nn.LSTM", "products", "torch.mm", "of peak", "MB")
    table = Grid(*heads, title=f"training on {results['treebank']['name']}: {where}")
    batch = None
    for row in results["training"]:
        if row["batch"] != batch:
            batch = row["batch"]
            table.add_section(f"batch {batch}")
        shares = [f"{100 * row[name]:.0f}%" for name in ("products_by_treenn", "products_by_torch", "of_peak")]
        speed = f"{row['trees_per_second']:,.0f}"
        table.add_row(row["contender"], speed, f"{row['ratio']:.2f}", *shares, f"{row['memory'] / 2**20:,.0f}")
    return table


def prediction_table(results: Mapping[str, Any]) -> Grid:
    """One row per tree network."""
    first = results["prediction"][0]
    title = f"prediction, all {first['trees']:,} trees, batch {first['batch']:,}"
    table = Grid("", "trees/s", "equal subtrees once", "ratio", title=title)
    for row in results["prediction"]:
        rates = (f"{row[name]:,.0f}" for name in ("trees_per_second", "trees_per_second_shared"))
        table.add_row(row["contender"], *rates, f"{row['ratio']:.2f}")
    return table


def packing_table(results: Mapping[str, Any]) -> Grid:
    """One row per input, one column per batch size; with equal subtrees once after the slash."""
    rows, sizes = results["packing"], list(dict.fromkeys(row["batch"] for row in results["packing"]))
    speeds = {(row["contender"], row["batch"], row["shared"]): f"{row['trees_per_second']:,.0f}" for row in rows}
    table = Grid(
        "", *(f"batch {size}" for size in sizes), title="packing, trees/s; equal subtrees once after the slash"
    )
    for name in dict.fromkeys(row["contender"] for row in rows):
        table.add_row(name, *(f"{speeds[name, size, False]} / {speeds[name, size, True]}" for size in sizes))
    return table
