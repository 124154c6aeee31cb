"""The section on differences between models: intervals, tests and detectable differences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from treenn.analysis.statistics import Difference
from treenn.experiment.results import TaskResults
from treenn.report.charts import finish, pictures, places, stack
from treenn.report.claims import against_reference, better, reservation
from treenn.report.document import Chart, Record, Section, Table, Text, field_of
from treenn.report.forest import FILLED, Row, draw_forest, favoured_side, in_words, sources
from treenn.report.formatting import METRICS, NONE, p_value

_TESTS = ("p", "p_holm", "randomization", "randomization_holm", "mcnemar")
_MOST_ROWS = 30  # of a table that is open from the start
_FIELDS = ("split", "metric", "difference", "low", "high", *_TESTS)


def differences_section(task: TaskResults) -> Section | None:
    """The reference compared with each other model; None without differences."""
    found = against_reference(task)
    if not found:
        return None
    splits = {each.split: [other for other in found if other.split == each.split] for each in found}
    charts = pictures(lambda: [_chart(task, split, differences) for split, differences in splits.items()])
    return Section("Differences", [_table(task, found), Text(_method(found[0])), charts])


def _table(task: TaskResults, found: Sequence[Difference]) -> Table:
    any_share = any(METRICS[each.metric].share for each in found)
    return Table(
        name=f"{task.slug}/differences",
        caption=f"{task.reference} minus each other model{', accuracies in percentage points' * any_share}",
        columns={
            "Models": lambda record: f"{record['first']} − {record['second']}",
            "Split": field_of("split"),
            "Metric": lambda record: METRICS[record["metric"]].title,
            "Better": lambda record: (record["better"] or "neither") + record["reservation"],
            "Difference": _gap("difference"),
            "Interval": _interval("with_seeds "),
            "p": field_of("p", p_value),
            "corrected": field_of("p_holm", p_value),
            "Interval over sentences": _interval(""),
            "Randomization, p": field_of("randomization", p_value),
            "corrected ": field_of("randomization_holm", p_value),
            "McNemar, p": field_of("mcnemar", p_value),
            "Discordant": lambda record: (
                NONE if record["only_first"] is None else f"{record['only_first']} / {record['only_second']}"
            ),
            "Detectable": _gap("detectable"),
        },
        records=[_record(each) for each in found],
        left=4,
        folded=len(found) > _MOST_ROWS,
    )


def _record(each: Difference) -> Record:
    first, second = each.models
    only_first, only_second = each.discordant or (None, None)
    low, high = (each.with_seeds.low, each.with_seeds.high) if each.with_seeds else (None, None)
    winner = better(each)
    few = " (few seeds)" if winner and reservation([each]) else ""
    record: dict[str, Any] = {"first": first, "second": second, "better": winner, "reservation": few}
    record |= {name: getattr(each, name) for name in _FIELDS}
    record |= {"with_seeds low": low, "with_seeds high": high, "only_first": only_first, "only_second": only_second}
    return record | {"detectable": each.detectable and each.detectable.difference}


def _gap(name: str) -> Any:
    return lambda record: NONE if record[name] is None else METRICS[record["metric"]].gap(record[name])


def _interval(prefix: str) -> Any:
    low, high = _gap(f"{prefix}low"), _gap(f"{prefix}high")
    return lambda record: NONE if record[f"{prefix}low"] is None else f"{low(record)} to {high(record)}"


def _method(each: Difference) -> str:
    return (
        f"The {100 * each.confidence:g}% interval, which is not corrected, and p are those of the deciding test, a"
        " t test of the difference of seed means with sentences and seeds as crossed random factors (quasi-F,"
        " Clark 1973; critical value of Cochran and Cox 1950). Corrected: by Holm, over all differences. A"
        " model is shown to be better if the corrected p is below 0.05. Detectable: the true difference for which"
        " this test has a power of 0.8, by simulation with these standard errors, at the level that the next claim"
        " of Holm's procedure needs. The other columns are about these trained runs only and decide nothing: the"
        " interval over sentences; approximate randomization, which swaps both models' outcomes on random"
        " sentences; McNemar's exact test of the two median runs; discordant: the numbers of sentences that only"
        " the first and only the second of them classifies correctly."
    )


def _chart(task: TaskResults, split: str, found: Sequence[Difference]) -> Chart:
    """A forest plot: a panel for each metric, a row for each other model."""
    panels: dict[str, list[Row]] = {}
    for each in found:
        panels.setdefault(each.metric, []).append(Row(each.models[1], each))
    figure, axes_of_panels = stack([len(panel) for panel in panels.values()])
    directions = {METRICS[metric].better for metric in panels}
    for axes, (metric, panel) in zip(axes_of_panels, panels.items(), strict=True):
        draw_forest(axes, panel, places(task))
        axes.set_title(f"{METRICS[metric].title}: {task.reference} minus")
        if axes is axes_of_panels[-1] or len(directions) > 1:
            axes.set_xlabel(favoured_side(task, metric))
    return finish(
        figure,
        task.slug,
        f"Differences with intervals on {split}",
        f"{FILLED} {sources(found)}",
        "; ".join(
            f"{METRICS[metric].title}, {task.reference} minus {', '.join(in_words(panel))}"
            for metric, panel in panels.items()
        ),
    )
