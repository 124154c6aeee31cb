"""The last part: how the report was made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from treenn.report.document import Block, Code, Part, Section, Table, Text, field_of
from treenn.report.formatting import METRICS, NONE, listing, seeds, shown_metrics


def making(sections: Sequence[Mapping[str, Any]]) -> Part:
    """The command, the data, the settings, the versions and the metrics."""
    shown = [metric for name, metric in METRICS.items() if any(name in shown_metrics(section) for section in sections)]
    found = [
        Section("Command", [Code(sections[0]["command"])]),
        Section("Data", list(_data(sections))),
        Section("Settings", [_pairs("settings", "What models share but for their own", _settings(sections))]),
        Section("Versions and machine", [_pairs("versions", "What the runs ran on", _versions(sections))]),
        Section("Metrics", [_pairs("metrics", "What they are", {each.title: each.definition for each in shown})]),
    ]
    return Part("How this was made", "how", found)


def _data(sections: Sequence[Mapping[str, Any]]) -> Iterator[Block]:
    for name, section in {section["treebank"]["name"]: section for section in sections}.items():
        classes = section["treebank"]["classes"]
        kind = f"{len(classes)} classes: {', '.join(classes)}" if classes else "scores on a scale"
        sizes = ", ".join(f"{split} {size:,}" for split, size in section["treebank"]["sizes"].items())
        yield Text(f"{name}, {kind}. Examples: {sizes}. Seeds: {_seeds(section)}.")
        for each in section.get("vectors") or ():
            yield Text(
                f"{each['file']}: {each['size']} dimensions; without {each['words_missing']:,} of the {each['words']:,}"
                f" words of {name}, which are {each['tokens_missing']:,} of its {each['tokens']:,} tokens."
            )


def _seeds(section: Mapping[str, Any]) -> str:
    by_numbers: dict[str, list[str]] = {}
    for model, numbers in seeds(section).items():
        by_numbers.setdefault(", ".join(map(str, numbers)), []).append(model)
    return "; ".join(f"{listing(models)} {numbers}" for numbers, models in by_numbers.items())


def _settings(sections: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Each setting, with all values that it has on some task."""
    return _joined((name, _plain(value)) for section in sections for name, value in section["settings"].items())


def _versions(sections: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """What the runs ran on; where they differ, each value that occurred."""
    runs = (run for section in sections for run in section["runs"])
    return _joined((name, str(value)) for run in runs for name, value in run["environment"].items())


def _joined(found: Iterable[tuple[str, str]]) -> dict[str, str]:
    values: dict[str, dict[str, None]] = {}
    for name, value in found:
        values.setdefault(name, {})[value] = None
    return {name: "; ".join(each) for name, each in values.items()}


def _plain(value: object) -> str:
    """A setting as a reader writes it: several values with commas, none as a dash."""
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or NONE
    return NONE if value is None else str(value)


def _pairs(name: str, caption: str, pairs: Mapping[str, str]) -> Table:
    columns = {"Name": field_of("name"), "Value": field_of("value")}
    records = [{"name": key, "value": value} for key, value in pairs.items()]
    return Table(f"how/{name}", caption, columns, records, left=2)
