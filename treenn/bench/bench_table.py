"""The measurements as tables for the terminal; 80 columns hold them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from treenn.runtime.terminal import Grid

LEGEND = (
    "products: the step's matrix multiplications alone, in the shapes that the trees force, as a share of the step's "
    "time, by treenn's kernels and by torch.mm; of peak: how fast the step does them, as a share of the rate of a "
    "large product; MB: peak memory beyond the network and its optimizer. nn.LSTM and nn.GRU read the words alone."
)
"""What the columns of `training_table` mean."""


def training_table(results: Mapping[str, Any]) -> Grid:
    """One row a contender, one section a batch size."""
    environment = results["environment"]
    where = f"{environment['device']}, {environment['threads']} threads, {results['peak_gflops']:.0f} GFLOP/s at most"
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
    """One row a network over trees."""
    first = results["prediction"][0]
    title = f"prediction, all {first['trees']:,} trees, batch {first['batch']:,}"
    table = Grid("", "trees/s", "equal subtrees once", "ratio", title=title)
    for row in results["prediction"]:
        rates = (f"{row[name]:,.0f}" for name in ("trees_per_second", "trees_per_second_shared"))
        table.add_row(row["contender"], *rates, f"{row['ratio']:.2f}")
    return table
