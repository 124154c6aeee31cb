"""`trials.json`: every trial of a search, in a schema with a version number, and what the best of them is worth.

Version 1. Shares are fractions from 0 to 1, times seconds.

    schema, version   "treenn.trials", 1
    command, created  what made it, and when (UTC)
    environment       treenn, commit, python, torch, numpy, platform, processor, threads, device
    treebank          name; sizes: examples of train and dev; no other split was touched
    vectors           the files of word vectors
    metric            on dev, by which trials are judged
    seed              of every training, and of the draws
    trials_per_model  how many each model got
    space             for each setting its choices, or low and high
    settings          what all trials share: those that were not drawn, without model and size
    trials            one entry a trial:
        model, trial          its model, its number from 0; drawn: what was drawn; settings: all of them
        dev                   all metrics on dev of the epoch that was kept; null where training diverged
        failure               null, or what became no number
        parameters            without the word vectors
        best_epoch, epochs    the epoch that was kept, and how many there were
        seconds, environment  of training alone; where
    best              by model: trial, value and drawn of its best trial; null where all diverged
    expected_best     by model: what the best of 1, 2, ... trials is expected to reach; a diverged trial reaches 0
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from math import comb
from pathlib import Path
from typing import Any

from treebanks import PairTreebank, Treebank
from treenn.experiment.search.sampling import Search
from treenn.runtime.environment import environment
from treenn.trees.errors import InputError, argument

SCHEMA, VERSION = "treenn.trials", 1

TRIALS = "trials.json"
"""The log's name in a search's folder."""


def collect(
    search: Search, treebank: Treebank | PairTreebank, trials: Sequence[dict[str, Any]], command: str
) -> dict[str, Any]:
    """The log of a search from its trials.

    Raises:
        InputError: where dev has no label for what trials are judged by.
    """
    metric = search.metric or ("root" if treebank.classes else "pearson")
    return {
        "schema": SCHEMA,
        "version": VERSION,
        "command": command,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "environment": environment(),
        "treebank": {
            "name": treebank.name,
            "sizes": {split: len(treebank.splits[split]) for split in ("train", "dev")},
        },
        "vectors": [Path(path).name for path in search.vectors],
        "metric": metric,
        "seed": search.recipe.seed,
        "trials_per_model": search.trials,
        "space": search.space.as_dict(),
        "settings": {
            name: value
            for name, value in asdict(search.recipe).items()
            if name not in ("model", "size", "seed", *search.space.settings)
        },
        "trials": list(trials),
        "best": {model: _best([each for each in trials if each["model"] == model], metric) for model in search.models},
        "expected_best": {
            model: expected_best([value(each, metric) for each in trials if each["model"] == model])
            for model in search.models
        },
    }


def value(trial: dict[str, Any], metric: str) -> float:
    """What a trial reached on dev; one that diverged reached nothing.

    Raises:
        InputError: where nothing on dev is labelled for the metric.
    """
    if trial["failure"] is not None:
        return 0.0
    if (found := trial["dev"].get(metric)) is None:
        raise InputError(f"{argument('metric')} {metric}: nothing in split 'dev' is labelled for it")
    return float(found)


def _best(trials: Sequence[dict[str, Any]], metric: str) -> dict[str, Any] | None:
    finished = [trial for trial in trials if trial["failure"] is None]
    if not finished:
        return None
    best = max(finished, key=lambda trial: value(trial, metric))
    return {"trial": best["trial"], "value": value(best, metric), "drawn": best["drawn"]}


def expected_best(values: Sequence[float]) -> list[float]:
    """What the best of 1, 2, ... trials can be expected to reach, as far as these trials can say.

    The mean of the maximum over all subsets of that size (Dodge et al. 2019, *Show Your Work*), in the unbiased form
    of Tang et al. 2020, *Showing Your Work Doesn't Always Work*: `sum_i v(i) C(i-1, n-1) / C(B, n)` over the B values
    in ascending order, of which the i-th is the greatest of `C(i-1, n-1)` subsets.

    >>> expected_best([0.3, 0.5, 0.4])
    [0.4, 0.4666666666666667, 0.5]
    """
    ascending, number = sorted(values), len(values)
    return [
        sum(value * (comb(i, n - 1) / comb(number, n)) for i, value in enumerate(ascending))
        for n in range(1, number + 1)
    ]
