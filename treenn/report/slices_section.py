"""The section on slices: accuracy by length, height, depth, negation, X but Y, operators."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from treenn.analysis.but_clauses import PUBLISHED
from treenn.analysis.histogram import Bin, Slice, merged
from treenn.analysis.intervals import wilson
from treenn.analysis.neighbours import LEAST
from treenn.analysis.statistics import Interval
from treenn.experiment.results import TaskResults
from treenn.report.charts import dodged, drawn, finish, look, name_places, panels, percent_axis, pictures
from treenn.report.document import Block, Chart, Record, Section, Table, Text
from treenn.report.formatting import (
    in_all_runs,
    is_sst,
    model_table,
    over_seeds,
    percent,
    published_table,
    spread_of,
)

TITLES = {
    "length": "length",
    "height": "height of the tree",
    "span_length": "words below a node",
    "depth": "depth of a node",
    "negation": "negation",
    "but": "X but Y",
    "unknown_words": "unknown words",
    "operator": "operator",
    "arguments": "arguments",
    "nesting": "nesting",
    "operators": "number of operators",
}
"""The titles of slices (default: the slice's name)."""

Slices = dict[str, list[Slice]]
"""By model the slice of each of its runs."""


_UNTESTED = (
    f"Ranges of fewer than {LEAST} sentences are merged with a neighbour. In tables, ± is over seeds, without the"
    " variance over examples. In charts, bars are 95% intervals over examples (Wilson 1927) of the mean over seeds,"
    " without the variance over seeds; the nodes of one sentence count as one example. All charts are from 0 to 100%."
    " Differences in this section were not tested."
)


def slices_section(task: TaskResults) -> Section | None:
    """A table and a chart for each slice of each split; None if no run has any."""
    blocks: list[Block] = []
    for split in task.unseen_splits:
        by_name = {name: _of_models(task, split, name) for name in _names(task, split)}
        blocks.append(pictures(partial(_charts, task, split, by_name)))
        for name, slices in by_name.items():
            blocks += _blocks(task, split, name, slices)
    if not any(isinstance(block, Table) for block in blocks):
        return None
    return Section("Slices", [Text(_UNTESTED), *blocks])


def _names(task: TaskResults, split: str) -> list[str]:
    """The slices of a split, without those of a single range, which has all examples, and those of too few."""
    named = ((name, merged(each)) for run in task.runs for name, each in run.slices.get(split, {}).items())
    several = (name for name, each in named if len(each.bins) > 1 or any(bin.start is None for bin in each.bins))
    return list(dict.fromkeys(several))


def _of_models(task: TaskResults, split: str, name: str) -> Slices:
    found = in_all_runs(task, lambda run: run.slices.get(split, {}).get(name))
    return {model: [merged(each) for each in runs] for model, runs in found.items()}


def _blocks(task: TaskResults, split: str, name: str, slices: Slices) -> Iterator[Block]:
    first = next(iter(slices.values()))[0]
    counted = {"right": ""} | ({"right_side": ", correct side"} if first.bins[0].right_side is not None else {})
    columns = {
        f"{each.label}{words} ({each.total:,})": spread_of(f"{each.label} {key}")
        for each in _bins(slices)
        for key, words in counted.items()
    }
    yield model_table(
        task,
        f"by-{name}-{split}",
        f"{_title(split, name)}: accuracy in percent, mean ± standard deviation over seeds",
        columns,
        {model: _record(task, split, of_model, tuple(counted)) for model, of_model in slices.items()},
        folded=name != "but" and _drawable(task, slices),
        note=f"In brackets the number of {first.unit}. {_sentence(first.rule)}{_omitted(task, split, name)}",
    )
    if name == "but" and is_sst(task):
        source = f"Published (Socher et al. 2013, section 6.3; quoted from memory), {PUBLISHED.cases} cases of SST"
        yield published_table(task, f"by-{name}-{split}", f"{source}: accuracy in percent", "X but Y", PUBLISHED)
    if any(each.rule is not None for each in first.bins):
        yield Text(" ".join(_sentence(f"“{each.name}”: {each.rule}") for each in first.bins))


def _title(split: str, name: str) -> str:
    return f"{_capital(split)} by {TITLES.get(name, name)}"


def _sentence(text: str) -> str:
    return f"{_capital(text)}."


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def _bins(slices: Slices) -> list[Bin]:
    """The bins of all models, each once; they depend on the data only."""
    return list({each.label: each for runs in slices.values() for run in runs for each in run.bins}.values())


def _omitted(task: TaskResults, split: str, name: str) -> str:
    """A sentence on the bins of too few sentences that have no neighbour; empty if there are none."""
    recorded = next(run.slices[split][name] for run in task.runs if name in run.slices.get(split, {}))
    total = sum(each.total for each in recorded.bins) - sum(each.total for each in merged(recorded).bins)
    return f" Omitted: {total} {recorded.unit} in bins of fewer than {LEAST}." if total else ""


def _record(task: TaskResults, split: str, runs: Sequence[Slice], counted: Sequence[str]) -> Record:
    record: dict[str, object] = {f"{each.label} total": each.total for each in runs[0].bins}
    for name in counted:
        intervals = _intervals(task, split, runs, name)
        for number, each in enumerate(runs[0].bins):
            key, (_, found) = f"{each.label} {name}", intervals[each.label]
            record |= over_seeds({key: [getattr(run.bins[number], name) / each.total for run in runs]})
            record |= {f"{key} low": found.low, f"{key} high": found.high}
    return record


def _intervals(
    task: TaskResults, split: str, runs: Sequence[Slice], name: str = "right"
) -> dict[str, tuple[float, Interval]]:
    """By bin the accuracy, averaged over seeds, and its interval over examples."""
    found = {}
    for number, each in enumerate(runs[0].bins):
        mean = float(np.mean([getattr(run.bins[number], name) for run in runs])) / each.total
        found[each.label] = mean, wilson(mean, _examples(task, split, runs[0], each))
    return found


def _examples(task: TaskResults, split: str, found: Slice, each: Bin) -> int:
    """The number of independent examples of a bin; of nodes in older files, at most that of the split's sentences."""
    if found.unit == "nodes" and each.sentences is None:
        return min(each.total, task.treebank.sizes.get(split, each.total))
    return each.independent


def _charts(task: TaskResults, split: str, by_name: Mapping[str, Slices]) -> list[Chart]:
    """The slices of two bins or more."""
    return [_chart(task, split, name, slices) for name, slices in by_name.items() if _drawable(task, slices)]


def _drawable(task: TaskResults, slices: Slices) -> bool:
    return bool(slices.keys() & drawn(task)) and len(_bins(slices)) > 1


def _chart(task: TaskResults, split: str, name: str, slices: Slices) -> Chart:
    bins, first = _bins(slices), next(iter(slices.values()))[0]
    labels, ranges = [each.label for each in bins], bins[0].start is not None
    (figure, [axes]), words = panels(3.3), []
    models = {model: place for model, place in drawn(task).items() if model in slices}
    for number, (model, place) in enumerate(models.items()):
        found = _intervals(task, split, slices[model])
        at = [labels.index(label) + dodged(number, len(models)) for label in found]
        _draw(axes, at, list(found.values()), look(place, line=ranges) | {"label": model})
        words.append(f"{model} {', '.join(_in_words(found))}")
    name_places(axes, [f"{each.label}\n({each.total:,})" for each in bins])
    percent_axis(axes)
    axes.set_ylabel("Accuracy (%)")
    axes.set_xlabel(f"{_capital(TITLES.get(name, name))} (number of {first.unit})")
    caption = f"Means over seeds, with 95% intervals over examples. {_sentence(first.rule)}"
    return finish(figure, task.slug, _title(split, name), caption, "Accuracy in percent: " + "; ".join(words))


def _draw(axes: Axes, at: Sequence[float], found: Sequence[tuple[float, Interval]], style: Mapping[str, Any]) -> None:
    """Draw the points of a model with their intervals."""
    axes.vlines(at, [100 * each.low for _, each in found], [100 * each.high for _, each in found], style["color"])
    axes.plot(at, [100 * mean for mean, _ in found], **style)


def _in_words(found: Mapping[str, tuple[float, Interval]]) -> Iterator[str]:
    for label, (mean, each) in found.items():
        yield f"{label} {percent(mean)} ({percent(each.low)} to {percent(each.high)})"
