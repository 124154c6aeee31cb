"""`PCFGSettings`: the hyperparameters of grammar induction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from treenn.trees.arguments import Count, Natural, NonNegative, Positive, Range, check_fields

Factor = Literal["head", "left", "right"]


@dataclass(frozen=True)
class PCFGSettings:
    """The hyperparameters of a grammar's induction from trees.

    Args:
        horizontal: the horizontal Markov order: the number of previous siblings in an intermediate symbol (default: 1).
        vertical: the vertical Markov order: 1 for the category only, 2 for the parent's too, 3 for the grandparent's
            (default: 2).
        factor: the child that the others are joined to, first those on its right, then those on its left. It is the
            head, the first (`"left"`: `a b c` becomes `(a b) c`) or the last (`"right"`) (default: "head").
        rare: the maximum frequency of words that are also counted as unknown words, by their signature (default: 4).
        common: the minimum number of distinct rare words of a signature; words of rarer signatures back off to a
            coarser one (default: 6).
        retag: the pseudo-count of each word with the tags of its signature (default: 0.5).
        root: the pseudo-count of arbitrary phrases and words as whole sentences (default: 1.0).
        fragment: the probability of a further fragment after each fragment of a sentence (default: 1e-06).

    Raises:
        InputError: if a setting is of another type or out of range.
    """

    horizontal: Natural = 1
    vertical: Count = 2
    factor: Factor = "head"
    rare: Natural = 4
    common: Count = 6
    retag: NonNegative = 0.5
    root: Positive = 1.0
    fragment: Annotated[float, Range(above=0, below=1)] = 1e-6

    def __post_init__(self) -> None:
        check_fields(self)
