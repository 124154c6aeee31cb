"""`EpochSelection`: the epoch to keep, by a criterion on dev, and early stopping."""

from __future__ import annotations

import math
from collections.abc import Sequence

from treenn.evaluation.metrics import METRICS
from treenn.models.settings import Settings
from treenn.training.run_results import Epoch


class EpochSelection:
    """The choice among epochs.

    Args:
        settings: the recipe.
        criterion: the metric on dev.
    """

    def __init__(self, settings: Settings, criterion: str) -> None:
        self.settings, self.criterion = settings, criterion

    def best(self, entries: Sequence[Epoch]) -> Epoch:
        """The epoch with the best criterion on dev; of equally good ones the first."""
        return max(entries, key=self._score)

    def chosen(self, history: Sequence[Epoch]) -> int:
        """The number of the epoch so far that `settings.checkpoint` asks for."""
        return len(history) if self.settings.checkpoint == "last" else self.best(history).epoch

    def is_over(self, history: Sequence[Epoch]) -> bool:
        """True after all epochs, or after `patience` epochs without a better criterion on dev."""
        done, patience = len(history), self.settings.patience
        stopped = patience is not None and done > 0 and done - self.best(history).epoch >= patience
        return stopped or done >= self.settings.epochs

    def _score(self, entry: Epoch) -> float:
        """The criterion on dev; greater is better."""
        value = entry.dev.values[self.criterion]
        return -math.inf if value is None else METRICS[self.criterion].sign * value
