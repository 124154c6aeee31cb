"""Recipes and published models: the records that `treenn reproduce` writes, as rows and as Markdown."""

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
_HEADER = ["model", "", "metric", "percent", "least / median / most", "difference", "seeds", "not matched here"]


class Row(NamedTuple):
    """One metric on test, in percent, as text; empty where there is nothing."""

    metric: str
    percent: str
    spread: str = ""
    difference: str = ""


class Group(NamedTuple):
    """The figures of one model: of a paper's, as published, or of a recipe, as measured here.

    Args:
        name: the paper and its model, or the recipe.
        published: which of both.
        seeds: over how many trained models, as text; empty where that was not published.
        rows: one a metric.
        note: what of a published setting is not matched.
    """

    name: str
    published: bool
    seeds: str
    rows: list[Row]
    note: str = ""


def groups(records: Sequence[Mapping[str, Any]]) -> list[Group]:
    """Each recipe's measured figures, and before them, once, the published ones that they are compared with."""
    found: dict[str, Group] = {}
    for record in records:
        for group in (*_published(record), _measured(record)):
            found.setdefault(group.name, group)
    return list(found.values())


def paper_and_model(published: Mapping[str, Any]) -> str:
    """The name of published figures.

    >>> paper_and_model({"paper": "Socher et al. 2013", "model": "RNTN"})
    'Socher et al. 2013: RNTN'
    """
    return f"{published['paper']}: {published['model']}"


def _published(record: Mapping[str, Any]) -> list[Group]:
    published = record["published"]
    if published is None:
        return []
    rows = [Row(METRICS[metric], _figure(figure)) for metric in METRICS if (figure := published["figures"].get(metric))]
    return [Group(paper_and_model(published), True, str(published["runs"] or ""), rows)]


def _measured(record: Mapping[str, Any]) -> Group:
    """A recipe's metrics: all but all nodes in two classes always, these where they were published."""
    figures = (record["published"] or {"figures": {}})["figures"]
    shown = [metric for metric in METRICS if metric in figures or metric in _ALWAYS]
    rows = [_row(metric, record["summary"]["test"][metric], figures.get(metric)) for metric in shown]
    return Group(record["name"], False, str(seeds(record)), rows, "; ".join(record["unmatched"]))


def _row(metric: str, found: Mapping[str, Any] | None, figure: Mapping[str, Any] | None) -> Row:
    if found is None:
        return Row(METRICS[metric], "")
    several = found["std"] is not None
    spread = " / ".join(_percent(found[name]) for name in ("min", "median", "max")) if several else ""
    measured = _percent(found["mean"]) + (f" ± {_percent(found['std'])}" if several else "")
    difference = "" if figure is None else f"{100 * (found['mean'] - figure['mean']):+.1f}".replace("-", "−")
    return Row(METRICS[metric], measured, spread, difference)


def _figure(figure: Mapping[str, Any]) -> str:
    std = "" if figure["std"] is None else f" ± {_percent(figure['std'])}"
    return f"{_percent(figure['mean'])}{std}{'' if figure['checked'] else ' †'}"


def _percent(share: float) -> str:
    return f"{100 * share:.1f}"


def seeds(record: Mapping[str, Any]) -> int:
    """How many trained models a record is of; of an ensemble, its members."""
    runs = record["runs"]
    return len(record["members"]) * len(runs[0]["seeds"]) if record["members"] else len(runs)


def notes(record: Mapping[str, Any]) -> list[str]:
    """What it is, what it is compared with, and what of that setting is not matched."""
    unmatched = [f"not matched: {', '.join(record['unmatched'])}"] if record["unmatched"] else []
    return [record["title"], *_compared(record), *unmatched]


def _compared(record: Mapping[str, Any]) -> list[str]:
    published = record["published"]
    if not published:
        return []
    return [f"compared with {'; '.join(filter(None, [paper_and_model(published), published['read_in']]))}"]


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
    """All recipes and what was published as Markdown: a row a metric, then the notes, and how to make it again."""
    lines = [_HEADER, ["---"] * len(_HEADER)]
    for group in groups(records):
        kind, name = ("published", group.name) if group.published else ("here", f"`{group.name}`")
        for number, row in enumerate(group.rows):
            first = [name, kind, group.seeds, group.note] if not number else [""] * 4
            lines.append([*first[:2], *row, *first[2:]])
    return "\n".join(
        [
            f"Recipes on `{records[0]['treebank']['name']}`, test split: papers' models as published, recipes as "
            "measured here; percent, mean ± standard deviation over seeds. Difference: measured minus published, of "
            "the model named below the table. † quoted from memory.",
            "",
            *(f"| {' | '.join(cells)} |" for cells in lines),
            "",
            *(f"- `{record['name']}`: {'; '.join([record['title'], *_compared(record)])}." for record in records),
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
