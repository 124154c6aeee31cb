"""Values of all metrics of predictions, and the names of metrics as arguments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from treenn.evaluation.metric import AnyPredictions
from treenn.evaluation.metrics import METRICS
from treenn.trees.arguments import refusal
from treenn.trees.display import table_html
from treenn.trees.errors import InputError, argument


def measure(predictions: AnyPredictions) -> dict[str, Any]:
    """The metrics of predictions.

    Returns:
        The value of each metric for this kind of predictions and their scale, in the order of `METRICS`, `None` without
        labels; and `majority`, the value of the best constant prediction by metric.

    Raises:
        InputError: if the argument is not predictions.
    """
    if not hasattr(predictions, "kind"):
        raise refusal("predictions", predictions, "a Predictions")
    scale = getattr(predictions, "scale", None)  # optional for user-defined tasks
    metrics = {
        name: metric
        for name, metric in METRICS.items()
        if predictions.kind in metric.reads and (scale is None or scale in metric.scales)
    }
    constant = {name: metric.constant(predictions) for name, metric in metrics.items() if metric.constant is not None}
    return {**{name: metric.compute(predictions) for name, metric in metrics.items()}, "majority": constant}


def metrics_html(predictions: AnyPredictions) -> str:
    """The metrics of predictions as an HTML table for notebooks."""
    measured = measure(predictions)
    rows = [
        (
            f"{metric.title}{', %' * metric.share}",
            metric.value(measured[name]),
            metric.value(measured["majority"].get(name)),
        )
        for name, metric in METRICS.items()
        if name in measured
    ]
    return table_html(["metric", "value", "majority"], rows)


def paired_metrics() -> list[str]:
    """The metrics in which pairs of models are tested against each other."""
    return [name for name, metric in METRICS.items() if metric.paired is not None]


def check_metric(name: str, among: Sequence[str] | None = None) -> None:
    """Validate the argument `metric`.

    Args:
        name: the metric.
        among: the permitted names (default: all of `METRICS`).

    Raises:
        InputError: if there is no metric of this name.
    """
    known = list(METRICS) if among is None else among
    if name not in known:
        raise InputError(f"{argument('metric')} {name}: must be {', '.join(known[:-1])} or {known[-1]}")
