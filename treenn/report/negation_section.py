"""The section on minimal pairs: the effect of one negation on predictions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from treenn.analysis.negation import PUBLISHED, NegationResults, PolarityResults
from treenn.experiment.results import TaskResults
from treenn.report.charts import INK, finish, mark_seeds, name_rows, pictures, places, stack
from treenn.report.document import Block, Chart, Record, Section, Table, Text
from treenn.report.formatting import (
    NONE,
    in_all_runs,
    is_sst,
    model_table,
    over_seeds,
    points,
    published_table,
    spread_of,
)

_SHARES = {"right": "correct as in the paper", "moved": "moved in the right direction", "reversed": "reversed"}
_CHANGES = ("positive_change", "not_negative_change", "expected_change")
_POLARITIES = ("positive", "negative")


Results = Mapping[str, Sequence[NegationResults]]
"""By model the effect of negation in its runs."""


def negation_section(task: TaskResults) -> Section | None:
    """The effect of negation on predictions; None if no run was measured."""
    found = in_all_runs(task, lambda run: run.minimal_pairs)
    if not found:
        return None
    first = next(iter(found.values()))[0]
    blocks: list[Block] = [Text(_about(first))]
    for polarity, results in first.by_polarity().items():
        if results.pairs:
            blocks.append(_table(task, polarity, {model: _of(runs, polarity) for model, runs in found.items()}))
        if results.pairs and is_sst(task):
            published = PUBLISHED[polarity]
            caption = f"Published (quoted from memory), {published.cases} pairs of the paper: percent correct"
            blocks.append(published_table(task, f"negated-{polarity}", caption, "Correct", published))
    return Section("Negation by minimal pairs", [*blocks, pictures(lambda: [_chart(task, found)])])


def _of(runs: Sequence[NegationResults], polarity: str) -> list[PolarityResults]:
    return [run.by_polarity()[polarity] for run in runs]


def _about(first: NegationResults) -> str:
    return (
        f"{first.pairs} pairs of phrases that differ in one negation, inserted in {first.inserted} and removed in"
        f" {first.removed}, after Socher et al. (2013, section 6.4). {first.rule} As in the paper, a pair with a"
        " positive phrase is correct if the plain phrase is classified as positive and the negated one as negative; a"
        " pair with a negative phrase if negation makes it less negative, not necessarily positive. Reversed: the"
        " predicted polarity changes. Expected class: the mean class number under the probabilities."
    )


def _table(task: TaskResults, polarity: str, results: Mapping[str, Sequence[PolarityResults]]) -> Table:
    pairs = next(iter(results.values()))[0].pairs
    return model_table(
        task,
        f"negated-{polarity}",
        f"Negated {polarity} phrases, {pairs} pairs: percent, mean ± standard deviation over seeds",
        {head.capitalize(): spread_of(name) for name, head in _SHARES.items()} | {"Expected class": _change},
        {model: _record(runs) for model, runs in results.items()},
    )


def _record(runs: Sequence[PolarityResults]) -> Record:
    shares = {name: [getattr(run, name) / run.pairs for run in runs] for name in _SHARES}
    changes = {name: [getattr(run, name) for run in runs] for name in _CHANGES}
    return {"pairs": runs[0].pairs} | over_seeds(shares | changes)


def _change(record: Record) -> str:
    """The change of the expected class with its sign."""
    change = record["expected_change"]
    return NONE if change is None else ("+" if change > 0 else "") + points(change / 100, digits=2)


def _chart(task: TaskResults, found: Results) -> Chart:
    figure, rows = stack([len(found)] * 2, share=True)
    numbers, words = places(task), []
    for polarity, axes in zip(_POLARITIES, rows, strict=True):
        axes.axvline(0, color=INK, linewidth=1)
        for row, (model, runs) in enumerate(found.items()):
            results = _of(runs, polarity)
            changes = [each.expected_change for each in results if each.expected_change is not None]
            mark_seeds(axes, row, changes, numbers[model])
            words += [f"{model}, {polarity} {np.mean(changes):+.2f}"] if changes else []
        name_rows(axes, list(found))
        axes.set_title(f"Negated {polarity} phrases")
    rows[-1].set_xlabel("Change of the expected class\n(right of 0: more positive)")
    return finish(
        figure,
        task.slug,
        "Effect of negation",
        "A marker for each seed, a vertical stroke for their mean. Negated positive phrases should move left, negated"
        " negative ones right.",
        "Mean change of the expected class: " + "; ".join(words),
    )
