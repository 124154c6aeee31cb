"""Disagreements of two recipes: their fraction, and sentences that only one of them gets right."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from treenn.experiment.recipes.record import RecipeRecord


class Disagreements(NamedTuple):
    """Two recipes on the same test sentences, numbered from 1 as in a file with one tree per line.

    Args:
        fraction: of test sentences with different classes, over all pairs of a seed of each.
        only_first: the sentences that only the first recipe gets right, by number.
        only_second: the sentences that only the second one gets right.
    """

    fraction: float
    only_first: list[int]
    only_second: list[int]


def disagreements(first: RecipeRecord, second: RecipeRecord, count: int = 10) -> Disagreements:
    """Compare the predictions of two records of `treenn reproduce`.

    A recipe gets a sentence right if more than half of its seeds do. The sentences named are those on which the
    fractions of correct seeds differ most.

    Args:
        first: a record.
        second: another record on the same treebank.
        count: the maximum number of sentences of each kind (default: 10).
    """
    gold = np.array(first.gold["test"].root)
    a, b = (np.array([run.predictions["test"].root for run in record.runs]) for record in (first, second))
    x, y = (a == gold).mean(axis=0), (b == gold).mean(axis=0)
    return Disagreements(
        float((a[:, None] != b).mean()),
        _clearest(np.where((x > 0.5) & (y <= 0.5), x - y, 0), count),
        _clearest(np.where((y > 0.5) & (x <= 0.5), y - x, 0), count),
    )


def _clearest(leads: NDArray[np.float64], count: int) -> list[int]:
    """The numbers, from 1, of the sentences with the largest leads above 0."""
    largest = np.argsort(-leads, kind="stable")[: min(count, np.count_nonzero(leads))]
    return sorted((largest + 1).tolist())


def disagreement_text(first: RecipeRecord, second: RecipeRecord) -> str:
    """The disagreements of two recipes as Markdown."""
    (fraction, only_first, only_second), a, b = disagreements(first, second), first.name, second.name
    return (
        f"`{a}` and `{b}` predict different classes for {100 * fraction:.1f} % of the test sentences "
        "(averaged over pairs of seeds). Examples that most seeds of one classify correctly and most seeds of the "
        "other do not, by line of `test.txt`:\n\n"
        f"- only `{a}`: {', '.join(map(str, only_first))}\n"
        f"- only `{b}`: {', '.join(map(str, only_second))}"
    )
