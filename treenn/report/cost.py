"""The section with what each model cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from treenn.analysis.statistics import by_model, summarize
from treenn.report.document import Record, Section, Table, field_of
from treenn.report.formatting import NONE, spread

_MEASURED = {
    "seconds": ("Seconds", 1),
    "trees_per_second": ("Trees a second, training", 0),
    "prediction_trees_per_second": ("prediction", 0),
    "peak_memory_mb": ("Peak memory, MiB", 0),
    "seconds_to_best": ("Seconds to best epoch", 1),
}


def costs(section: Mapping[str, Any]) -> Section:
    """Parameters, speed, memory, and time to the best epoch."""
    there = [name for name in _MEASURED if any(run.get(name) is not None for run in section["runs"])]
    table = Table(
        name=f"{section['slug']}/cost",
        caption="Mean ± standard deviation over seeds",
        columns={
            "Model": field_of("model"),
            "Parameters": field_of("parameters", "{:,}".format),
            "Word vectors": field_of("embedding_parameters", "{:,}".format),
        }
        | {_MEASURED[name][0]: _spread(name) for name in there}
        | {"Best epoch": _best},
        records=[_record(model, runs) for model, runs in by_model(section["runs"]).items()],
        note="Parameters are all but the word vectors, whose number stands beside them. The best epoch, on dev, is the"
        " median over seeds, from the earliest to the latest. Runs side by side on one machine slow each other.",
    )
    return Section("Cost", [table])


def _record(model: str, runs: Sequence[Mapping[str, Any]]) -> Record:
    record: dict[str, Any] = {"model": model}
    record |= {name: runs[0][name] for name in ("parameters", "embedding_parameters")}
    for name in _MEASURED:
        values = [run[name] for run in runs if run.get(name) is not None]
        if values:
            found = summarize(values)
            record |= {name: found["mean"], f"{name} std": found["std"]}
    best = summarize([run["best_epoch"] for run in runs])
    record |= {f"best_epoch {name}": best[name] for name in ("median", "min", "max")}
    return record | {"epochs": max(run["epochs"] for run in runs)}


def _spread(name: str) -> Any:
    digits = _MEASURED[name][1]

    def show(record: Record) -> str:
        if record.get(name) is None:
            return NONE
        return spread({"mean": record[name], "std": record[f"{name} std"]}, 1, digits)

    return show


def _best(record: Record) -> str:
    if not record["epochs"]:
        return NONE
    median, low, high = (record[f"best_epoch {name}"] for name in ("median", "min", "max"))
    return f"{median:g} ({low:g} to {high:g}) of {record['epochs']}"
