"""The results of the runs of a comparison, and their summary over seeds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated

from treenn.analysis.post_training import RunAnalysis
from treenn.analysis.statistics import summarize, summarize_metrics
from treenn.evaluation.metrics import Spread
from treenn.models.settings import SettingValues
from treenn.training.run_results import SplitMetrics, TrainingResults, VectorCoverage
from treenn.trees.json_records import Rest


@dataclass(frozen=True)
class GradientNorms:
    """Gradient norms in training.

    Args:
        clip_norm: the maximum that gradients are clipped to; None without clipping.
        mean: the mean over batches before clipping, by epoch.
        max: the maximum over batches before clipping, by epoch.
    """

    clip_norm: float | None
    mean: Sequence[float]
    max: Sequence[float]


@dataclass(frozen=True)
class TimeMatch:
    """The matching of a run's training time to the reference's, on the processor if that was measured.

    Args:
        reference_seconds: the training time of the reference with the same seed.
        epoch_seconds: the time of one epoch of one initialization, measured before the run.
    """

    reference_seconds: float
    epoch_seconds: float

    def epochs(self, restarts: int) -> int:
        """The number of epochs that fit into the reference's time, at least 1.

        Args:
            restarts: the number of initializations, each of which is trained in the first epoch.

        >>> [TimeMatch(60.0, 10.0).epochs(restarts) for restarts in (1, 3, 9)]
        [6, 4, 1]
        """
        return max(1, int(self.reference_seconds / self.epoch_seconds) - (restarts - 1))


@dataclass(frozen=True, kw_only=True, repr=False)
class RunResults(TrainingResults, RunAnalysis):
    """The results of one run of a comparison. A baseline has no epochs, and the best epoch 0.

    Args:
        model: the model's name in the plan.
        trees: as in `ComparedModel`.
        shuffle: as in `ComparedModel`.
        time_match: the matching by training time, if any.
        configuration: the configuration in the test ledger; empty in files of before 2026-12.
        folds: the metrics on each fold, if this run is pooled over the folds of a cross-validation (default: none).
        training_labels: the number of labels in the loss of one epoch; None for pairs, baselines, and in files of
            before 2026-12.
    """

    settings: SettingValues = field(default_factory=dict)
    treebank: str = ""
    command: str = ""
    vectors: tuple[VectorCoverage, ...] = ()
    trees: str = "gold"
    shuffle: bool = False
    time_match: TimeMatch | None = None
    configuration: str = ""
    folds: tuple[SplitMetrics, ...] = ()
    training_labels: int | None = None

    @property
    def gradient_norms(self) -> GradientNorms | None:
        """Gradient norms by epoch; None if they were not logged."""
        norms = [epoch.gradient_norm for epoch in self.history if epoch.gradient_norm is not None]
        if not norms or len(norms) < len(self.history) or not self.settings:
            return None
        clip_norm = self.settings.get("clip_norm")
        limit = clip_norm if isinstance(clip_norm, (int, float)) else None
        return GradientNorms(limit, [norm.mean for norm in norms], [norm.max for norm in norms])


@dataclass(frozen=True)
class ModelSummary:
    """A model's results, summarized over seeds.

    Args:
        seconds: the training time.
        trees_per_second: the training speed.
        metrics: by split and metric; in JSON, one key for each split.
    """

    seconds: Spread
    trees_per_second: Spread
    metrics: Annotated[Mapping[str, Mapping[str, Spread | None]], Rest()] = field(default_factory=dict)


def runs_by_model(runs: Iterable[RunResults]) -> dict[str, list[RunResults]]:
    """The runs of each model, in the order of the first occurrence."""
    groups: dict[str, list[RunResults]] = {}
    for run in runs:
        groups.setdefault(run.model, []).append(run)
    return groups


def summarize_runs(runs: Iterable[RunResults], splits: Sequence[str]) -> dict[str, ModelSummary]:
    """The results by model, summarized over seeds."""
    return {model: _summary(group, splits) for model, group in runs_by_model(runs).items()}


def _summary(runs: Sequence[RunResults], splits: Sequence[str]) -> ModelSummary:
    return ModelSummary(
        seconds=summarize([run.seconds for run in runs]),
        trees_per_second=summarize([run.trees_per_second for run in runs]),
        metrics={split: summarize_metrics([run.metrics[split].values for run in runs]) for split in splits},
    )
