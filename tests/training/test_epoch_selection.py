"""The epoch to keep, and early stopping."""

from __future__ import annotations

import pytest

from treenn.models.settings import Settings
from treenn.training.epoch_selection import EpochSelection
from treenn.training.run_results import Epoch, SplitMetrics


def epochs(metric: str, *values: float | None) -> list[Epoch]:
    return [Epoch(number, 1.0, 1.0, SplitMetrics({}, {metric: value})) for number, value in enumerate(values, 1)]


@pytest.mark.parametrize(
    ("metric", "values", "best"),
    [("root", (0.5, 0.7, 0.7), 2), ("perplexity", (9.0, 7.0, 8.0), 2), ("root", (None, 0.1), 2)],
)
def test_best_epoch_by_the_metrics_sign(metric: str, values: tuple[float | None, ...], best: int) -> None:
    history = epochs(metric, *values)
    assert EpochSelection(Settings(), metric).best(history).epoch == best
    assert EpochSelection(Settings(), metric).chosen(history) == best
    assert EpochSelection(Settings(checkpoint="last"), metric).chosen(history) == len(values)


def test_end_after_all_epochs_or_patience() -> None:
    history = epochs("root", 0.5, 0.4, 0.3)
    assert EpochSelection(Settings(epochs=3), "root").is_over(history)
    assert not EpochSelection(Settings(epochs=4), "root").is_over(history)
    assert EpochSelection(Settings(epochs=9, patience=2), "root").is_over(history)
    assert not EpochSelection(Settings(epochs=9, patience=3), "root").is_over(history)
    assert not EpochSelection(Settings(epochs=9, patience=1), "root").is_over([])
