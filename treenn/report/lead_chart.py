"""The chart of the lead: differences from the reference with intervals, in a panel for each task."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from treenn.experiment.results import TaskResults
from treenn.report.charts import finish, pictures, places, short_name, stack
from treenn.report.document import Chart, Pictures
from treenn.report.forest import FILLED, Row, draw_forest, favoured_side, in_words, sources, span
from treenn.report.formatting import METRICS, phrase
from treenn.report.headline import task_name
from treenn.report.lead import main_differences, main_metric
from treenn.report.multi_test import MANY
from treenn.report.results_section import accuracy_chart

_MOST = 4  # panels
_TITLE = 42  # letters of a line of a title


class _Panel(NamedTuple):
    """A forest plot of one task and metric: of all other models, or of one model on many test sets."""

    task: TaskResults
    title: str
    rows: list[Row]
    minus: str = ""


def lead_chart(sections: Sequence[TaskResults]) -> Pictures:
    """The chart below the lead: the main differences of all tasks, or the results of a single model.

    Baselines are not drawn if there are other networks, because they would stretch the axis. The panels in one metric
    share the range of their axes.

    Args:
        sections: the tasks with runs (`ComparisonResults.sections`).
    """
    panels = [panel for task in sections for panel in _panels(task)]
    if panels:
        shown, drawn = panels[:_MOST], {row.difference.models[1] for panel in panels for row in panel.rows}
        left_out = any(each.models[1] not in drawn for task in sections for each in main_differences(task))
        caption = _caption(shown, len(panels), left_out)
        return pictures(lambda: [_chart(panel, shown, caption) for panel in shown])
    return pictures(lambda: [accuracy_chart(task, task.unseen_splits[0], "lead") for task in sections[:_MOST]])


def _panels(task: TaskResults) -> Iterable[_Panel]:
    found = main_differences(task)
    networks = [each for each in found if each.models[1] in task.networks] or found
    if len(task.unseen_splits) < MANY:
        if networks:
            split = networks[0].split
            yield _Panel(task, f"{task_name(task)} ({split})", [Row(each.models[1], each) for each in networks])
        return
    for model in dict.fromkeys(each.models[1] for each in networks):
        rows = [Row(each.split, each) for each in networks if each.models[1] == model]
        yield _Panel(task, f"{task_name(task)}: minus {model}", rows, model)


def _chart(panel: _Panel, panels: Sequence[_Panel], caption: str) -> Chart:
    task, metric = panel.task, main_metric(panel.task) or ""
    figure, [axes] = stack([len(panel.rows)])
    draw_forest(axes, panel.rows, places(task))
    alike = [row.difference for each in panels if main_metric(each.task) == metric for row in each.rows]
    axes.set_xlim(*span(alike))
    unit = " (points)" if METRICS[metric].share else ""
    title = f"{METRICS[metric].title}{unit}: {short_name(task.reference)} minus {short_name(panel.minus)}"
    axes.set_title(textwrap.fill(title, _TITLE))
    axes.set_xlabel(favoured_side(task, metric))
    words = f"{phrase(task, metric)}, {task.reference} minus {f'{panel.minus} on ' * bool(panel.minus)}"
    return finish(figure, "lead", panel.title, caption, f"{words}{', '.join(in_words(panel.rows))}")


def _caption(shown: Sequence[_Panel], number: int, baselines: bool) -> str:
    notes = [FILLED, sources([row.difference for panel in shown for row in panel.rows])]
    notes += [f"The first {len(shown)} of {number} panels; all are in the sections on differences."] * (number > _MOST)
    notes += ["Baselines are in the tables."] * baselines
    return " ".join(notes)
