"""The equations of a class, out of its docstring, where they stand indented: so they are written once."""

from __future__ import annotations

import inspect
from itertools import pairwise
from typing import NamedTuple


class Block(NamedTuple):
    """Equations, the words that lead to them, and those that go on with the sentence behind them, if any."""

    before: str
    equations: str
    after: str = ""


class Section(NamedTuple):
    """What one class says of itself.

    Args:
        name: of the class.
        title: the first paragraph of its docstring.
        blocks: its equations.
        shape: the legend of its shapes, empty where there is none.
    """

    name: str
    title: str
    blocks: tuple[Block, ...]
    shape: str


def section(cls: type) -> Section:
    """The equations of a class.

    >>> from treenn.by_hand.perceptron import Layer
    >>> said = section(Layer)
    >>> print(said.blocks[0].before, said.blocks[0].equations, sep="\\n")
    With h_0 = x and L layers:
    h_l = f(W_l h_{l-1} + b_l),  l = 1 ... L − 1
    z   = W_L h_{L-1} + b_L
    """
    paragraphs = inspect.cleandoc(cls.__doc__ or "").split("\n\n")
    blocks = [
        Block(_joined(before), inspect.cleandoc(equations), _joined(after) if _goes_on(after) else "")
        for (before, equations), (_, after) in pairwise(pairwise([*paragraphs, ""]))
        if _indented(equations)
    ]
    shape = next((_joined(each) for each in paragraphs if each.startswith("Shape:")), "")
    return Section(cls.__name__, _joined(paragraphs[0]), tuple(blocks), shape)


def _indented(paragraph: str) -> bool:
    return bool(paragraph) and all(line.startswith("    ") for line in paragraph.splitlines())


def _goes_on(paragraph: str) -> bool:
    """Whether it goes on with a sentence, as `and its word matrices` or a letter's meaning do."""
    return paragraph[:1].islower() or paragraph.startswith("`")


def _joined(paragraph: str) -> str:
    return " ".join(paragraph.split())
