"""The comparison as a table for the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich import box
from rich.table import Table
from rich.text import Text

from treenn.comparison.headline import task_name
from treenn.comparison.statistics import by_model
from treenn.comparison.wording import METRICS, NONE, majority, runs_majority, shown_metrics, synthetic, unseen_splits

_COLUMNS = {"root": "root", "all_nodes": "all nodes", "root_binary": "binary", "macro_f1": "macro-F1"}
_COLUMNS |= {"pearson": "Pearson", "spearman": "Spearman", "mse": "MSE"}


def comparison_table(results: Mapping[str, Any]) -> Table:
    """Mean ± standard deviation over seeds of each model on each unseen split, shares in percent; 80 columns hold it.

    Args:
        results: one task of a comparison (`treenn.comparison.results.sections`).
    """
    metrics = [name for name in shown_metrics(results) if name in _COLUMNS]
    what = "percent right, " if all(METRICS[name].share for name in metrics) else ""
    kind = " (synthetic)" if synthetic(results) else ""
    title = f"{task_name(results)}{kind}: {what}mean ± standard deviation over seeds"
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False, title=Text(title), title_justify="left")
    table.add_column("", overflow="fold")
    for head in ("params", *(_COLUMNS[name] for name in metrics), "trees/s"):
        table.add_column(head, justify="right", no_wrap=True)
    for split in unseen_splits(results):
        _add_split(table, results, split, metrics)
    return table


def _add_split(table: Table, results: Mapping[str, Any], split: str, metrics: list[str]) -> None:
    table.add_section()
    table.add_row(Text(split, style="bold"))
    for model, runs in by_model(results["runs"]).items():
        of_model = results["summary"][model]
        cells = [METRICS[name].spread(of_model[split].get(name)) for name in metrics]
        speed = f"{of_model['trees_per_second']['mean']:,.0f}"
        # A name is Text because in a string rich would take [brackets] for its markup.
        table.add_row(Text(model), f"{runs[0]['parameters']:,}", *cells, speed)
    if runs_majority(results):
        return
    constant = (METRICS[name].value(majority(results, split, name)) for name in metrics)
    table.add_row("majority", NONE, *constant, NONE, style="dim")
