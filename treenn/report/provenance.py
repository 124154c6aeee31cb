"""The last part of the report: provenance."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from treenn.experiment.results import TaskResults
from treenn.experiment.run_record import RunResults
from treenn.report.document import Block, Code, Part, Record, Section, Table, Text, field_of
from treenn.report.formatting import METRICS, NONE, listing, seeds, shown_metrics


def provenance(sections: Sequence[TaskResults], command: str) -> Part:
    """The command, the data, the settings, the versions and the metrics.

    Args:
        sections: the tasks with runs.
        command: the command of the comparison.
    """
    shown = [metric for name, metric in METRICS.items() if any(name in shown_metrics(task) for task in sections)]
    settings = ((name, _plain(value)) for task in sections for name, value in task.settings.items())
    environments = (run.environment for task in sections for run in task.runs)
    versions = ((name, str(value)) for environment in environments for name, value in environment.items())
    definitions = ((metric.title, metric.definition) for metric in shown)
    found = [
        Section("Command", [Code(command)]),
        Section("Data", list(_data(sections))),
        Section("Settings", [_pairs("settings", "Settings of all models, unless the models have others", settings)]),
        Section("Code", [_code(sections)]),
        Section("Versions and machine", [_pairs("versions", "Versions and machines of the runs", versions)]),
        Section("Metrics", [_pairs("metrics", "Definitions", definitions)]),
    ]
    return Part("Provenance", "provenance", found)


def _code(sections: Sequence[TaskResults]) -> Table:
    """The tag, the commit and the hashes of the code of each model's runs."""
    runs: dict[str, list[RunResults]] = {}
    for task in sections:
        for model, of_model in task.runs_by_model.items():
            runs.setdefault(model, []).extend(of_model)
    return Table(
        "provenance/code",
        "Code of the runs, by model",
        {
            "Model": field_of("model"),
            "Tag": field_of("tag"),
            "Commit": field_of("commit"),
            "Code": field_of("code"),
            "Hashes of the code": field_of("code hashes"),
            "Runs": field_of("runs"),
        },
        [_code_record(model, of_model) for model, of_model in runs.items()],
        note="Code: the hash of the source that decides the results; runs with one hash were trained by the same"
        " code, whatever the commit. A dash: not recorded.",
        left=4,
    )


def _code_record(model: str, runs: Sequence[RunResults]) -> Record:
    def distinct(values: Iterable[object]) -> list[str]:
        return list(dict.fromkeys(str(value) for value in values if value))

    tags, commits = (distinct(run.environment.get(name) for run in runs) for name in ("tag", "commit"))
    code = distinct(run.code for run in runs)
    return {
        "model": model,
        **{name: ", ".join(values) or None for name, values in (("tag", tags), ("commit", commits), ("code", code))},
        "code hashes": len(code) or None,
        "runs": len(runs),
    }


def _data(sections: Sequence[TaskResults]) -> Iterator[Block]:
    for name, task in {task.treebank.name: task for task in sections}.items():
        classes = task.treebank.classes
        nominal = "nominal " if task.treebank.scale == "nominal" else ""
        kind = f"{len(classes)} {nominal}classes: {', '.join(classes)}"
        if not classes:
            kind = _text_kind(task) or _scores(task.treebank.score_range)
        sizes = ", ".join(f"{split} {size:,}" for split, size in task.treebank.sizes.items())
        yield Text(f"{name}, {kind}. Examples: {sizes}. Seeds: {_seeds(task)}.")
        for each in task.vectors:
            yield Text(
                f"{each.file}: {each.size} dimensions; no vector for {each.words_missing:,} of the {each.words:,}"
                f" words of {name} ({each.tokens_missing:,} of its {each.tokens:,} tokens)."
            )


def _text_kind(task: TaskResults) -> str:
    """The kind of data without labels; empty for others."""
    if task.is_of_translations:
        return "sentence pairs"
    return "plain text" if task.is_of_tokens else ""


def _scores(score_range: tuple[float, float] | None) -> str:
    return "scores on a scale" if score_range is None else f"scores from {score_range[0]:g} to {score_range[1]:g}"


def _seeds(task: TaskResults) -> str:
    by_numbers: dict[str, list[str]] = {}
    for model, numbers in seeds(task).items():
        by_numbers.setdefault(", ".join(map(str, numbers)), []).append(model)
    return "; ".join(f"{listing(models)} {numbers}" for numbers, models in by_numbers.items())


def _plain(value: object) -> str:
    """A setting's value: several values with commas, None as a dash."""
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or NONE
    return NONE if value is None else str(value)


def _pairs(name: str, caption: str, pairs: Iterable[tuple[str, str]]) -> Table:
    """A table with a row for each name, with all values that occur."""
    values: dict[str, dict[str, None]] = {}
    for key, value in pairs:
        values.setdefault(key, {})[value] = None
    columns = {"Name": field_of("name"), "Value": field_of("value")}
    records = [{"name": key, "value": "; ".join(each)} for key, each in values.items()]
    return Table(f"provenance/{name}", caption, columns, records, left=2)
