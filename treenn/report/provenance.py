"""The last part of the report: provenance."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from treenn.experiment.results import TaskResults
from treenn.report.document import Block, Code, Part, Section, Table, Text, field_of
from treenn.report.formatting import METRICS, NONE, listing, seeds, shown_metrics


def provenance(sections: Sequence[TaskResults], command: str) -> Part:
    """The command, the data, the settings, the versions and the metrics.

    Args:
        sections: the tasks with runs.
        command: the command of the comparison.
    """
    shown = [metric for name, metric in METRICS.items() if any(name in shown_metrics(task) for task in sections)]
    found = [
        Section("Command", [Code(command)]),
        Section("Data", list(_data(sections))),
        Section("Settings", [_pairs("settings", "What models share but for their own", _settings(sections))]),
        Section("Versions and machine", [_pairs("versions", "What the runs ran on", _versions(sections))]),
        Section("Metrics", [_pairs("metrics", "What they are", {each.title: each.definition for each in shown})]),
    ]
    return Part("How this was made", "how", found)


def _data(sections: Sequence[TaskResults]) -> Iterator[Block]:
    for name, task in {task.treebank.name: task for task in sections}.items():
        classes = task.treebank.classes
        kind = f"{len(classes)} classes: {', '.join(classes)}" if classes else "scores on a scale"
        sizes = ", ".join(f"{split} {size:,}" for split, size in task.treebank.sizes.items())
        yield Text(f"{name}, {kind}. Examples: {sizes}. Seeds: {_seeds(task)}.")
        for each in task.vectors:
            yield Text(
                f"{each.file}: {each.size} dimensions; without {each.words_missing:,} of the {each.words:,}"
                f" words of {name}, which are {each.tokens_missing:,} of its {each.tokens:,} tokens."
            )


def _seeds(task: TaskResults) -> str:
    by_numbers: dict[str, list[str]] = {}
    for model, numbers in seeds(task).items():
        by_numbers.setdefault(", ".join(map(str, numbers)), []).append(model)
    return "; ".join(f"{listing(models)} {numbers}" for numbers, models in by_numbers.items())


def _settings(sections: Iterable[TaskResults]) -> dict[str, str]:
    """Each setting with its values over all tasks."""
    return _joined((name, _plain(value)) for task in sections for name, value in task.settings.items())


def _versions(sections: Iterable[TaskResults]) -> dict[str, str]:
    """The runs' versions and machines, with all values that occur."""
    runs = (run for task in sections for run in task.runs)
    return _joined((name, str(value)) for run in runs for name, value in run.environment.items())


def _joined(found: Iterable[tuple[str, str]]) -> dict[str, str]:
    values: dict[str, dict[str, None]] = {}
    for name, value in found:
        values.setdefault(name, {})[value] = None
    return {name: "; ".join(each) for name, each in values.items()}


def _plain(value: object) -> str:
    """A setting's value: several values with commas, None as a dash."""
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or NONE
    return NONE if value is None else str(value)


def _pairs(name: str, caption: str, pairs: Mapping[str, str]) -> Table:
    columns = {"Name": field_of("name"), "Value": field_of("value")}
    records = [{"name": key, "value": value} for key, value in pairs.items()]
    return Table(f"how/{name}", caption, columns, records, left=2)
