"""Extraction of a class's equations from the indented paragraphs of its docstring."""

from __future__ import annotations

import inspect
from itertools import pairwise
from typing import NamedTuple


class Block(NamedTuple):
    """Equations, the paragraph before them, and the continuation of its sentence after them (default: empty)."""

    before: str
    equations: str
    after: str = ""


class Section(NamedTuple):
    """The documentation of one class.

    Args:
        name: name of the class.
        title: first paragraph of its docstring.
        blocks: its equations.
        shape: legend of its shapes; empty if the docstring has no `Shape:` paragraph.
    """

    name: str
    title: str
    blocks: tuple[Block, ...]
    shape: str


def section(cls: type) -> Section:
    """Returns the title, equations and shapes in the docstring of a class.

    >>> from treenn.by_hand.perceptron import Layer
    >>> block = section(Layer).blocks[0]
    >>> print(block.before, block.equations, sep="\\n")
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
    """True if the paragraph continues a sentence: it starts with a lowercase letter or a symbol in backticks."""
    return paragraph[:1].islower() or paragraph.startswith("`")


def _joined(paragraph: str) -> str:
    return " ".join(paragraph.split())
