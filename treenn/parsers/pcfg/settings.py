"""`Settings`: all that decides a grammar but the trees that it is read off."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from treenn.trees import InputError

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
        InputError: names the option that is out of its range.
    """

    horizontal: int = 1
    vertical: int = 2
    factor: Factor = "head"
    rare: int = 4
    common: int = 6
    retag: float = 0.5
    root: float = 1.0
    fragment: float = 1e-6

    def __post_init__(self) -> None:
        for name, least in (("horizontal", 0), ("vertical", 1), ("rare", 0), ("common", 1)):
            if getattr(self, name) < least:
                raise InputError(f"--{name} {getattr(self, name)}: must be {least} or more")
        if self.factor not in get_args(Factor):
            raise InputError(f"--factor {self.factor}: must be {', '.join(get_args(Factor))}")
        if not self.retag >= 0:
            raise InputError(f"--retag {self.retag}: must be 0 or more")
        if not self.root > 0:
            raise InputError(f"--root {self.root}: must be more than 0, so that any phrase can be a sentence")
        if not 0 < self.fragment < 1:
            raise InputError(f"--fragment {self.fragment}: must be between 0 and 1, so that every sentence has a tree")
