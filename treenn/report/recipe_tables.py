"""Tables of recipes and published models, from the records of `treenn reproduce`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from treenn.evaluation.metrics import METRICS, Spread
from treenn.experiment.recipes.record import PublishedFigure, PublishedResults, RecipeRecord
from treenn.experiment.results import MATCHED
from treenn.report.markdown import table_lines

_METRICS = ("root", "root_binary", "all_nodes", "all_nodes_binary")
_ALWAYS = ("root", "root_binary", "all_nodes")
_HEADER = ["model", "", "metric", "percent", "min / median / max", "difference", "seeds", "not matched here"]


class Row(NamedTuple):
    """One metric on test, in percent, as text; empty without a value."""

    metric: str
    percent: str
    spread: str = ""
    difference: str = ""


class Group(NamedTuple):
    """The figures of one model: published, or measured for a recipe.

    Args:
        name: the paper and its model, or the recipe.
        published: whether they are published.
        seeds: the number of trained models, as text; empty if it is not published.
        rows: a row for each metric.
        note: differences from the published setting (default: none).
    """

    name: str
    published: bool
    seeds: str
    rows: list[Row]
    note: str = ""


def groups(records: Sequence[RecipeRecord]) -> list[Group]:
    """The measured figures of each recipe, preceded by the published ones that they are compared with, once."""
    found: dict[str, Group] = {}
    for record in records:
        for group in (*_published(record), _measured(record, records)):
            found.setdefault(group.name, group)
    return list(found.values())


def paper_and_model(published: PublishedResults) -> str:
    """The name of published results.

    >>> paper_and_model(PublishedResults("Socher et al. 2013", "RNTN", {}))
    'Socher et al. 2013: RNTN'
    """
    return f"{published.paper}: {published.model}"


def _published(record: RecipeRecord) -> list[Group]:
    published = record.published
    if published is None:
        return []
    figures = published.figures
    rows = [Row(METRICS[metric].title.lower(), _figure(figures[metric])) for metric in _METRICS if metric in figures]
    return [Group(paper_and_model(published), True, str(published.runs or ""), rows)]


def _measured(record: RecipeRecord, records: Sequence[RecipeRecord]) -> Group:
    """A recipe's metrics; that of all nodes in two classes only if it was published."""
    figures = record.published.figures if record.published else {}
    shown = [metric for metric in _METRICS if metric in figures or metric in _ALWAYS]
    rows = [_row(metric, record.summary["test"].get(metric), figures.get(metric)) for metric in shown]
    return Group(
        record.name, False, str(seeds(record)), rows, "; ".join([*record.unmatched, *_other_size(record, records)])
    )


def _other_size(record: RecipeRecord, records: Sequence[RecipeRecord]) -> Iterator[str]:
    """The number of parameters, if it is unmatched with that of the Tree-LSTM of the same vectors and settings."""
    tree = next((each for each in records if _conditions(each) == _conditions(record) and _is_tree(each)), None)
    own, wanted = record.runs[0].parameters, tree and tree.runs[0].parameters
    if tree and own and wanted and abs(own - wanted) > MATCHED * wanted:
        yield f"unmatched parameters: {own:,}, {tree.name} {wanted:,}"


def _conditions(record: RecipeRecord) -> tuple[object, ...]:
    own = ("model", "size")
    return record.vectors, record.members, {name: value for name, value in record.settings.items() if name not in own}


def _is_tree(record: RecipeRecord) -> bool:
    return record.settings.get("model") == "tree-lstm"


def _row(metric: str, found: Spread | None, figure: PublishedFigure | None) -> Row:
    if found is None or found.mean is None:
        return Row(METRICS[metric].title.lower(), "")
    measured, spread = _percent(found.mean), ""
    if found.std is not None:
        measured += f" ± {_percent(found.std)}"
        spread = " / ".join(_percent(value) for value in (found.min, found.median, found.max))
    difference = "" if figure is None else f"{100 * (found.mean - figure.mean):+.1f}".replace("-", "−")
    return Row(METRICS[metric].title.lower(), measured, spread, difference)


def _figure(figure: PublishedFigure) -> str:
    std = "" if figure.std is None else f" ± {_percent(figure.std)}"
    return f"{_percent(figure.mean)}{std}{'' if figure.checked else ' †'}"


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.1f}"


def seeds(record: RecipeRecord) -> int:
    """The number of trained models of a record; for an ensemble, that of its members."""
    return len(record.members) * len(record.runs[0].seeds) if record.members else len(record.runs)


def notes(record: RecipeRecord) -> list[str]:
    """The recipe's description, the published results that it is compared with, and differences from their setting."""
    unmatched = [f"not matched: {', '.join(record.unmatched)}"] if record.unmatched else []
    return [record.title, *_compared(record), *unmatched]


def _compared(record: RecipeRecord) -> list[str]:
    published = record.published
    if not published:
        return []
    return [f"compared with {'; '.join(filter(None, [paper_and_model(published), published.read_in]))}"]


def overlap_line(record: RecipeRecord) -> str:
    """The sentences of dev and test that are also in train."""
    found, name = record.overlap, record.treebank.name
    if not found:
        return f"No sentence of {name} is both in train and in another split."
    places = ", ".join(
        f"{split} {number} (train {' and '.join(map(str, in_train))})" for split, number, in_train in found
    )
    sizes = record.treebank.sizes
    counted = Counter(split for split, *_ in found)
    counts = ", ".join(f"{number} of the {sizes[split]:,} of {split}" for split, number in counted.items())
    return f"Sentences of {name} that are also in train, word for word: {counts}; by number: {places}."


def recipe_table(records: Sequence[RecipeRecord], source: str) -> str:
    """All recipes and the published results as Markdown: a row for each metric, then notes and commands."""
    rows = []
    for group in groups(records):
        kind, name = ("published", group.name) if group.published else ("here", f"`{group.name}`")
        first, *others = group.rows
        rows.append([name, kind, *first, group.seeds, group.note])
        rows += [["", "", *row, "", ""] for row in others]
    return "\n".join(
        [
            f"Recipes on `{records[0].treebank.name}`, test split: papers' models as published, recipes as "
            "measured here; percent, mean ± standard deviation over seeds. Difference: measured minus published, of "
            "the model named below the table. † quoted from memory.",
            "",
            *table_lines(_HEADER, rows),
            "",
            *(f"- `{record.name}`: {'; '.join([record.title, *_compared(record)])}." for record in records),
            "",
            overlap_line(records[0]),
            "",
            _made_by(records, source),
        ]
    )


def _made_by(records: Sequence[RecipeRecord], source: str) -> str:
    runs = [run.environment for record in records for run in record.runs]
    torch = ", ".join(dict.fromkeys(str(environment["torch"]) for environment in runs))
    commands = ", ".join(f"`{command}`" for command in dict.fromkeys(record.command for record in records))
    return f"{commands}, torch {torch}; every run's command, commit, versions and predictions are in `{source}`."
