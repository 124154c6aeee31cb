"""`trials.json`: the trials of a search, in a versioned schema, and the expected best of fewer trials.

Version 1. Fractions are from 0 to 1, times in seconds.

    schema, version   "treenn.trials", 1
    command, created  the command that made it, and the time (UTC)
    environment       treenn, commit, python, torch, numpy, platform, processor, threads, device
    treebank          name; sizes: examples of train and dev; no other split was used
    vectors           the files of word vectors
    metric            the metric on dev that trials are judged by
    seed              the seed of every training, and of the draws
    trials_per_model  the number of trials of each model
    space             the choices of each setting, or low and high
    settings          the settings that all trials share: those not drawn, without model and size
    trials            one entry per trial:
        model, trial          the model, the number from 0; drawn: the drawn settings; settings: all settings
        dev                   all metrics on dev of the selected epoch; null if training diverged
        failure               null, or the value that became NaN or infinite
        parameters            without the word vectors
        best_epoch, epochs    the selected epoch, and the number of epochs
        seconds, environment  of training, without evaluation
    best              by model: trial, value and drawn of its best trial; null if all diverged
    expected_best     by model: the expected best of 1, 2, ... trials; a diverged trial counts as 0
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
from treenn.tasks import task_of
from treenn.trees.errors import InputError, argument

SCHEMA, VERSION = "treenn.trials", 1

TRIALS = "trials.json"
"""The log's name in a search's folder."""


def collect(
    search: Search, treebank: Treebank | PairTreebank, trials: Sequence[dict[str, Any]], command: str
) -> dict[str, Any]:
    """Return the log of a search.

    Args:
        search: the search.
        treebank: its treebank.
        trials: the results of all trials.
        command: the command that the log names.

    Raises:
        InputError: if dev has no labels for the metric.
    """
    metric = search.metric or task_of(treebank).metric
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
        "seed": search.settings.seed,
        "trials_per_model": search.trials,
        "space": search.space.as_dict(),
        "settings": {
            name: value
            for name, value in asdict(search.settings).items()
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
    """Return the metric of a trial on dev, 0 if training diverged.

    Raises:
        InputError: if dev has no labels for the metric.
    """
    if trial["failure"] is not None:
        return 0.0
    if (found := trial["dev"].get(metric)) is None:
        raise InputError(f"{argument('metric')} {metric}: split 'dev' has no labels for it")
    return float(found)


def _best(trials: Sequence[dict[str, Any]], metric: str) -> dict[str, Any] | None:
    finished = [trial for trial in trials if trial["failure"] is None]
    if not finished:
        return None
    best = max(finished, key=lambda trial: value(trial, metric))
    return {"trial": best["trial"], "value": value(best, metric), "drawn": best["drawn"]}


def expected_best(values: Sequence[float]) -> list[float]:
    """Estimate the expected best of 1, 2, ... trials.

    The estimate is the mean of the maximum over all subsets of that size (Dodge et al. 2019, *Show Your Work*), in the
    unbiased form of Tang et al. 2020, *Showing Your Work Doesn't Always Work*: `sum_i v(i) C(i-1, n-1) / C(B, n)` over
    the B values in ascending order, of which the i-th is the greatest of `C(i-1, n-1)` subsets.

    >>> expected_best([0.3, 0.5, 0.4])
    [0.4, 0.4666666666666667, 0.5]
    """
    ascending, number = sorted(values), len(values)
    return [
        sum(value * (comb(i, n - 1) / comb(number, n)) for i, value in enumerate(ascending))
        for n in range(1, number + 1)
    ]
