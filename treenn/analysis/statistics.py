"""What runs carry: each metric's spread over seeds; of the reference and each other model, intervals and tests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from treenn.analysis.bootstrap import interval, redraw_runs, resample
from treenn.analysis.measures import Measure, correlation, share
from treenn.analysis.significance import (
    detectable_by_error,
    detectable_by_mcnemar,
    holm,
    mcnemar,
    middle_run,
    randomization,
)
from treenn.evaluation.metrics import METRICS, applies, paired_metrics

CONFIDENCE, DRAWS = 0.95, 10_000


def summarize(values: Sequence[float]) -> dict[str, float | None]:
    """Mean, standard deviation, least, median and greatest of one number over seeds.

    The standard deviation is the sample's (n - 1 below the line), and `None` for a single seed, which has no spread.

    >>> summarize([0.25, 0.75])["mean"], summarize([0.25])["std"]
    (0.5, None)
    """
    array = np.asarray(values, dtype=np.float64)
    return {
        "mean": float(array.mean()),
        "std": float(array.std(ddof=1)) if len(array) > 1 else None,
        "min": float(array.min()),
        "median": float(np.median(array)),
        "max": float(array.max()),
    }


def by_model(runs: Iterable[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    """The runs of each model, models in the order in which they first come."""
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for run in runs:
        groups.setdefault(run["model"], []).append(run)
    return groups


def networks(results: Mapping[str, Any]) -> list[str]:
    """The models that were trained epoch by epoch: all but controls."""
    return [model for model, runs in by_model(results["runs"]).items() if any(run.get("history") for run in runs)]


def reference(results: Mapping[str, Any]) -> str:
    """The model that the others are set against: the first network of the plan, named before anything was measured."""
    return next(iter(networks(results) or by_model(results["runs"])))


def summary(runs: Iterable[Mapping[str, Any]], splits: Sequence[str]) -> dict[str, dict[str, Any]]:
    """For each model, every metric of every split, and the times, summed up over its seeds.

    A metric that is `None` in a run (nothing is labelled for it) is `None` here.
    """
    return {
        model: {split: _summarize_metrics([run[split] for run in group]) for split in splits}
        | {name: summarize([run[name] for run in group]) for name in ("seconds", "trees_per_second")}
        for model, group in by_model(runs).items()
    }


def _summarize_metrics(metrics: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, float | None] | None]:
    values = {name: [each[name] for each in metrics] for name in metrics[0] if name != "majority"}
    return {name: None if None in column else summarize(column) for name, column in values.items()}


def differences(results: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The reference against each other model, by every metric with paired tests, on every evaluated split but dev.

    Other pairs are not tested: Holm's correction grows with every test, and with all pairs of a dozen models no p of
    10,000 draws would be small enough.

    Dev is left out because it chose the epochs, a metric that does not apply or for which fewer than two sentences are
    labelled, and a model where one of its runs says nothing of the metric. What an entry holds is in
    `treenn.experiment.results`.
    """
    found: list[dict[str, Any]] = []
    for split in [split for split in results["evaluated"] if split != "dev"]:
        for metric in (name for name in paired_metrics() if applies(results, name)):
            measure = _measure(results, split, metric)
            if measure is not None and measure.sentences >= 2:
                found += _paired(measure, reference(results), split, metric)
    return adjusted(found)


def adjusted(found: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The same differences with Holm's correction over all of them; where there are several tasks, over their union.

    Args:
        found: entries of `differences`, of one treebank or many.
    """
    entries = [dict(each) for each in found]
    for test in ("mcnemar", "randomization"):
        tested = [each for each in entries if each[test] is not None]
        for each, p in zip(tested, holm([each[test] for each in tested]), strict=True):
            each[f"{test}_holm"] = p
    return entries


def _paired(measure: Measure, first: str, split: str, metric: str) -> Iterator[dict[str, Any]]:
    """The entries of one metric: resampling and swapping are done once for all pairs."""
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
        yield {
            "models": [a, b],
            "split": split,
            "metric": metric,
            "difference": float(values[a].mean() - values[b].mean()),
            "low": low,
            "high": high,
            "confidence": CONFIDENCE,
            "draws": DRAWS,
            "with_seeds": None if seeds is None else {"low": seeds[0], "high": seeds[1]},
            "randomization": p,
            "randomization_holm": None,
            **_by_mcnemar(measure, metric, a, b, float(over_sentences.std(ddof=1))),
        }


def _by_mcnemar(measure: Measure, metric: str, a: str, b: str, standard_error: float) -> dict[str, Any]:
    """What the middle runs of two models say, where a sentence is right or wrong and nothing between.

    The nodes of a sentence are not independent of each other, so that McNemar's test is not for them.
    """
    if not METRICS[metric].is_dichotomous:
        detectable = asdict(detectable_by_error(standard_error))
        return {"mcnemar": None, "mcnemar_holm": None, "discordant": None, "detectable": detectable}
    right = {model: measure.columns[model][middle_run(measure.values()[model]), :, 0] for model in (a, b)}
    only_a, only_b = (int((right[x] > right[y]).sum()) for x, y in ((a, b), (b, a)))
    return {
        "mcnemar": mcnemar(only_a, only_b),
        "mcnemar_holm": None,
        "discordant": [only_a, only_b],
        "detectable": asdict(detectable_by_mcnemar(only_a + only_b, measure.sentences)),
    }


def _measure(results: Mapping[str, Any], split: str, metric: str) -> Measure | None:
    """The metric of the models whose runs all say something of it; `None` where those are not two."""
    paired, gold, classes = METRICS[metric].paired, results["gold"][split], len(results["treebank"]["classes"])
    assert paired is not None
    name = paired.predicted
    said = {
        model: [run["predictions"][split][name] for run in runs]
        for model, runs in by_model(results["runs"]).items()
        if all(name in run["predictions"][split] for run in runs)
    }
    if len(said) < 2:
        return None
    columns = {model: paired.columns(np.asarray(values), gold, classes) for model, values in said.items()}
    second = next(iter(columns.values()))[1]
    make = correlation if METRICS[metric].kind == "correlation" else share
    return make({model: first for model, (first, _) in columns.items()}, second)
