"""One forest plot over several comparisons: the differences from the reference in the main metric of each task."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from matplotlib.axes import Axes

from treenn.experiment.results import ComparisonResults, TaskResults
from treenn.report.charts import finish, pictures, short_name, stack
from treenn.report.document import Chart
from treenn.report.forest import FILLED, Row, draw_forest, in_words, sources, span
from treenn.report.formatting import METRICS, at, phrase
from treenn.report.headline import task_name
from treenn.report.lead import main_differences
from treenn.report.multi_test import MANY
from treenn.trees.errors import InputError

_COLOURS = Path(__file__).with_name("colours.css")
_WIDTH = 7.0  # inches
_EDGE = 0.01  # of the width, at the left
_LINE = 100  # letters of a line of the caption
_TITLE = 80  # letters of a line of a title, which are bold
_COLUMNS = 40  # of the names of rows


class _Panel(NamedTuple):
    """The differences of one task."""

    task: TaskResults
    rows: list[Row]

    @property
    def metric(self) -> str:
        return self.rows[0].difference.metric

    @property
    def title(self) -> str:
        unit = "points " if METRICS[self.metric].share else ""
        measured = f"{unit}{at(self.metric)} {phrase(self.task, self.metric)}"
        return f"{task_name(self.task)}: {measured}, {short_name(self.task.reference)} minus"


def overview(comparisons: Sequence[ComparisonResults], models: Sequence[str] = (), splits: Sequence[str] = ()) -> Chart:
    """A forest plot with a panel for each task of several comparisons, in one picture.

    Each row is the difference between the task's reference and one other network, in the main metric, on the first test
    set or on those of `splits`. Panels of one treebank and metric share the range of their axes. A model has the same
    colour and marker in all panels.

    Args:
        comparisons: the comparisons.
        models: the networks to compare with, by name (default: all).
        splits: the test sets of tasks with many (default: the first).

    Raises:
        InputError: if there is no such difference.
    """
    panels = [panel for each in comparisons for task in each.sections if (panel := _panel(task, models, splits)).rows]
    if not panels:
        wanted = " or ".join(models) or "a reference"
        raise InputError(f"no difference from {wanted} in these comparisons; must be networks and test sets of them")
    [chart] = pictures(lambda: [_drawn(panels)]).draw()
    return chart


def as_svg(chart: Chart) -> str:
    """The SVG file of a chart, with the colours of the report in light and dark."""
    colours = _COLOURS.read_text(encoding="utf-8")
    style = f"<style>{colours}svg {{ color: var(--ink); background: var(--paper); }}</style>"
    start, rest = chart.svg.split(">", 1)
    return f"{start}>{style}{rest}\n"


def _panel(task: TaskResults, models: Sequence[str], splits: Sequence[str]) -> _Panel:
    many = len(task.unseen_splits) >= MANY
    drawn = splits if many and splits else task.unseen_splits[:1]
    rows = [
        Row(f"{each.models[1]}, {each.split}" if many else each.models[1], each)
        for each in main_differences(task)
        if each.split in drawn and each.models[1] in (models or task.networks)
    ]
    return _Panel(task, rows)


def _drawn(panels: Sequence[_Panel]) -> Chart:
    figure, axes_of_panels = stack([len(panel.rows) for panel in panels], width=_WIDTH)
    rows = [row for panel in panels for row in panel.rows]
    numbers = {model: index for index, model in enumerate(dict.fromkeys(row.difference.models[1] for row in rows))}
    for axes, panel in zip(axes_of_panels, panels, strict=True):
        draw_forest(axes, panel.rows, numbers, _COLUMNS)
        axes.set_xlim(*span([row.difference for each in panels if _alike(each, panel) for row in each.rows]))
        _name(axes, panel.title)
    caption = (
        f"Right of 0 favours the reference. {FILLED} This is decided after Holm's correction within each comparison; "
        f"intervals are not corrected. {sources([row.difference for row in rows])}"
    )
    figure.supxlabel(textwrap.fill(caption, _LINE), x=_EDGE, ha="left", size=8)
    words = "; ".join(f"{panel.title} {', '.join(in_words(panel.rows))}" for panel in panels)
    return finish(figure, "overview", "Differences from the reference", caption, words)


def _name(axes: Axes, title: str) -> None:
    """Write the title of a panel above it, from the left edge of the picture."""
    edge = ("figure fraction", "axes fraction")
    axes.annotate(
        textwrap.fill(title, _TITLE), (_EDGE, 1), (0, 4), xycoords=edge, textcoords="offset points", fontweight="bold"
    )


def _alike(one: _Panel, other: _Panel) -> bool:
    """True if two panels share the range of their axes."""
    return (one.task.treebank.name, one.metric) == (other.task.treebank.name, other.metric)
