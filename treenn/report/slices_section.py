"""The section with accuracy by what the data says: length, height, depth, negation, X but Y, operators."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from treenn.analysis.statistics import by_model, summarize
from treenn.report.charts import WIDTH, drawn, finish, legend, look, name_places, styled
from treenn.report.document import Block, Chart, Pictures, Record, Section, Table, Text, field_of
from treenn.report.formatting import NONE, is_sst, percent, spread, unseen_splits

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
"""What slices are by; one that is not here has its own name."""

_FEW = 10  # fewer sentences or nodes make no point of a picture

Slices = dict[str, list[Mapping[str, Any]]]


def by_slices(section: Mapping[str, Any]) -> Section | None:
    """A table and a picture for each slice of each split; `None` where no run has any."""
    blocks: list[Block] = []
    for split in unseen_splits(section):
        names = _names(section, split)
        blocks.append(Pictures(partial(_charts, section, split, names)))
        for name in names:
            blocks += _blocks(section, split, name)
    if not any(isinstance(block, Table) for block in blocks):
        return None
    return Section("Where it comes from", blocks)


def _names(section: Mapping[str, Any], split: str) -> list[str]:
    """The slices of a split; one that is a single range holds all of it, and says nothing more."""
    found = (slices for run in section["runs"] for slices in run.get("slices", {}).get(split, {}).items())
    return list(dict.fromkeys(name for name, each in found if len(each["bins"]) > 1 or "from" not in each["bins"][0]))


def _of_models(section: Mapping[str, Any], split: str, name: str) -> Slices:
    """The slice of each run of each model whose runs all have it."""
    found = {
        model: [run.get("slices", {}).get(split, {}).get(name) for run in runs]
        for model, runs in by_model(section["runs"]).items()
    }
    return {model: slices for model, slices in found.items() if all(slices)}


def _blocks(section: Mapping[str, Any], split: str, name: str) -> Iterator[Block]:
    slices = _of_models(section, split, name)
    first = next(iter(slices.values()))[0]
    counted = {"right": ""} | ({"right_side": ", right side"} if "right_side" in first["bins"][0] else {})
    yield Table(
        name=f"{section['slug']}/by-{name}-{split}",
        caption=f"{_capital(split)} by {TITLES.get(name, name)}: percent right, mean ± standard deviation over seeds",
        columns={"Model": field_of("model")}
        | {
            f"{label(each)}{words} ({each['total']:,})": _share(f"{label(each)} {key}")
            for each in _bins(slices)
            for key, words in counted.items()
        },
        records=[{"model": model, **_record(of_model, tuple(counted))} for model, of_model in slices.items()],
        folded=name != "but" and _drawable(section, slices),
        note=f"In brackets how many {first['unit']} there are. {_sentence(first['rule'])}",
    )
    if "published" in first and is_sst(section):
        yield from _published(section, split, name, first)
    if any("rule" in each for each in first["bins"]):
        yield Text(" ".join(_sentence(f"“{each['name']}”: {each['rule']}") for each in first["bins"]))


def _sentence(text: str) -> str:
    return f"{_capital(text)}."


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def _published(section: Mapping[str, Any], split: str, name: str, found: Mapping[str, Any]) -> Iterator[Block]:
    published = found["published"]
    yield Table(
        name=f"{section['slug']}/by-{name}-{split}-published",
        caption=f"Published (Socher et al. 2013, section 6.3; quoted from memory), {published['cases']} cases of SST:"
        " percent right",
        columns={"Model": field_of("model"), "X but Y": field_of("share", percent)},
        records=[{"model": model, "share": share} for model, share in published["shares"].items()],
    )


def label(each: Mapping[str, Any]) -> str:
    """The name of a bin.

    >>> label({"from": 1, "to": 9}), label({"from": 2, "to": 2}), label({"from": 40, "to": None})
    ('1–9', '2', '40+')
    """
    if "name" in each:
        return str(each["name"])
    start, end = each["from"], each["to"]
    return f"{start}+" if end is None else str(start) if start == end else f"{start}–{end}"


def _bins(slices: Slices) -> list[Mapping[str, Any]]:
    """The bins of all models, each once; they are the data's, and the same for all that have them."""
    found = {label(each): each for runs in slices.values() for run in runs for each in run["bins"]}
    return list(found.values())


def _record(runs: Sequence[Mapping[str, Any]], counted: Sequence[str]) -> Record:
    record: dict[str, Any] = {}
    for number, each in enumerate(runs[0]["bins"]):
        record[f"{label(each)} total"] = each["total"]
        for key in counted if each["total"] else ():
            found = summarize([run["bins"][number][key] / each["total"] for run in runs])
            record |= {f"{label(each)} {key}": found["mean"], f"{label(each)} {key} std": found["std"]}
    return record


def _share(name: str) -> Any:
    return lambda record: (
        spread({"mean": record[name], "std": record[f"{name} std"]}) if record.get(name) is not None else NONE
    )


def _charts(section: Mapping[str, Any], split: str, names: Sequence[str]) -> list[Chart]:
    """The slices of two bins or more."""
    found = {name: _of_models(section, split, name) for name in names}
    return [_chart(section, split, name) for name, slices in found.items() if _drawable(section, slices)]


def _drawable(section: Mapping[str, Any], slices: Slices) -> bool:
    return bool(slices.keys() & drawn(section)) and sum(each["total"] >= _FEW for each in _bins(slices)) > 1


@styled
def _chart(section: Mapping[str, Any], split: str, name: str) -> Chart:
    slices, words = _of_models(section, split, name), []
    labels = [label(each) for each in _bins(slices) if each["total"] >= _FEW]
    ranges = "from" in _bins(slices)[0]
    figure = Figure(figsize=(WIDTH, 3.1), layout="constrained")
    axes, models = figure.subplots(), {model: at for model, at in drawn(section).items() if model in slices}
    for number, (model, place) in enumerate(models.items()):
        shares = _means(slices[model])
        shift = 0.0 if ranges else 0.12 * (number - (len(models) - 1) / 2)
        at = [labels.index(each) + shift for each in shares]
        values = [100 * share for share in shares.values()]
        axes.plot(at, values, **look(place, line=ranges), label=model)
        words.append(f"{model} " + ", ".join(f"{each} {percent(share)}" for each, share in shares.items()))
    name_places(axes, labels)
    axes.set_ylabel("Percent right")
    axes.set_xlabel(_capital(TITLES.get(name, name)))
    legend(figure, axes)
    title = f"{_capital(split)} by {TITLES.get(name, name)}"
    caption = "Means over seeds. " + _sentence(next(iter(slices.values()))[0]["rule"])
    return finish(figure, section["slug"], title, caption, "Percent right: " + "; ".join(words))


def _means(runs: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """Of each bin that is not too small for a picture, the share that is right, over seeds."""
    return {
        label(each): float(np.mean([run["bins"][number]["right"] for run in runs])) / each["total"]
        for number, each in enumerate(runs[0]["bins"])
        if each["total"] >= _FEW
    }
