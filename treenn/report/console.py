"""The comparison as a table for the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from treenn.analysis.statistics import by_model
from treenn.report.formatting import METRICS, NONE, majority, runs_majority, shown_metrics, synthetic, unseen_splits
from treenn.report.headline import task_name
from treenn.runtime.terminal import Grid


def comparison_table(results: Mapping[str, Any]) -> Grid:
    """Mean ± standard deviation over seeds of each model on each unseen split, shares in percent; 80 columns hold it.

    Args:
        results: one task of a comparison (`treenn.experiment.results.sections`).
    """
    metrics = [name for name in shown_metrics(results) if METRICS[name].short]
    what = "percent right, " if all(METRICS[name].share for name in metrics) else ""
    kind = " (synthetic)" if synthetic(results) else ""
    title = f"{task_name(results)}{kind}: {what}mean ± standard deviation over seeds"
    table = Grid("", "params", *(METRICS[name].short for name in metrics), "trees/s", title=title)
    for split in unseen_splits(results):
        _add_split(table, results, split, metrics)
    return table


def _add_split(table: Grid, results: Mapping[str, Any], split: str, metrics: list[str]) -> None:
    table.add_section(split)
    for model, runs in by_model(results["runs"]).items():
        of_model = results["summary"][model]
        cells = [METRICS[name].spread(of_model[split].get(name)) for name in metrics]
        speed = f"{of_model['trees_per_second']['mean']:,.0f}"
        table.add_row(model, f"{runs[0]['parameters']:,}", *cells, speed)
    if runs_majority(results):
        return
    constant = (METRICS[name].value(majority(results, split, name)) for name in metrics)
    table.add_row("majority", NONE, *constant, NONE, style="dim")
