"""Recipes, published beside measured: the records that `treenn reproduce` writes, as rows and as Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

METRICS = {
    "root": "root",
    "root_binary": "root, binary",
    "all_nodes": "all nodes",
    "all_nodes_binary": "all nodes, binary",
}
_ALWAYS = ("root", "root_binary", "all_nodes")
_HEADER = ["recipe", "metric", "published", "here", "least / median / most", "difference", "seeds", "not matched here"]


class Row(NamedTuple):
    """One metric of one recipe on test, in percent, as text; empty where there is nothing."""

    metric: str
    published: str
    measured: str
    spread: str
    difference: str


def rows(record: Mapping[str, Any]) -> list[Row]:
    """A recipe's metrics: all but all nodes in two classes always, these where they were published."""
    figures = (record["published"] or {"figures": {}})["figures"]
    return [_row(record, metric, figures.get(metric)) for metric in METRICS if metric in figures or metric in _ALWAYS]


def _row(record: Mapping[str, Any], metric: str, figure: Mapping[str, Any] | None) -> Row:
    found = record["summary"]["test"][metric]
    if found is None:
        return Row(METRICS[metric], _figure(figure), "", "", "")
    several = found["std"] is not None
    spread = " / ".join(_percent(found[name]) for name in ("min", "median", "max")) if several else ""
    measured = _percent(found["mean"]) + (f" ± {_percent(found['std'])}" if several else "")
    difference = "" if figure is None else f"{100 * (found['mean'] - figure['mean']):+.1f}".replace("-", "−")
    return Row(METRICS[metric], _figure(figure), measured, spread, difference)


def _figure(figure: Mapping[str, Any] | None) -> str:
    if figure is None:
        return ""
    std = "" if figure["std"] is None else f" ± {_percent(figure['std'])}"
    return f"{_percent(figure['mean'])}{std}{'' if figure['checked'] else ' †'}"


def _percent(share: float) -> str:
    return f"{100 * share:.1f}"


def seeds(record: Mapping[str, Any]) -> int:
    """How many trained models a record is of; of an ensemble, its members."""
    runs = record["runs"]
    return len(record["members"]) * len(runs[0]["seeds"]) if record["members"] else len(runs)


def notes(record: Mapping[str, Any]) -> list[str]:
    """What it is, where the published numbers are from, and what of their setting is not matched."""
    unmatched = [f"not matched: {', '.join(record['unmatched'])}"] if record["unmatched"] else []
    return [record["title"], *_source(record), *unmatched]


def _source(record: Mapping[str, Any]) -> list[str]:
    published = record["published"]
    return [f"published by {published['source']}"] if published else []


def overlap_line(record: Mapping[str, Any]) -> str:
    """Which sentences of dev and test stand in train, too."""
    found, name = record["overlap"], record["treebank"]["name"]
    if not found:
        return f"No sentence of {name} outside train stands in train."
    places = ", ".join(
        f"{split} {number} (train {' and '.join(map(str, in_train))})" for split, number, in_train in found
    )
    sizes = record["treebank"]["sizes"]
    counted = Counter(split for split, *_ in found)
    counts = ", ".join(f"{number} of the {sizes[split]:,} of {split}" for split, number in counted.items())
    return f"Sentences of {name} that stand in train too, word for word: {counts}; by number: {places}."


def recipe_table(records: Sequence[Mapping[str, Any]], source: str) -> str:
    """All recipes as Markdown: a row a metric, then the notes, and how to make it again."""
    lines = [_HEADER, ["---"] * len(_HEADER)]
    for record in records:
        for number, row in enumerate(rows(record)):
            first = not number
            more = (str(seeds(record)), "; ".join(record["unmatched"])) if first else ("", "")
            lines.append([f"`{record['name']}`" if first else "", *row, *more])
    return "\n".join(
        [
            f"Recipes on `{records[0]['treebank']['name']}`, test split, published beside measured; percent, mean ± "
            "standard deviation over seeds. † quoted from memory.",
            "",
            *(f"| {' | '.join(cells)} |" for cells in lines),
            "",
            *(f"- `{record['name']}`: {'; '.join([record['title'], *_source(record)])}." for record in records),
            "",
            overlap_line(records[0]),
            "",
            _made_by(records, source),
        ]
    )


def _made_by(records: Sequence[Mapping[str, Any]], source: str) -> str:
    runs = [run["environment"] for record in records for run in record["runs"]]
    torch = ", ".join(dict.fromkeys(environment["torch"] for environment in runs))
    commands = ", ".join(f"`{command}`" for command in dict.fromkeys(record["command"] for record in records))
    return f"{commands}, torch {torch}; every run's command, commit, versions and predictions are in `{source}`."
