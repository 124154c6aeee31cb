"""The section with minimal pairs: what one negation does to a model's answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from treenn.analysis.statistics import by_model, summarize
from treenn.report.charts import INK, finish, look, name_rows, places, stack, styled
from treenn.report.document import Block, Chart, Pictures, Record, Section, Table, Text, field_of
from treenn.report.formatting import NONE, is_sst, percent, points, spread

_SHARES = {"right": "as in the paper", "moved": "moved the right way", "reversed": "reversed"}
_POLARITIES = ("positive", "negative")


def negated(section: Mapping[str, Any]) -> Section | None:
    """How answers change with a negation; `None` where no run was asked."""
    found = {
        model: [run["minimal_pairs"] for run in runs]
        for model, runs in by_model(section["runs"]).items()
        if all(run.get("minimal_pairs") for run in runs)
    }
    if not found:
        return None
    first = next(iter(found.values()))[0]
    blocks: list[Block] = [Text(_about(first))]
    for polarity in [each for each in _POLARITIES if first[each]["pairs"]]:
        blocks.append(_table(section, found, polarity))
        if "published" in first[polarity] and is_sst(section):
            blocks.append(_published(section, first, polarity))
    return Section("Negation by minimal pairs", [*blocks, Pictures(lambda: [_chart(section, found)])])


def _about(first: Mapping[str, Any]) -> str:
    return (
        f"{first['pairs']} pairs of phrases that differ in one negation, {first['inserted']} with it put in and"
        f" {first['removed']} with it taken out, after Socher et al. (2013, section 6.4). {first['rule']} As in the"
        " paper, a negated positive is right where the plain phrase is taken as positive and the negated one as"
        " negative; a negated negative where it becomes less negative, which need not be positive. Reversed: the"
        " answer goes to the other side. The expected class is the mean of class numbers under the probabilities."
    )


def _table(section: Mapping[str, Any], found: Mapping[str, Sequence[Any]], polarity: str) -> Table:
    pairs = next(iter(found.values()))[0][polarity]["pairs"]
    return Table(
        name=f"{section['slug']}/negated-{polarity}",
        caption=f"Negated {polarity} phrases, {pairs} pairs: percent, mean ± standard deviation over seeds",
        columns={"Model": field_of("model")}
        | {head.capitalize(): _share(name) for name, head in _SHARES.items()}
        | {"Expected class": _change},
        records=[{"model": model, **_record([run[polarity] for run in runs])} for model, runs in found.items()],
    )


def _record(runs: Sequence[Mapping[str, Any]]) -> Record:
    record: dict[str, Any] = {"pairs": runs[0]["pairs"]}
    values = {name: [run[name] / run["pairs"] for run in runs] for name in _SHARES}
    for name in ("positive_change", "not_negative_change", "expected_change"):
        values[name] = [run[name] for run in runs]
    for name, column in values.items():
        summed = summarize(column)
        record |= {name: summed["mean"], f"{name} std": summed["std"]}
    return record


def _share(name: str) -> Any:
    return lambda record: spread({"mean": record[name], "std": record[f"{name} std"]})


def _change(record: Record) -> str:
    """With its sign, which says where to."""
    change = record["expected_change"]
    return NONE if change is None else ("+" if change > 0 else "") + points(change / 100, digits=2)


def _published(section: Mapping[str, Any], first: Mapping[str, Any], polarity: str) -> Table:
    published = first[polarity]["published"]
    return Table(
        name=f"{section['slug']}/negated-{polarity}-published",
        caption=f"Published (quoted from memory), {published['pairs']} pairs of the paper's own: percent as in the"
        " paper",
        columns={"Model": field_of("model"), "As in the paper": field_of("share", percent)},
        records=[{"model": model, "share": share} for model, share in published["shares"].items()],
    )


@styled
def _chart(section: Mapping[str, Any], found: Mapping[str, Sequence[Any]]) -> Chart:
    figure, rows = stack([len(found)] * 2, share=True)
    numbers, words = places(section), []
    for polarity, axes in zip(_POLARITIES, rows, strict=True):
        axes.axvline(0, color=INK, linewidth=1)
        for row, (model, runs) in enumerate(found.items()):
            changes = [run[polarity]["expected_change"] for run in runs if run[polarity]["expected_change"] is not None]
            if changes:
                axes.plot(changes, [row] * len(changes), **look(numbers[model], line=False), alpha=0.7)
                axes.plot([np.mean(changes)], [row], "|", color=INK, markersize=13, markeredgewidth=1.5)
                words.append(f"{model}, {polarity} {np.mean(changes):+.2f}")
        name_rows(axes, list(found))
        axes.set_title(f"Negated {polarity} phrases")
    rows[-1].set_xlabel("Change of the expected class; right of 0 more positive")
    return finish(
        figure,
        section["slug"],
        "What a negation changes",
        "A mark for each seed, the stroke their mean. Negated positives should move left, negated negatives right.",
        "Mean change of the expected class: " + "; ".join(words),
    )
