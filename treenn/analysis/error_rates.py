"""Simulated type-I error and power of the deciding test, and of the criterion of version 0.1.

`python -m treenn.analysis.error_rates FILE` simulates every cell and writes the rates as JSON.

The runs of a recipe differ by their seeds: the true accuracies of seeds are normal around the recipe's, with the cell's
spread as standard deviation. Sentences differ by their difficulty, which all runs share, and by recipe: in a probit
model, a run with the true accuracy a is right on a sentence of difficulty d, for its recipe, with the probability
Phi(sqrt(1 + v) Phi^-1(a) - d), with v the variance of d over sentences.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import cache
from itertools import product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from treenn.analysis.crossed_test import ALPHA, crossed_test, standard_errors
from treenn.analysis.measures import FloatArray, share
from treenn.runtime.environment import environment
from treenn.trees.atomic_writing import write_text

SEEDS, SPREADS, SENTENCES = (2, 3, 5, 10), (0.01, 0.04), (500, 2210)
SIMULATIONS, TRUE_DIFFERENCE = 4000, 0.02
_ACCURACY = 0.5
_SHARED = 3.0  # the variance of the difficulty that all runs share
_RESAMPLES = 400

Decision = Callable[[FloatArray, FloatArray], bool]
"""Decides from the correctness of two models' runs, each of shape `(k, n)`, whether they differ."""


@dataclass(frozen=True)
class Cell:
    """A cell of the simulation.

    Args:
        seeds: the number of seeds of each model.
        spread: the standard deviation of the true accuracies of seeds.
        sentences: the number of test sentences.
        by_recipe: the variance of the difficulties that only one recipe has (default: 0, identical recipes).
        other_seeds: the number of seeds of the second model (default: None, as many); 1 for a deterministic baseline.
        other_spread: its spread (default: None, the same).
    """

    seeds: int
    spread: float
    sentences: int
    by_recipe: float = 0.0
    other_seeds: int | None = None
    other_spread: float | None = None


EQUAL = tuple(Cell(*values) for values in product(SEEDS, SPREADS, SENTENCES, (0.0, 1.0)))
UNEQUAL = tuple(
    Cell(*values)
    for values in (
        (10, 0.01, 2210, 1.0, 2, 0.04),
        (10, 0.01, 2210, 1.0, 3, 0.02),
        (10, 0.01, 2210, 1.0, 3, 0.04),
        (2, 0.005, 2210, 1.0, 2, 0.04),
        (3, 0.005, 2210, 1.0, 3, 0.04),
        (3, 0.04, 2210, 1.0, 1, 0.0),
        (10, 0.01, 500, 1.0, 1, 0.0),
    )
)
CELLS = EQUAL + UNEQUAL


def rate(cell: Cell, decide: Decision, difference: float = 0.0, simulations: int = SIMULATIONS, seed: int = 0) -> float:
    """The fraction of simulated comparisons in which two models are claimed to differ.

    It is the type-I error for a difference of 0, else the power.

    Args:
        cell: the cell.
        decide: the decision.
        difference: the true difference between the models' accuracies (default: 0).
        simulations: the number of simulated comparisons (default: 4,000).
        seed: the seed (default: 0); equal seeds give every decision the same comparisons.

    >>> rate(Cell(3, 0.0, 100), by_crossed_test, 0.5, simulations=20)
    1.0
    """
    rng = np.random.default_rng(seed)
    return sum(decide(*_runs(rng, cell, difference)) for _ in range(simulations)) / simulations


def _runs(rng: np.random.Generator, cell: Cell, difference: float) -> tuple[FloatArray, FloatArray]:
    """The correctness of two models' runs on the same sentences, each of shape `(k, n)`."""
    from scipy.special import ndtri

    numbers = [cell.seeds, cell.seeds if cell.other_seeds is None else cell.other_seeds]
    spreads = [cell.spread, cell.spread if cell.other_spread is None else cell.other_spread]
    means = np.repeat([_ACCURACY + difference / 2, _ACCURACY - difference / 2], numbers)
    accuracies = np.clip(rng.normal(means, np.repeat(spreads, numbers)), 0.01, 0.99)
    thresholds = np.sqrt(1 + _SHARED + cell.by_recipe) * ndtri(accuracies)
    shared = rng.normal(0, np.sqrt(_SHARED), cell.sentences)
    of_recipe = rng.normal(0, np.sqrt(cell.by_recipe), (2, cell.sentences))
    difficulty = shared + np.repeat(of_recipe, numbers, axis=0)
    right = thresholds[:, None] - difficulty > rng.normal(size=difficulty.shape)
    return right[: cell.seeds].astype(np.float64), right[cell.seeds :].astype(np.float64)


def by_crossed_test(first: FloatArray, second: FloatArray) -> bool:
    """The decision of the deciding test."""
    measure = share({"first": first, "second": second}, np.ones(first.shape[1]))
    return crossed_test(first.mean() - second.mean(), standard_errors(measure, "first", "second")).p < ALPHA


def by_version_0_1(first: FloatArray, second: FloatArray) -> bool:
    """The decision of version 0.1, with 400 resamples.

    A difference is claimed if the percentile intervals of the bootstrap over sentences, and of the bootstrap over
    sentences and seeds, exclude zero, and approximate randomization over sentences has p < 0.05.
    """
    counts, swaps, seeds = _resamples(first.shape[1], (len(first), len(second)))
    draws = [counts @ runs.T for runs in (first, second)]  # (resamples, k): the accuracy of each run
    over_sentences = draws[0].mean(axis=1) - draws[1].mean(axis=1)
    both = [np.take_along_axis(values, index, axis=1).mean(axis=1) for values, index in zip(draws, seeds, strict=True)]
    gaps = first.mean(axis=0) - second.mean(axis=0)
    p = (1 + (np.abs(swaps @ gaps) >= abs(gaps.sum()) - 1e-9).sum()) / (1 + len(swaps))
    return bool(p < ALPHA and all(_excludes_zero(values) for values in (over_sentences, both[0] - both[1])))


@cache
def _resamples(sentences: int, seeds: tuple[int, int]) -> tuple[FloatArray, FloatArray, list[NDArray[np.int64]]]:
    """Weights of sentences, signs of swaps, and indices of seeds; the same ones for all simulations."""
    rng = np.random.default_rng(1)
    counts: FloatArray = rng.multinomial(sentences, np.full(sentences, 1 / sentences), _RESAMPLES) / sentences
    signs = rng.choice([-1.0, 1.0], (_RESAMPLES, sentences))
    return counts, signs, [rng.integers(0, number, (_RESAMPLES, number)) for number in seeds]


def _excludes_zero(values: FloatArray) -> bool:
    low, high = np.quantile(values, [ALPHA / 2, 1 - ALPHA / 2])
    return bool(low > 0 or high < 0)


def rates(simulations: int = SIMULATIONS) -> Iterator[dict[str, float]]:
    """The type-I error and the power for a true difference of 2 points, of both decisions, by cell.

    Args:
        simulations: the number of simulated comparisons of each (default: 4,000).
    """
    for cell in CELLS:
        decisions = {"": by_crossed_test, "_version_0_1": by_version_0_1}
        errors = {f"type_1_error{name}": rate(cell, decide, 0.0, simulations) for name, decide in decisions.items()}
        power = {f"power{name}": rate(cell, decide, TRUE_DIFFERENCE, simulations) for name, decide in decisions.items()}
        yield asdict(cell) | errors | power


def main() -> None:
    """Simulate every cell, with a progress bar, and write the rates to the file that the first argument names."""
    from rich.progress import track

    cells = list(track(rates(), "error rates", total=len(CELLS)))
    record = {"simulations": SIMULATIONS, "true_difference": TRUE_DIFFERENCE, "level": ALPHA, "cells": cells}
    write_text(Path(sys.argv[1]), json.dumps(record | {"environment": environment()}, indent=1) + "\n")


if __name__ == "__main__":
    main()
