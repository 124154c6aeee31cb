"""Statistics over seeds, and paired comparisons of models: intervals and tests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from treenn.analysis.bootstrap import interval, redraw_runs, resample
from treenn.analysis.measures import Measure, correlation, share
from treenn.analysis.run_predictions import Gold, RunPredictions
from treenn.analysis.significance import (
    Detectable,
    detectable_by_error,
    detectable_by_mcnemar,
    holm,
    mcnemar,
    middle_run,
    randomization,
)
from treenn.evaluation.metrics import METRICS, Spread, paired_metrics

CONFIDENCE, DRAWS = 0.95, 10_000


@dataclass(frozen=True)
class Interval:
    """A confidence interval."""

    low: float
    high: float


@dataclass(frozen=True)
class Difference:
    """The difference between two models in one metric on one split.

    Args:
        models: the reference and the other model.
        split: the split.
        metric: the metric.
        difference: the reference's mean over seeds minus the other model's.
        low: the lower end of the paired bootstrap's interval over sentences.
        high: its upper end.
        confidence: the level of the intervals.
        draws: the number of resamples.
        with_seeds: the interval over sentences and seeds; None if a model has a single seed.
        randomization: p of approximate randomization.
        randomization_holm: the same with Holm's correction over all tasks.
        mcnemar: p of McNemar's exact test of the two median runs; None for metrics that are not right or wrong by
            sentence.
        mcnemar_holm: the same with Holm's correction over all tasks.
        discordant: the numbers of sentences that only the first and only the second of these runs gets right.
        detectable: the differences that these sentences can show.
    """

    models: tuple[str, str]
    split: str
    metric: str
    difference: float
    low: float
    high: float
    confidence: float
    draws: int
    with_seeds: Interval | None = None
    randomization: float | None = None
    randomization_holm: float | None = None
    mcnemar: float | None = None
    mcnemar_holm: float | None = None
    discordant: tuple[int, int] | None = None
    detectable: Detectable | None = None


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
) -> list[Difference]:
    """Compare the reference with each other model by each metric on each split.

    Other pairs are not tested: Holm's correction grows with every test, and with all pairs of a dozen models no p of
    10,000 draws would be small enough. Metrics with fewer than two labelled sentences are skipped, and models with a
    run that lacks the metric.

    Args:
        predictions: by split, without dev, which chose the epochs.
        gold: the gold labels by split.
        reference: the model to compare the others with.
        n_classes: the number of classes, 0 for relatedness.
        metrics: the metrics (default: all with paired tests).

    Returns:
        The differences, with Holm's correction over all of them.
    """
    result: list[Difference] = []
    for split, of_split in predictions.items():
        for metric in paired_metrics() if metrics is None else metrics:
            measure = _measure(of_split, gold[split], n_classes, metric)
            if measure is not None and measure.sentences >= 2:
                result += _paired(measure, reference, split, metric)
    return adjusted(result)


def adjusted(differences: Sequence[Difference]) -> list[Difference]:
    """The differences with Holm's correction over all of them; for several tasks, over their union."""
    by_randomization = _holm([each.randomization for each in differences])
    by_mcnemar = _holm([each.mcnemar for each in differences])
    corrected = zip(differences, by_randomization, by_mcnemar, strict=True)
    return [replace(each, randomization_holm=p, mcnemar_holm=q) for each, p, q in corrected]


def _holm(p_values: Sequence[float | None]) -> list[float | None]:
    """Holm's correction over the values that are not None."""
    corrected = iter(holm([p for p in p_values if p is not None]))
    return [None if p is None else next(corrected) for p in p_values]


def _paired(measure: Measure, first: str, split: str, metric: str) -> Iterator[Difference]:
    """The differences in one metric; resampling and swapping are done once for all pairs."""
    pairs = [(first, other) for other in measure.columns if other != first and first in measure.columns]
    values, resampled = measure.values(), resample(measure, draws=DRAWS)
    redrawn = {
        model: redraw_runs(drawn, np.random.default_rng([1, number]))
        for number, (model, drawn) in enumerate(resampled.items())
        if drawn.shape[1] > 1
    }
    for (a, b), p in zip(pairs, randomization(measure, pairs, draws=DRAWS), strict=True):
        over_sentences = resampled[a].mean(axis=1) - resampled[b].mean(axis=1)
        low, high = interval(over_sentences, CONFIDENCE)
        seeds = interval(redrawn[a] - redrawn[b], CONFIDENCE) if a in redrawn and b in redrawn else None
        result = Difference(
            models=(a, b),
            split=split,
            metric=metric,
            difference=float(values[a].mean() - values[b].mean()),
            low=low,
            high=high,
            confidence=CONFIDENCE,
            draws=DRAWS,
            with_seeds=None if seeds is None else Interval(*seeds),
            randomization=p,
        )
        yield _with_mcnemar(result, measure, float(over_sentences.std(ddof=1)))


def _with_mcnemar(difference: Difference, measure: Measure, standard_error: float) -> Difference:
    """The difference with McNemar's test of the two median runs, if sentences are either right or wrong.

    The nodes of a sentence are not independent of each other, so the test does not apply to them.
    """
    if not METRICS[difference.metric].is_dichotomous:
        return replace(difference, detectable=detectable_by_error(standard_error))
    first, second = (measure.columns[model][middle_run(measure.values()[model]), :, 0] for model in difference.models)
    only_first, only_second = int((first > second).sum()), int((second > first).sum())
    return replace(
        difference,
        mcnemar=mcnemar(only_first, only_second),
        discordant=(only_first, only_second),
        detectable=detectable_by_mcnemar(only_first + only_second, measure.sentences),
    )


def _measure(predictions: Predictions, gold: Gold, n_classes: int, metric: str) -> Measure | None:
    """The metric of the models whose runs all have it; None for fewer than two models."""
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
    if len(columns) < 2:
        return None
    _, second = next(iter(columns.values()))
    make = correlation if METRICS[metric].kind == "correlation" else share
    return make({model: first for model, (first, _) in columns.items()}, second)
