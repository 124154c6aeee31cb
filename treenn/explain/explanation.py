"""Explanation of a named network: its equations, and the network unrolled over an input."""

from __future__ import annotations

import inspect
import sys
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import zip_longest

import numpy as np
import torch
from rich.cells import cell_len

from treenn.cells import Cell
from treenn.encoders import Encoder
from treenn.explain.by_hand import BY_HAND, ByHand
from treenn.explain.equations import Section, section
from treenn.explain.running import unroll_sequence
from treenn.explain.tree_unrolling import unroll_tree
from treenn.explain.unrolled_drawing import Drawing
from treenn.models.names import ENCODERS, paper_of
from treenn.trees import InputError, Tree
from treenn.trees.arguments import Width, checked

MOST_WORDS = 100
"""The maximum number of words in a drawing."""

_PROSE = 88
"""The maximum line width of prose."""


@dataclass(frozen=True)
class Explanation:
    """A network's equations and drawing.

    Args:
        name: name of the network.
        paper: its reference.
        sections: documentation of each of its modules, with the equations.
        drawing: the unrolled network.
    """

    name: str
    paper: str
    sections: tuple[Section, ...]
    drawing: Drawing

    def text(self, width: int) -> str:
        """Returns the text for a terminal of `width` columns.

        The drawing is to the right of the equations if it fits, and below them otherwise.
        """
        drawn = self.drawing.text(width).splitlines()
        prose = "\n\n".join(self._paragraphs(min(width, _PROSE))).splitlines()
        left = max(map(cell_len, prose)) + 4
        if left + max(map(cell_len, drawn)) > width:
            return "\n".join([*prose, "", *drawn])
        lines = zip_longest(prose, ["", "", *drawn], fillvalue="")
        return "\n".join(f"{a}{' ' * (left - cell_len(a))}{b}".rstrip() for a, b in lines)

    def _paragraphs(self, width: int) -> Iterator[str]:
        yield textwrap.fill(f"{self.name}: {self.paper}", width)
        for part in self.sections:
            yield textwrap.fill(f"{part.name}. {part.title}", width)
            for block in part.blocks:
                if block.before != part.title:
                    yield textwrap.fill(block.before, width)
                yield textwrap.indent(block.equations, "    ")
                if block.after:
                    yield textwrap.fill(block.after, width)
            if part.shape:
                yield textwrap.fill(part.shape, width)


def names() -> tuple[str, ...]:
    """Returns the names that `explain` accepts: all encoders, and the networks of `treenn.by_hand`."""
    return (*ENCODERS, *BY_HAND)


@checked
def explain(name: str, tree: Tree, *, input_size: Width, size: Width) -> Explanation:
    """Explain a network: its equations, and the network unrolled over a tree, or over its words if it reads sequences.

    Args:
        name: one of `names()`.
        tree: the input; its labels are ignored.
        input_size: size of a word vector.
        size: hidden size of the network.

    Returns:
        The explanation; the global random state is unchanged.

    Raises:
        InputError: if the name is unknown, the sentence has more than `MOST_WORDS` words, or the dependencies between
            the network's layers cannot be found.

    >>> from treenn.trees import parse_tree
    >>> print(explain("lstm", parse_tree("(3 (2 not) (1 bad))"), input_size=4, size=3).drawing.text(80))
              x     LSTM
                    reads x
    1   not   (4)   (3)
                      ↓
    2   bad   (4)   (3)
    <BLANKLINE>
    sentence (3) ← LSTM at word 2
    """
    known = _known(name)
    if len(tree.words) > MOST_WORDS:
        raise InputError(f"the tree has {len(tree.words)} words; the maximum is {MOST_WORDS}")
    bare = Tree(tree.words, tree.merges)  # without labels, which encoders may reject
    if isinstance(known, ByHand):
        paper = inspect.cleandoc(sys.modules[known.home.__module__].__doc__ or "").replace("\n", " ")
        return Explanation(
            name, paper, (section(known.home),), known.run(bare, np.zeros((len(bare.words), input_size)), size)
        )
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(0)
        encoder = known(input_size, size).double().eval()
        cell = _cell(encoder)
        drawing = unroll_sequence(encoder, bare) if cell is None else unroll_tree(encoder, cell, bare)
        return Explanation(name, paper_of(encoder), _sections(encoder), drawing)


def reads_trees(name: str) -> bool:
    """Returns True if a network reads trees, False if it reads sequences.

    Raises:
        InputError: if the name is unknown.
    """
    known = _known(name)
    if isinstance(known, ByHand):
        return known.reads_trees
    with torch.device("meta"):
        return _cell(known(8, 8)) is not None


def _known(name: str) -> ByHand | Callable[[int, int], Encoder]:
    if name in BY_HAND:
        return BY_HAND[name]
    if name not in ENCODERS:
        raise InputError(f"network {name}: must be one of {', '.join(names())}")
    return ENCODERS[name]


def _cell(encoder: Encoder) -> Cell | None:
    return next((module for module in encoder.modules() if isinstance(module, Cell)), None)


def _sections(encoder: Encoder) -> tuple[Section, ...]:
    """One section per class of module in the encoder, except those of torch."""
    classes = dict.fromkeys(type(module) for module in encoder.modules())
    return tuple(section(each) for each in classes if not each.__module__.startswith("torch."))
