"""Composition rules for sentiment: the sense of a phrase from those of its two children; see `treebanks.reviews`."""

from __future__ import annotations

from enum import Enum, auto
from typing import NamedTuple


class Kind(Enum):
    """The effect of a word or phrase on its sibling."""

    FUNCTION = auto()  # none: the, was, it
    CONTENT = auto()  # values are added: good, film
    NEGATE = auto()  # not, lacked, doubt
    DENY = auto()  # nobody, never
    STRENGTHEN = auto()  # very, utterly
    WEAKEN = auto()  # slightly, rather
    CANCEL = auto()  # barely, whether, expected
    ASIDE = auto()  # although, than, who
    BUT = auto()  # but
    VERDICT = auto()  # a phrase that begins with but: it wins over its left sibling
    SCALE = auto()  # long, low, rose: positive or negative depending on the measure
    MEASURE = auto()  # queue, discount: a quantity of which more is worse, or better


class Sense(NamedTuple):
    """The sense of a phrase: its kind, and a value from -2 (very negative) to 2 (very positive)."""

    kind: Kind
    value: int = 0

    @property
    def feeling(self) -> int:
        """The value of the label; 0 for an operator without an operand."""
        return self.value if self.kind in (Kind.CONTENT, Kind.VERDICT) else 0


# The results of an operator for the values -2, -1, 0, 1 and 2.
CHANGES = {
    Kind.NEGATE: (1, 1, 0, -1, -1),
    Kind.DENY: (1, 2, 0, -2, -1),
    Kind.STRENGTHEN: (-2, -2, 0, 2, 2),
    Kind.WEAKEN: (-1, -1, 0, 1, 1),
    Kind.CANCEL: (0, 0, 0, 0, 0),
}


def compose(left: Sense, right: Sense) -> Sense:
    """The sense of a phrase from those of its two children.

    >>> compose(Sense(Kind.NEGATE), compose(Sense(Kind.STRENGTHEN), Sense(Kind.CONTENT, 1)))
    Sense(kind=<Kind.CONTENT: 2>, value=-1)
    """
    if left.kind is Kind.FUNCTION:
        return right
    if right.kind is Kind.FUNCTION:
        return left
    if {left.kind, right.kind} == {Kind.SCALE, Kind.MEASURE}:
        return Sense(Kind.CONTENT, left.value * right.value)
    if right.kind is Kind.VERDICT:
        return Sense(Kind.CONTENT, right.value)
    for operator, operand in ((left, right), (right, left)):
        if operator.kind in CHANGES:
            kind = Kind.SCALE if operand.kind is Kind.SCALE else Kind.CONTENT
            return Sense(kind, CHANGES[operator.kind][operand.value + 2])
        if operator.kind is Kind.ASIDE:
            return Sense(Kind.FUNCTION)
        if operator.kind is Kind.BUT:
            return Sense(Kind.VERDICT, operand.value)
    return Sense(Kind.CONTENT, max(-2, min(2, left.feeling + right.feeling)))
