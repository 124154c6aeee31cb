"""Shared style of charts, and their SVG for an HTML page with its colours."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from markupsafe import Markup
from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, MultipleLocator, NullFormatter

from treenn.experiment.plan_spec import BASELINES
from treenn.experiment.results import TaskResults, slug
from treenn.report.document import Chart, Pictures
from treenn.trees.text_width import shortened

# Colours that no chart draws with: the page replaces them by its own, light or dark.
INK, GRID, PAPER = "#000001", "#000002", "#000003"
_PAGE_COLOURS = {INK: "currentColor", GRID: "var(--grid)", PAPER: "var(--paper)"}
SERIES = [f"#0000a{number}" for number in range(6)]
_PAGE_COLOURS |= {colour: f"var(--series-{number})" for number, colour in enumerate(SERIES)}
_MARKERS = "osD^vPX"  # markers and dashes in addition to colours, for readers who cannot distinguish the colours
_DASHES: Sequence[Any] = ("-", (0, (7, 2)), (0, (3, 1.5)), (0, (7, 2, 1.5, 2)))
REFERENCE: Mapping[str, Any] = {"color": INK, "linestyle": ":", "linewidth": 1.2}
"""The style of reference lines, such as the majority class."""
_ROOM = 40  # the maximum number of letters below a chart
COLUMNS = 26
"""The maximum width of the name of a model in columns."""
WIDTH = 4.4  # inches: 422 pixels, so that text is still legible on a screen of 400
_STYLE: Any = {
    "svg.hashsalt": "treenn",
    "svg.fonttype": "none",
    "text.parse_math": False,
    "font.family": "sans-serif",
    "font.size": 9,
    "axes.titlesize": 9,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.grid": True,
    "grid.color": GRID,
    "grid.linewidth": 0.6,
    "legend.frameon": False,
    "legend.handlelength": 3.0,
    "lines.markersize": 5,
    **dict.fromkeys(("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color"), INK),
}


def pictures(draw: Callable[[], Sequence[Chart]]) -> Pictures:
    """Charts of matplotlib, independent of the user's settings."""
    return Pictures(style.context(_STYLE, after_reset=True)(draw))


def drawn(task: TaskResults) -> dict[str, int]:
    """The models in charts of many lines: the first six networks, each with its number in `places`."""
    numbers = places(task)
    return {model: numbers[model] for model in task.networks[: len(SERIES)]}


def places(task: TaskResults) -> dict[str, int]:
    """The plan's models, numbered, networks before baselines; the same in all charts and tasks of a report."""
    kinds = {each.name: each.model for each in task.models}
    return {model: place for place, model in enumerate(sorted(kinds, key=lambda name: kinds[name] in BASELINES))}


def look(place: int, *, line: bool = True) -> dict[str, Any]:
    """Colour, marker and dashes of a model for `Axes.plot`.

    Args:
        place: the model's number.
        line: whether to draw a line (default: True); else only markers.
    """
    return {
        "color": SERIES[place % len(SERIES)],
        "marker": _MARKERS[place % len(_MARKERS)],
        "linestyle": _DASHES[place % len(_DASHES)] if line else "",
    }


def stack(heights: Sequence[int], share: bool = False, width: float = WIDTH) -> tuple[Figure, list[Axes]]:
    """A figure with charts one above the other.

    Args:
        heights: the number of rows of each chart.
        share: whether charts share the x axis (default: False).
        width: the width in inches (default: `WIDTH`).
    """
    figure = Figure(figsize=(width, sum(0.75 + 0.22 * rows for rows in heights)), layout="constrained")
    axes = figure.subplots(
        len(heights), squeeze=False, sharex=share, gridspec_kw={"height_ratios": [1 + rows for rows in heights]}
    )
    return figure, list(axes[:, 0])


def panels(height: float, number: int = 1) -> tuple[Figure, list[Axes]]:
    """A figure with charts next to each other, which share both axes.

    Args:
        height: the height in inches.
        number: the number of charts (default: 1).
    """
    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    return figure, list(figure.subplots(1, number, squeeze=False, sharex=True, sharey=True)[0])


def panels_over_counts(height: float, number: int) -> tuple[Figure, list[Axes], list[Axes]]:
    """A figure with charts next to each other, and below each one for its counts.

    Args:
        height: the height in inches.
        number: the number of charts.
    """
    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    both = figure.subplots(2, number, squeeze=False, sharex=True, sharey="row", gridspec_kw={"height_ratios": [3, 1]})
    return figure, list(both[0]), list(both[1])


def percent_axis(axes: Axes) -> None:
    """Set a y axis from 0 to 100 %, as all charts of accuracy by slice, by test set and by confidence have."""
    axes.set_ylim(0, 103)  # a margin for markers at 100
    axes.yaxis.set_major_locator(MultipleLocator(20))


def dodged(number: int, of: int) -> float:
    """The horizontal shift of a model's points, so that intervals of several models are next to each other.

    Args:
        number: the model's number among those drawn.
        of: the number of models drawn.
    """
    return min(0.14, 0.75 / of) * (number - (of - 1) / 2)


def mark_seeds(axes: Axes, row: int, values: Sequence[float], place: int) -> None:
    """Draw a marker for each seed of a model and a stroke for their mean.

    Args:
        axes: the chart.
        row: the model's row.
        values: the values of its seeds; if there is none, nothing is drawn.
        place: the model's number.
    """
    if values:
        axes.plot(values, [row] * len(values), **look(place, line=False), alpha=0.7)
        axes.plot([np.mean(values)], [row], "|", color=INK, markersize=13, markeredgewidth=1.5)


def name_rows(axes: Axes, names: Sequence[str], columns: int = COLUMNS) -> None:
    """Label the rows of a chart, the first on top.

    Args:
        axes: the chart.
        names: the names.
        columns: the maximum width of a name in columns (default: `COLUMNS`).
    """
    axes.set_yticks(range(len(names)), [short_name(name, columns) for name in names])
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.grid(visible=False, axis="y")


def name_places(axes: Axes, names: Sequence[str]) -> None:
    """Label the x axis, with rotated names, on one line, if they would not fit."""
    turned: dict[str, Any] = {}
    if sum(max(map(len, name.split("\n"))) for name in names) > _ROOM:
        turned = {"rotation": 45, "ha": "right", "rotation_mode": "anchor"}
        names = [name.replace("\n", " ") for name in names]
    axes.set_xticks(range(len(names)), names, **turned)
    axes.set_xlim(-0.5, len(names) - 0.5)


def short_name(model: str, columns: int = COLUMNS) -> str:
    """The name of a model as axes and titles show it, of at most 26 columns unless others are given.

    >>> short_name("tree-lstm, right-branching, words shuffled")
    'tree-lstm, right-branchin…'
    """
    return shortened(model, columns)


def name_epochs(axes: Axes) -> None:
    """Label the x axis with whole epochs."""
    axes.set_xlabel("Epoch")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))


def log_scale(axes: Axes) -> None:
    """Set a logarithmic y axis with plain-text numbers instead of matplotlib's mathtext."""
    axes.set_yscale("log")
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.yaxis.set_minor_formatter(NullFormatter())


def finish(figure: Figure, task: str, title: str, caption: str, alternative: str) -> Chart:
    """The chart of a figure, with a legend of its labelled lines above, in one column if names are long.

    Args:
        figure: the figure.
        task: the task's slug; with the title it makes the ids of the SVG unique on the page.
        title: the heading.
        caption: the text below.
        alternative: the text alternative, with the chart's numbers.
    """
    handles, names = figure.axes[0].get_legend_handles_labels()
    if handles:
        columns = 2 if all(len(name) <= COLUMNS for name in names) else 1
        figure.legend(handles, names, loc="outside upper left", ncols=columns)
    buffer = io.StringIO()
    nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    figure.savefig(buffer, format="svg", transparent=True, metadata=nothing)
    svg = buffer.getvalue()
    svg = svg[svg.index("<svg") :]  # without the XML and document type lines, which have no place inside HTML
    svg = re.sub(r"<!--.*?-->\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r"<[^>]+>", lambda tag: re.sub(r"(\.\d\d)\d+", r"\1", tag[0]), svg)  # no screen shows more
    svg = re.sub("|".join(_PAGE_COLOURS), lambda found: _PAGE_COLOURS[found[0]], svg)
    # Every figure numbers its parts from 1; a page may have each id only once.
    name = slug(f"{task} {title}")
    svg = re.sub(r'( id="|url\(#|href="#)', rf"\g<1>{name}-", svg)
    return Chart(title, caption, alternative, described(Markup(svg), name, title, alternative))


def described(svg: Markup, name: str, title: str, alternative: str) -> Markup:
    """The SVG with a text alternative for screen readers.

    Args:
        svg: the SVG.
        name: the prefix of the ids.
        title: the heading.
        alternative: the text alternative.
    """
    start, rest = svg.split(">", 1)
    words = Markup('<title id="{0}-title">{1}</title><desc id="{0}-desc">{2}</desc>')
    label = Markup(' role="img" aria-labelledby="{0}-title {0}-desc">').format(name)
    return Markup(start) + label + words.format(name, title, f"{alternative}.") + Markup(rest)
