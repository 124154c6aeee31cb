"""The table that `treenn tune` prints."""

from __future__ import annotations

from treenn.experiment.search.log import SearchLog
from treenn.runtime.terminal import Grid


def tuning_table(log: SearchLog) -> Grid:
    """Return a table with one row per model: its best trial on dev, and the expected best of fewer trials."""
    number = log.trials_per_model
    shown = sorted({n for n in (1, 2, 4, 8, 16, 32) if n < number} | {number})
    heads = [f"best of {n}" for n in shown]
    table = Grid("model", f"best {log.metric}", "trial", "diverged", *heads)
    for model, best in log.best.items():
        diverged = sum(trial.failure is not None for trial in log.of_model(model))
        found = ("–", "–") if best is None else (_percent(best.value), str(best.trial))
        expected = [_percent(log.expected_best[model][n - 1]) for n in shown]
        table.add_row(model, *found, str(diverged), *expected)
    return table


def _percent(share: float) -> str:
    return f"{100 * share:.1f}"
