"""The section on cost: parameters, speed, memory, and time to the best epoch."""

from __future__ import annotations

from collections.abc import Sequence

from treenn.analysis.statistics import summarize
from treenn.experiment.results import RunResults, TaskResults
from treenn.report.document import Record, Section, Table, field_of
from treenn.report.formatting import NONE, over_seeds, spread_of

_MEASURED = {
    "seconds": ("Seconds", 1),
    "trees_per_second": ("Trees a second, training", 0),
    "prediction_trees_per_second": ("prediction", 0),
    "peak_memory_mb": ("Peak memory, MiB", 0),
    "seconds_to_best": ("Seconds to best epoch", 1),
}


def cost_section(task: TaskResults) -> Section:
    """Parameters, speed, memory, and time to the best epoch, by model."""
    there = [name for name in _MEASURED if any(getattr(run, name) is not None for run in task.runs)]
    table = Table(
        name=f"{task.slug}/cost",
        caption="Mean ± standard deviation over seeds",
        columns={
            "Model": field_of("model"),
            "Parameters": field_of("parameters", "{:,}".format),
            "Word vectors": field_of("embedding_parameters", "{:,}".format),
        }
        | {_MEASURED[name][0]: spread_of(name, 1, _MEASURED[name][1]) for name in there}
        | {"Best epoch": _best},
        records=[_record(model, runs) for model, runs in task.runs_by_model.items()],
        note="Parameters are all but the word vectors, whose number stands beside them. The best epoch, on dev, is the"
        " median over seeds, from the earliest to the latest. Runs side by side on one machine slow each other.",
    )
    return Section("Cost", [table])


def _record(model: str, runs: Sequence[RunResults]) -> Record:
    record: dict[str, object] = {"model": model}
    record |= {name: getattr(runs[0], name) for name in ("parameters", "embedding_parameters")}
    for name in _MEASURED:
        values = [value for run in runs if (value := getattr(run, name)) is not None]
        if values:
            record |= over_seeds(name, values)
    best = summarize([run.best_epoch for run in runs])
    record |= {"best_epoch median": best.median, "best_epoch min": best.min, "best_epoch max": best.max}
    return record | {"epochs": max(run.epochs for run in runs)}


def _best(record: Record) -> str:
    if not record["epochs"]:
        return NONE
    median, low, high = (record[f"best_epoch {name}"] for name in ("median", "min", "max"))
    return f"{median:g} ({low:g} to {high:g}) of {record['epochs']}"
