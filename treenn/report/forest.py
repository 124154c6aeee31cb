"""Forest plots: differences from the reference with their intervals, and their numbers at the right."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from matplotlib.axes import Axes

from treenn.analysis.statistics import Difference
from treenn.experiment.results import TaskResults
from treenn.report.charts import COLUMNS, INK, PAPER, look, name_rows
from treenn.report.claims import better
from treenn.report.formatting import METRICS

FILLED = "Filled: one model is better; hollow: neither is shown to be."
"""The key of the markers."""


class Row(NamedTuple):
    """A row of a forest plot: its name and its difference."""

    name: str
    difference: Difference


def draw_forest(axes: Axes, rows: Sequence[Row], numbers: Mapping[str, int], columns: int = COLUMNS) -> None:
    """Draw a row for each difference: its interval, its marker and its numbers.

    Args:
        axes: the chart.
        rows: the rows, the first on top; all in one metric.
        numbers: the number of each model, which decides its colour and marker (`treenn.report.charts.places`).
        columns: the maximum width of a row's name in columns (default: `COLUMNS`).
    """
    axes.axvline(0, color=INK, linewidth=1)
    for place, (_, each) in enumerate(rows):
        _bar(axes, place, each, look(numbers[each.models[1]], line=False))
        axes.text(1.02, place, _numbers(each), transform=axes.get_yaxis_transform(), va="center", size=8)
    name_rows(axes, [row.name for row in rows], columns)


def _bar(axes: Axes, place: int, each: Difference, style: Mapping[str, Any]) -> None:
    scale = 100 if METRICS[each.metric].share else 1
    fill = PAPER if better(each) is None else style["color"]
    ends = [scale * each.interval.low, scale * each.interval.high]
    axes.plot(ends, [place, place], color=style["color"], linewidth=1.5)
    axes.plot([scale * each.difference], [place], **style, markerfacecolor=fill)


def _numbers(each: Difference) -> str:
    metric = METRICS[each.metric]
    middle, low, high = map(metric.gap, (each.difference, each.interval.low, each.interval.high))
    return f"{middle} ({low} to {high})"


def span(found: Sequence[Difference]) -> tuple[float, float]:
    """The range of an axis: of all intervals and 0, with a margin."""
    scale = 100 if METRICS[found[0].metric].share else 1
    ends = [0.0, *(scale * end for each in found for end in (each.interval.low, each.interval.high))]
    margin = 0.06 * (max(ends) - min(ends)) or 1.0
    return min(ends) - margin, max(ends) + margin


def favoured_side(task: TaskResults, metric: str) -> str:
    """The label of the x axis: the side of 0 that favours the reference."""
    return f"{'Right' if METRICS[metric].better == 'higher' else 'Left'} of 0 favours {task.reference}"


def sources(found: Iterable[Difference]) -> str:
    """The sentence on the intervals of these differences."""
    each, kinds = next(iter(found)), {each.with_seeds is not None for each in found}
    over = {
        frozenset({True}): "sentences and seeds",
        frozenset({False}): "sentences only",
    }.get(frozenset(kinds), "sentences and seeds, of single runs over sentences only")
    return f"Lines and brackets: {100 * each.confidence:g}% intervals over {over}."


def in_words(rows: Iterable[Row]) -> Iterable[str]:
    """The rows as words, for a text alternative."""
    for name, each in rows:
        metric = METRICS[each.metric]
        middle, low, high = map(metric.gap, (each.difference, each.interval.low, each.interval.high))
        yield f"{name} {middle}{metric.unit} ({low} to {high})"
