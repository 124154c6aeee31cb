"""`Settings`: all that decides a grammar but the trees that it is read off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from treenn.trees.arguments import Count, Natural, NonNegative, Positive, Range, check_fields

Factor = Literal["head", "left", "right"]


@dataclass(frozen=True)
class Settings:
    """How a grammar is read off trees.

    Args:
        horizontal: of the children in a part of a node, how many it remembers beside the first: those joined last.
        vertical: how far up a node knows: 1 for nothing above it, 2 for its parent, 3 for its grandparent too.
        factor: which child the others are joined to, first those on its right, then those on its left: the head, the
            first (`"left"`: `a b c` becomes `(a b) c`) or the last (`"right"`).
        rare: words seen so often or less are counted once more as unknown words, by their signature.
        common: how many different rare words a signature must have; words of other signatures take a coarser one.
        retag: how often each word is taken to have been seen with the tags of its signature, beside its own.
        root: how many sentences are taken to have been any phrase or word at all.
        fragment: the probability that a sentence goes on with one more fragment.

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
