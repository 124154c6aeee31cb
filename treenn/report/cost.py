"""The section on cost: parameters, speed, memory, and time to the best epoch."""

from __future__ import annotations

from collections.abc import Sequence

from treenn.analysis.statistics import summarize
from treenn.experiment.results import TaskResults
from treenn.experiment.run_record import RunResults
from treenn.report.document import Record, Section, field_of
from treenn.report.formatting import NONE, model_table, over_seeds, spread_of

_MEASURED = {
    "seconds": ("Seconds", 1),
    "trees_per_second": ("Trees/s, training", 0),
    "prediction_trees_per_second": ("Trees/s, prediction", 0),
    "peak_memory_mb": ("Peak memory, MiB", 0),
    "seconds_to_best": ("Seconds to best epoch", 1),
}


def cost_section(task: TaskResults) -> Section:
    """Parameters, speed, memory, and time to the best epoch, by model."""
    there = [name for name in _MEASURED if any(getattr(run, name) is not None for run in task.runs)]
    columns = {
        "Parameters": field_of("parameters", "{:,}".format),
        "Word vectors": field_of("embedding_parameters", "{:,}".format),
        **{_MEASURED[name][0]: spread_of(name, 1, _MEASURED[name][1]) for name in there},
        "Best epoch": _best,
    }
    table = model_table(
        task,
        "cost",
        "Mean ± standard deviation over seeds",
        columns,
        {model: _record(runs) for model, runs in task.runs_by_model.items()},
        note="Parameters exclude the word vectors, which have their own column. Best epoch on dev: the median over"
        " seeds, with minimum and maximum. Parallel runs on one machine slow each other down.",
    )
    return Section("Cost", [table])


def _record(runs: Sequence[RunResults]) -> Record:
    measured = {name: [value for run in runs if (value := getattr(run, name)) is not None] for name in _MEASURED}
    best = summarize([run.best_epoch for run in runs])
    return {
        **{name: getattr(runs[0], name) for name in ("parameters", "embedding_parameters")},
        **over_seeds(measured),
        **{f"best_epoch {name}": getattr(best, name) for name in ("median", "min", "max")},
        "epochs": max(run.epochs for run in runs),
    }


def _best(record: Record) -> str:
    if not record["epochs"]:
        return NONE
    median, low, high = (record[f"best_epoch {name}"] for name in ("median", "min", "max"))
    return f"{median:g} ({low:g} to {high:g}) of {record['epochs']}"
