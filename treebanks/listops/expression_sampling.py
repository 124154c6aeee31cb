"""Drawing ListOps expressions as the published generator does, all of them or those of certain lengths alone."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import accumulate
from random import Random

import numpy as np
import numpy.typing as npt

from treebanks.listops.expressions import END, OPERATORS

Expression = tuple[str, ...]

NESTED = 0.25
"""How probable it is that an argument is an operator and no digit: the published generator's `VALUE_P`."""

MAX_DEPTH = 20
"""At this depth, the whole counting as 1, every argument is a digit: operators stand at most 19 deep."""

ARGUMENTS = (2, 5)
"""The least and the most arguments of an operator; all numbers of them are equally probable."""

_NAMES, _DIGITS = tuple(OPERATORS), tuple("0123456789")


def draw(random: Random, longest: int | None = None) -> Expression:
    """An expression; one of more than `longest` tokens is drawn anew."""
    while True:
        tokens: list[str] = []
        missing: list[int] = []  # of each operator that has not ended: its arguments still to come
        while not tokens or missing:
            if not missing or (len(missing) + 1 < MAX_DEPTH and random.random() < NESTED):
                tokens.append(random.choice(_NAMES))
                missing.append(random.randint(*ARGUMENTS))
                continue
            tokens.append(random.choice(_DIGITS))
            missing[-1] -= 1
            while missing and not missing[-1]:
                tokens.append(END)
                missing.pop()
                if missing:
                    missing[-1] -= 1
        if longest is None or len(tokens) <= longest:
            return tuple(tokens)


def draw_nested(random: Random, deep: int) -> Expression:
    """An expression of `deep` operators, each but the innermost with one operator, anywhere among its digits."""
    tokens: list[str] = []
    ends: list[str] = []
    for level in range(deep):
        n = random.randint(*ARGUMENTS)
        before = random.randrange(n) if level + 1 < deep else n
        after = n - 1 - before if level + 1 < deep else 0
        tokens += [random.choice(_NAMES), *random.choices(_DIGITS, k=before)]
        ends += [END, *random.choices(_DIGITS, k=after)]
    return (*tokens, *reversed(ends))


class Lengths:
    """The published generator, restricted to expressions of chosen lengths: each is as probable as there among these.

    Long expressions are too rare to wait for, so the probability of every length at every depth is computed first.

    Args:
        longest: the most tokens that will be asked for.
        arguments: the least and the most arguments of an operator.
    """

    def __init__(self, longest: int, arguments: tuple[int, int] = ARGUMENTS) -> None:
        self.arguments = range(arguments[0], arguments[1] + 1)
        digit = np.zeros(longest + 1)
        digit[1] = 1.0
        # For each depth from the last up: how probable k arguments of together so many tokens are, for every k.
        self._of_arguments = {MAX_DEPTH: self._powers(digit)}
        for depth in range(MAX_DEPTH - 1, 1, -1):
            each = (1 - NESTED) * digit + NESTED * self._of_operator(depth)
            self._of_arguments[depth] = self._powers(each)
        self._split = lru_cache(maxsize=4096)(self._compute_split)

    def draw(self, random: Random, low: int, high: int) -> Expression:
        """An expression of at least `low` and fewer than `high` tokens."""
        of_whole = self._of_operator(1)[low:high]
        [length] = random.choices(range(low, low + len(of_whole)), weights=of_whole.tolist())
        tokens: list[str] = []
        todo = [(1, length)]  # parts still to be written, the next one last: depth and length; 0, 0 ends an operator
        while todo:
            depth, length = todo.pop()
            if length == 0:
                tokens.append(END)
            elif length == 1:
                tokens.append(random.choice(_DIGITS))
            else:
                tokens.append(random.choice(_NAMES))
                todo += [(0, 0), *((depth + 1, part) for part in self._parts(random, depth + 1, length - 2))]
        return tuple(tokens)

    def _parts(self, random: Random, depth: int, length: int) -> Iterator[int]:
        """Lengths of arguments at a depth that are together so long."""
        table = self._of_arguments[depth]
        [left] = random.choices(self.arguments, weights=[float(table[k][length]) for k in self.arguments])
        for k in range(left, 1, -1):
            [part] = random.choices(range(1, length), cum_weights=self._split(depth, k, length))
            yield part
            length -= part
        yield length

    def _compute_split(self, depth: int, k: int, length: int) -> list[float]:
        """For the first of k arguments of together so many tokens: how probable it is to have 1, 2, ... of them."""
        table = self._of_arguments[depth]
        return list(accumulate((table[1][1:length] * table[k - 1][length - 1 : 0 : -1]).tolist()))

    def _of_operator(self, depth: int) -> npt.NDArray[np.float64]:
        """The probability of each length of an operator at a depth: its arguments and two tokens."""
        table = self._of_arguments[depth + 1]
        whole = np.zeros_like(table[1])
        whole[2:] = np.mean([table[k] for k in self.arguments], axis=0)[:-2]
        return whole

    def _powers(self, each: npt.NDArray[np.float64]) -> list[npt.NDArray[np.float64]]:
        powers = [np.zeros(0), each]
        for _ in range(self.arguments[-1] - 1):
            powers.append(np.convolve(powers[-1], each)[: len(each)])
        return powers
