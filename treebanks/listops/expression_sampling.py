"""Random ListOps expressions with the distribution of the published generator, optionally of given lengths."""

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
"""The probability that an argument is an operator instead of a digit, in the published generator `VALUE_P`."""

MAX_DEPTH = 20
"""The depth at which every argument is a digit; the depth of the outermost operator is 1, so at most 19 are nested."""

ARGUMENTS = (2, 5)
"""The minimum and maximum number of arguments of an operator, which is uniformly distributed."""

_NAMES, _DIGITS = tuple(OPERATORS), tuple("0123456789")


def draw(random: Random, longest: int | None = None) -> Expression:
    """A random expression.

    Args:
        random: the random number generator.
        longest: the maximum number of tokens; longer expressions are rejected (default: None, no maximum).
    """
    while True:
        tokens: list[str] = []
        missing: list[int] = []  # for each open operator, the number of arguments still to generate
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
    """A random expression of `deep` nested operators; the operator among the arguments has a random position."""
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
    """The published generator conditioned on the length of the expression.

    Rejection sampling of long expressions would take too long, so the probability of every length at every depth is
    computed first, by convolution.

    Args:
        longest: the maximum number of tokens.
        arguments: the minimum and maximum number of arguments of an operator (default: `ARGUMENTS`).
    """

    def __init__(self, longest: int, arguments: tuple[int, int] = ARGUMENTS) -> None:
        self.arguments = range(arguments[0], arguments[1] + 1)
        digit = np.zeros(longest + 1)
        digit[1] = 1.0
        # For each depth, from the deepest, and each k: the distribution of the total length of k arguments.
        self._of_arguments = {MAX_DEPTH: self._powers(digit)}
        for depth in range(MAX_DEPTH - 1, 1, -1):
            argument = (1 - NESTED) * digit + NESTED * self._of_operator(depth)
            self._of_arguments[depth] = self._powers(argument)
        self._split = lru_cache(maxsize=4096)(self._compute_split)

    def draw(self, random: Random, low: int, high: int) -> Expression:
        """A random expression of at least `low` and fewer than `high` tokens."""
        of_whole = self._of_operator(1)[low:high]
        [length] = random.choices(range(low, low + len(of_whole)), weights=of_whole.tolist())
        tokens: list[str] = []
        todo = [(1, length)]  # a stack of depths and lengths of parts to generate; 0, 0 ends an operator
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
        """Random lengths of the arguments at a depth, given their sum."""
        table = self._of_arguments[depth]
        [left] = random.choices(self.arguments, weights=[float(table[k][length]) for k in self.arguments])
        for k in range(left, 1, -1):
            [part] = random.choices(range(1, length), cum_weights=self._split(depth, k, length))
            yield part
            length -= part
        yield length

    def _compute_split(self, depth: int, k: int, length: int) -> list[float]:
        """The cumulative weights of the lengths 1, 2, ... of the first of k arguments, given their total length."""
        table = self._of_arguments[depth]
        return list(accumulate((table[1][1:length] * table[k - 1][length - 1 : 0 : -1]).tolist()))

    def _of_operator(self, depth: int) -> npt.NDArray[np.float64]:
        """The distribution of the length of an operator at a depth: its arguments and two tokens."""
        table = self._of_arguments[depth + 1]
        whole = np.zeros_like(table[1])
        whole[2:] = np.mean([table[k] for k in self.arguments], axis=0)[:-2]
        return whole

    def _powers(self, argument: npt.NDArray[np.float64]) -> list[npt.NDArray[np.float64]]:
        """The convolution powers of the distribution of one argument's length."""
        powers = [np.zeros(0), argument]
        for _ in range(self.arguments[-1] - 1):
            powers.append(np.convolve(powers[-1], argument)[: len(argument)])

        return powers
