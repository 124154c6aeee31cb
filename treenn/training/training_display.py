"""Short reprs and notebook displays of training runs and their results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from treenn.evaluation.metrics import METRICS
from treenn.evaluation.number_format import NONE
from treenn.trees.display import quoted, table_html

if TYPE_CHECKING:
    from treenn.training.run_results import SplitMetrics, TrainingResults

_MOST_EPOCHS = 100  # in a notebook


def training_repr(results: TrainingResults, name: str) -> str:
    """The repr of a training run: the network, the treebank, the seed, the kept epoch, and one metric per split.

    Args:
        results: its results.
        name: the name of its class.
    """
    metrics = [f"{split} {_main(metrics)}" for split, metrics in results.metrics.items()]
    where = f"{quoted(results.model, 40)} on {results.treebank[:40]!r}, seed={results.seed}"
    return f"{name}({', '.join([where, *_kept(results), *metrics])})"


def training_html(results: TrainingResults) -> str:
    """The metrics of a training run by split, and its epochs, as HTML tables.

    Args:
        results: its results.
    """
    cost = f"{results.parameters:,} parameters, {results.seconds:,.0f} s"
    where = f"{results.model} on {results.treebank}, seed {results.seed}"
    caption = ", ".join([where, *_kept(results), cost])
    return f"<div>{metrics_table(results.metrics, caption)}{_epochs(results)}</div>"


def metrics_table(splits: Mapping[str, SplitMetrics], caption: str = "") -> str:
    """Metrics by split as an HTML table, with the majority class or the mean score of each split.

    Args:
        splits: the metrics by split.
        caption: a text above the table (default: none).
    """
    names = [name for name in METRICS if any(each.values.get(name) is not None for each in splits.values())]
    headings = ["metric", *(text for split in splits for text in (split, "majority"))]
    return table_html(headings, [_metric_row(name, list(splits.values())) for name in names], caption)


def _metric_row(name: str, splits: Sequence[SplitMetrics]) -> list[str]:
    metric = METRICS[name]
    values = (value for each in splits for value in (each.values.get(name), each.majority.get(name)))
    return [f"{metric.title}{', %' * metric.share}", *map(metric.value, values)]


def _kept(results: TrainingResults) -> list[str]:
    """The kept epoch; nothing for a model without epochs."""
    return [f"epoch {results.best_epoch} of {results.epochs}"] if results.epochs else []


def _main(metrics: SplitMetrics) -> str:
    """The first metric with a value."""
    found = next((name for name in METRICS if metrics.values.get(name) is not None), None)
    return NONE if found is None else f"{found}={METRICS[found].value(metrics.values[found])}"


def _epochs(results: TrainingResults) -> str:
    """The epochs as a table: the loss, the first metrics on dev, and the time. The kept epoch is marked."""
    history = results.history[-_MOST_EPOCHS:]
    measured = [name for name in METRICS if any(epoch.dev.values.get(name) is not None for epoch in history)][:3]
    if not history:
        return ""
    headings = ["epoch", "loss", *(f"dev: {METRICS[name].title}" for name in measured), "seconds"]
    rows = [
        [
            f"{epoch.epoch}{' (kept)' * (epoch.epoch == results.best_epoch)}",
            NONE if epoch.loss is None else f"{epoch.loss:.4g}",
            *(METRICS[name].value(epoch.dev.values.get(name)) for name in measured),
            f"{epoch.seconds:.1f}",
        ]
        for epoch in history
    ]
    return table_html(headings, rows)
