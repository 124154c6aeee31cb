"""The section on differences between models: intervals, tests and detectable differences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from matplotlib.axes import Axes

from treenn.analysis.statistics import Difference
from treenn.experiment.results import TaskResults
from treenn.report.charts import INK, PAPER, finish, look, name_rows, pictures, places, stack
from treenn.report.claims import against_reference, better
from treenn.report.document import Chart, Record, Section, Table, Text, field_of
from treenn.report.formatting import METRICS, NONE, p_value


def differences_section(task: TaskResults) -> Section | None:
    """The reference compared with each other model; None without differences."""
    found = against_reference(task)
    if not found:
        return None
    caption = f"{task.reference} against each other model"
    charts = pictures(partial(_charts, task, found))
    return Section("Differences", [_table(task, caption, found), Text(_how(found[0])), charts])


def _table(task: TaskResults, caption: str, found: Sequence[Difference]) -> Table:
    return Table(
        name=f"{task.slug}/differences",
        caption=f"{caption}: by how much the first is ahead, shares in percentage points",
        columns={
            "Models": lambda record: f"{record['first']} − {record['second']}",
            "Split": field_of("split"),
            "Metric": lambda record: METRICS[record["metric"]].title,
            "Shown to be better": lambda record: record["better"] or "neither",
            "Difference": _gap("difference"),
            "Interval": _interval(""),
            "Interval, seeds too": _interval("with_seeds "),
            "Randomization, p": field_of("randomization", p_value),
            "corrected": field_of("randomization_holm", p_value),
            "McNemar, p": field_of("mcnemar", p_value),
            "corrected ": field_of("mcnemar_holm", p_value),
            "Only one right": lambda record: (
                NONE if record["only_first"] is None else f"{record['only_first']} / {record['only_second']}"
            ),
            "Detectable": _gap("detectable"),
        },
        records=[_record(each) for each in found],
        left=4,
    )


def _record(each: Difference) -> Record:
    discordant = each.discordant or (None, None)
    return {
        "first": each.models[0],
        "second": each.models[1],
        "split": each.split,
        "metric": each.metric,
        "better": better(each),
        "difference": each.difference,
        "low": each.low,
        "high": each.high,
        "with_seeds low": each.with_seeds and each.with_seeds.low,
        "with_seeds high": each.with_seeds and each.with_seeds.high,
        "randomization": each.randomization,
        "randomization_holm": each.randomization_holm,
        "mcnemar": each.mcnemar,
        "mcnemar_holm": each.mcnemar_holm,
        "only_first": discordant[0],
        "only_second": discordant[1],
        "detectable": each.detectable and each.detectable.difference,
        "detectable_gap": each.detectable and each.detectable.gap,
    }


def _gap(name: str) -> Any:
    return lambda record: NONE if record[name] is None else METRICS[record["metric"]].gap(record[name])


def _interval(prefix: str) -> Any:
    low, high = _gap(f"{prefix}low"), _gap(f"{prefix}high")
    return lambda record: NONE if record[f"{prefix}low"] is None else f"{low(record)} to {high(record)}"


def _how(each: Difference) -> str:
    return (
        f"The interval holds the middle {100 * each.confidence:g}% of {each.draws:,} differences, each on as many"
        " sentences as the split has, drawn from it with replacement, with both models' answers averaged over their"
        " seeds (paired bootstrap); “seeds too” draws the seeds anew besides. Randomization: approximate"
        " randomization, both models' answers swapped on random sentences. McNemar: the exact test of the two middle"
        " runs; “only one right” counts the sentences that it looks at. Corrected: by Holm, over every difference that"
        " this plan tests. Detectable: the true difference that this test set would have found (p < 0.05, before"
        " correction) four times out of five. A model is shown to be better where the intervals exclude zero and the"
        " corrected p of randomization is below 0.05."
    )


def _charts(task: TaskResults, found: Sequence[Difference]) -> list[Chart]:
    splits = dict.fromkeys(each.split for each in found)
    return [_chart(task, split, [each for each in found if each.split == split]) for split in splits]


def _chart(task: TaskResults, split: str, found: Sequence[Difference]) -> Chart:
    """A forest plot: a panel for each metric, a row for each other model."""
    panels: dict[str, list[Difference]] = {}
    for each in found:
        panels.setdefault(each.metric, []).append(each)
    figure, rows = stack([len(panel) for panel in panels.values()])
    numbers = places(task)
    for axes, (metric, panel) in zip(rows, panels.items(), strict=True):
        axes.axvline(0, color=INK, linewidth=1)
        for place, each in enumerate(panel):
            _bar(axes, place, each, 100 if METRICS[metric].share else 1, look(numbers[each.models[1]], line=False))
        name_rows(axes, [each.models[1] for each in panel])
        axes.set_title(f"{METRICS[metric].title}: {task.reference} minus")
    rows[-1].set_xlabel(f"Right of 0 {task.reference} is better")
    return finish(
        figure,
        task.slug,
        f"Differences and their intervals on {split}",
        "Filled where a model is shown to be better, hollow where neither is. The line is the interval over sentences.",
        "; ".join(
            f"{METRICS[metric].title}, {task.reference} minus {', '.join(_in_words(panel))}"
            for metric, panel in panels.items()
        ),
    )


def _bar(axes: Axes, place: int, each: Difference, scale: float, style: Mapping[str, Any]) -> None:
    fill = PAPER if better(each) is None else style["color"]
    axes.plot([scale * each.low, scale * each.high], [place, place], color=style["color"], linewidth=1.5)
    axes.plot([scale * each.difference], [place], **style, markerfacecolor=fill)


def _in_words(panel: Iterable[Difference]) -> Iterable[str]:
    for each in panel:
        metric = METRICS[each.metric]
        middle, low, high = map(metric.gap, (each.difference, each.low, each.high))
        yield f"{each.models[1]} {middle}{metric.unit} ({low} to {high})"
