"""Disagreements of two recipes: their fraction, and sentences that only one of them gets right."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from treenn.experiment.recipes.record import RecipeRecord


class Disagreements(NamedTuple):
    """Two recipes on the same test sentences, by split and number, which is the line in a file of a tree a line.

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
    gold = first.gold["test"].root or ()
    a, b = _by_sentence(first), _by_sentence(second)
    pairs = len(a[0]) * len(b[0])
    differing = sum(x != y for each, other in zip(a, b, strict=True) for x in each for y in other)
    lead = [
        (each.count(label) / len(each), other.count(label) / len(other))
        for each, other, label in zip(a, b, gold, strict=True)
    ]
    return Disagreements(
        differing / pairs / len(gold),
        _clearest({number: x - y for number, (x, y) in enumerate(lead, start=1) if x > 0.5 >= y}, count),
        _clearest({number: y - x for number, (x, y) in enumerate(lead, start=1) if y > 0.5 >= x}, count),
    )


def _by_sentence(record: RecipeRecord) -> list[tuple[int, ...]]:
    """The class of each sentence in each run."""
    return list(zip(*(run.predictions["test"].root or () for run in record.runs), strict=True))


def _clearest(leads: Mapping[int, float], count: int) -> list[int]:
    return sorted(sorted(leads, key=lambda number: -leads[number])[:count])


def disagreement_text(first: RecipeRecord, second: RecipeRecord) -> str:
    """The disagreements of two recipes as Markdown."""
    found = disagreements(first, second)
    a, b = first.name, second.name
    return "\n".join(
        [
            f"`{a}` and `{b}` give {100 * found.fraction:.1f} % of the test sentences different classes (over pairs of "
            "their seeds). Some that most seeds of one get right and of the other do not, by line of `test.txt`:",
            "",
            f"- only `{a}`: {', '.join(map(str, found.only_first))}",
            f"- only `{b}`: {', '.join(map(str, found.only_second))}",
        ]
    )
