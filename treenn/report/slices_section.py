"""The section on slices: accuracy by length, height, depth, negation, X but Y, operators."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

import numpy as np

from treenn.analysis.but_clauses import PUBLISHED
from treenn.analysis.histogram import Bin, Slice
from treenn.experiment.results import TaskResults
from treenn.report.charts import drawn, finish, look, name_places, panels, pictures
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

_FEW = 10  # the minimum number of sentences or nodes for a point of a chart

Slices = dict[str, list[Slice]]
"""By model the slice of each of its runs."""


_UNTESTED = "± is over seeds, without the variance over examples. Differences in this section were not tested."


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
    """The slices of a split, without those of a single range, which has all examples."""
    named = (slices for run in task.runs for slices in run.slices.get(split, {}).items())
    return list(dict.fromkeys(name for name, each in named if len(each.bins) > 1 or each.bins[0].start is None))


def _of_models(task: TaskResults, split: str, name: str) -> Slices:
    return in_all_runs(task, lambda run: run.slices.get(split, {}).get(name))


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
        {model: _record(of_model, tuple(counted)) for model, of_model in slices.items()},
        folded=name != "but" and _drawable(task, slices),
        note=f"In brackets the number of {first.unit}. {_sentence(first.rule)}",
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


def _record(runs: Sequence[Slice], counted: Sequence[str]) -> Record:
    record: dict[str, object] = {}
    for number, each in enumerate(runs[0].bins):
        record[f"{each.label} total"] = each.total
        for name in counted if each.total else ():
            accuracies = [getattr(run.bins[number], name) / each.total for run in runs]
            record |= over_seeds({f"{each.label} {name}": accuracies})
    return record


def _charts(task: TaskResults, split: str, by_name: Mapping[str, Slices]) -> list[Chart]:
    """The slices of two bins or more."""
    return [_chart(task, split, name, slices) for name, slices in by_name.items() if _drawable(task, slices)]


def _drawable(task: TaskResults, slices: Slices) -> bool:
    return bool(slices.keys() & drawn(task)) and sum(each.total >= _FEW for each in _bins(slices)) > 1


def _chart(task: TaskResults, split: str, name: str, slices: Slices) -> Chart:
    labels = [each.label for each in _bins(slices) if each.total >= _FEW]
    ranges = _bins(slices)[0].start is not None
    (figure, [axes]), models = panels(3.1), {model: at for model, at in drawn(task).items() if model in slices}
    words = []
    for number, (model, place) in enumerate(models.items()):
        shares = _means(slices[model])
        shift = 0.0 if ranges else 0.12 * (number - (len(models) - 1) / 2)
        at = [labels.index(each) + shift for each in shares]
        values = [100 * share for share in shares.values()]
        axes.plot(at, values, **look(place, line=ranges), label=model)
        words.append(f"{model} " + ", ".join(f"{each} {percent(share)}" for each, share in shares.items()))
    name_places(axes, labels)
    axes.set_ylabel("Accuracy (%)")
    axes.set_xlabel(_capital(TITLES.get(name, name)))
    caption = "Means over seeds. " + _sentence(next(iter(slices.values()))[0].rule)
    return finish(figure, task.slug, _title(split, name), caption, "Accuracy in percent: " + "; ".join(words))


def _means(runs: Sequence[Slice]) -> dict[str, float]:
    """The accuracy in each bin of a chart, averaged over seeds."""
    return {
        each.label: float(np.mean([run.bins[number].right for run in runs])) / each.total
        for number, each in enumerate(runs[0].bins)
        if each.total >= _FEW
    }
