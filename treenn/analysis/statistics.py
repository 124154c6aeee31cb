"""Statistics over seeds, and paired comparisons of models: intervals, tests and power."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from treenn.analysis.crossed_test import ALPHA, CONFIDENCE, Errors, crossed_test, detectable_difference, standard_errors
from treenn.analysis.difference_display import difference_repr, differences_html
from treenn.analysis.measures import Measure, correlation, share
from treenn.analysis.significance import holm, mcnemar, middle_run, randomization
from treenn.evaluation.measuring import paired_metrics
from treenn.evaluation.metrics import METRICS, Spread
from treenn.evaluation.run_predictions import Gold, RunPredictions


@dataclass(frozen=True)
class Interval:
    """A confidence interval."""

    low: float
    high: float


@dataclass(frozen=True)
class Detectable:
    """The power of the deciding test.

    Args:
        difference: the true difference that it detects with a power of 0.8; None if no possible one.
        level: the level that the p value of this difference must be below, by Holm's procedure.
    """

    difference: float | None
    level: float = ALPHA


@dataclass(frozen=True)
class Difference:
    """The difference between two models in one metric on one split.

    Args:
        models: the reference and the other model.
        split: the split.
        metric: the metric.
        difference: the reference's mean over seeds minus the other model's.
        low: the lower end of its interval over sentences, of these trained runs.
        high: its upper end.
        confidence: the level of the intervals.
        errors: the standard errors over sentences and seeds.
        with_seeds: the interval over sentences and seeds; None if a network has a single seed.
        p: the p value of the deciding test, over sentences and seeds; None if a network has a single seed.
        p_holm: the same with Holm's correction over all tasks.
        randomization: p of approximate randomization, of these trained runs.
        randomization_holm: the same with Holm's correction over all tasks.
        mcnemar: p of McNemar's exact test of the two median runs; None for metrics that are not right or wrong by
            sentence.
        discordant: the numbers of sentences that only the first and only the second of these runs gets right.
        detectable: the power of the deciding test; None without the test.
        approximate: whether the standard error over sentences is derived from a recorded interval, for results of
            before 2026-12 without predictions.
    """

    models: tuple[str, str]
    split: str
    metric: str
    difference: float
    low: float
    high: float
    confidence: float = CONFIDENCE
    errors: Errors | None = None
    with_seeds: Interval | None = None
    p: float | None = None
    p_holm: float | None = None
    randomization: float | None = None
    randomization_holm: float | None = None
    mcnemar: float | None = None
    discordant: tuple[int, int] | None = None
    detectable: Detectable | None = None
    approximate: bool = False

    def __repr__(self) -> str:
        """The models, the split and the metric, the difference with its interval, and p."""
        return difference_repr(self)

    def _repr_html_(self) -> str:
        return differences_html([self])

    @property
    def interval(self) -> Interval:
        """The interval over sentences and seeds; over sentences if there is no other. Shares differ by 1 at most."""
        found = self.with_seeds or Interval(self.low, self.high)
        limit = 1 if METRICS[self.metric].share else np.inf
        return Interval(max(found.low, -limit), min(found.high, limit))

    @property
    def mirrored(self) -> Difference:
        """The difference with its models exchanged."""
        errors, interval = self.errors, self.with_seeds
        return replace(
            self,
            models=self.models[::-1],
            difference=-self.difference,
            low=-self.high,
            high=-self.low,
            errors=errors and replace(errors, seeds=errors.seeds[::-1], n_seeds=errors.n_seeds[::-1]),
            with_seeds=interval and Interval(-interval.high, -interval.low),
            discordant=self.discordant and self.discordant[::-1],
        )


def summarize(values: Sequence[float]) -> Spread:
    """The distribution of a number over seeds.

    >>> summarize([0.25, 0.75]).mean, summarize([0.25]).std
    (0.5, None)
    """
    array = np.asarray(values, dtype=np.float64)
    return Spread(
        mean=float(array.mean()),
        std=float(array.std(ddof=1)) if len(array) > 1 else None,
        min=float(array.min()),
        median=float(np.median(array)),
        max=float(array.max()),
    )


def summarize_metrics(runs: Sequence[Mapping[str, float | None]]) -> dict[str, Spread | None]:
    """The distribution of each metric over runs; None if a run lacks it.

    Args:
        runs: the metrics of each run, all with the same names.
    """
    columns = {name: [run[name] for run in runs] for name in runs[0]}
    return {name: _summarize_column(column) for name, column in columns.items()}


def _summarize_column(column: Sequence[float | None]) -> Spread | None:
    values = [value for value in column if value is not None]
    return summarize(values) if len(values) == len(column) else None


Predictions = Mapping[str, Sequence[RunPredictions]]
"""By model the predictions of its runs on one split."""


def differences(
    predictions: Mapping[str, Predictions],
    gold: Mapping[str, Gold],
    reference: str,
    *,
    n_classes: int,
    metrics: Sequence[str] | None = None,
    deterministic: Collection[str] = (),
) -> list[Difference]:
    """Compare the reference with each other model by each metric on each split.

    Other pairs are not tested: Holm's correction grows with every test. Metrics with fewer than two labelled sentences
    are skipped, and models with a run that lacks the metric.

    Args:
        predictions: by split, without dev, which chose the epochs.
        gold: the gold labels by split.
        reference: the model to compare the others with.
        n_classes: the number of classes, 0 for relatedness.
        metrics: the metrics (default: all with paired tests).
        deterministic: the models whose results do not depend on the seed, such as the majority class.

    Returns:
        The differences, with Holm's correction over all of them.
    """
    result: list[Difference] = []
    for split, of_split in predictions.items():
        for metric in paired_metrics() if metrics is None else metrics:
            measure = measure_of(of_split, gold[split], n_classes, metric)
            if measure is not None and len(measure.columns) >= 2 and measure.sentences >= 2:
                result += _paired(measure, reference, split, metric, deterministic)
    return adjusted(result)


def adjusted(differences: Sequence[Difference]) -> list[Difference]:
    """The differences with Holm's correction over all of them; for several tasks, over their union."""
    decided = _holm([each.p for each in differences])
    by_randomization = _holm([each.randomization for each in differences])
    level = ALPHA / max(1, sum(p is None or p >= ALPHA for p in decided))
    corrected = zip(differences, decided, by_randomization, strict=True)
    return [replace(_with_power(each, level), p_holm=p, randomization_holm=q) for each, p, q in corrected]


def _holm(p_values: Sequence[float | None]) -> list[float | None]:
    """Holm's correction; untested differences, None, count as tested, so that more seeds add no test."""
    corrected = holm([1.0 if p is None else p for p in p_values])
    return [None if p is None else q for p, q in zip(p_values, corrected, strict=True)]


def _with_power(difference: Difference, level: float) -> Difference:
    """The difference with its detectable difference, at the level that the next claim of Holm's procedure needs."""
    if difference.p is None or difference.errors is None:
        return difference
    detectable = detectable_difference(difference.errors, level)
    possible = 1 if METRICS[difference.metric].share else np.inf
    return replace(difference, detectable=Detectable(detectable if detectable <= possible else None, level))


def _paired(
    measure: Measure, first: str, split: str, metric: str, deterministic: Collection[str]
) -> Iterator[Difference]:
    """The differences in one metric; swaps are drawn once for all pairs."""
    pairs = [(first, other) for other in measure.columns if other != first and first in measure.columns]
    values = measure.values()
    for pair, p in zip(pairs, randomization(measure, pairs), strict=True):
        errors, gap = standard_errors(measure, *pair), float(values[pair[0]].mean() - values[pair[1]].mean())
        over_sentences = crossed_test(gap, replace(errors, seeds=(0.0, 0.0), interaction=0.0))
        result = Difference(
            models=pair,
            split=split,
            metric=metric,
            difference=gap,
            low=over_sentences.low,
            high=over_sentences.high,
            randomization=p,
        )
        yield _with_mcnemar(decided(result, errors, deterministic), measure)


def decided(difference: Difference, errors: Errors, deterministic: Collection[str]) -> Difference:
    """The difference with its standard errors and the deciding test, before correction.

    Args:
        difference: the difference.
        errors: its standard errors; with a single seed of a network, the difference is not tested.
        deterministic: the models whose results do not depend on the seed.
    """
    difference = replace(difference, errors=errors)
    if any(n == 1 and model not in deterministic for model, n in zip(difference.models, errors.n_seeds, strict=True)):
        return difference
    test = crossed_test(difference.difference, errors)
    return replace(difference, with_seeds=Interval(test.low, test.high), p=test.p)


def _with_mcnemar(difference: Difference, measure: Measure) -> Difference:
    """The difference with McNemar's test of the two median runs, if sentences are either right or wrong.

    The nodes of a sentence are not independent of each other, so the test does not apply to them.
    """
    if not METRICS[difference.metric].is_dichotomous:
        return difference
    first, second = (measure.columns[model][middle_run(measure.values()[model]), :, 0] for model in difference.models)
    only_first, only_second = int((first > second).sum()), int((second > first).sum())
    return replace(difference, mcnemar=mcnemar(only_first, only_second), discordant=(only_first, only_second))


def measure_of(predictions: Predictions, gold: Gold, n_classes: int, metric: str) -> Measure | None:
    """The metric of the models whose runs all have it; None if there is none."""
    paired = METRICS[metric].paired
    assert paired is not None
    by_model = {
        model: [values for run in runs if (values := run.columns.get(paired.predicted)) is not None]
        for model, runs in predictions.items()
    }
    columns = {
        model: paired.columns(np.asarray(values), gold.columns, n_classes)
        for model, values in by_model.items()
        if len(values) == len(predictions[model])
    }
    if not columns:
        return None
    if paired.of_sums is not None:
        return Measure({model: summands for model, (summands, _) in columns.items()}, paired.of_sums)
    _, second = next(iter(columns.values()))
    assert second is not None
    make = correlation if METRICS[metric].kind == "correlation" else share
    return make({model: first for model, (first, _) in columns.items()}, second)
