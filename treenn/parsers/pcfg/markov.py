"""Markovized binarization: conversion of a tree to the rules of a binary grammar (Klein and Manning 2003).

A symbol is a category and, after `^`, its context:

- `NP^S^SBAR`: an NP whose parent is an S and whose grandparent is an SBAR, at vertical order 3.
- `@VP^[VBZ]>NP>PP`: an intermediate node of a VP, with the head VBZ and, to its right, an NP and then a PP, at
  horizontal order 2. Earlier siblings are dropped. Siblings on the left are marked `<`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from treenn.parsers.pcfg.head_rules import head
from treenn.parsers.pcfg.pcfg_settings import Factor, PCFGSettings
from treenn.trees import NaryTree, Tree
from treenn.trees.nary import inner_children

PART = "@"
"""The prefix of intermediate symbols, as in `treenn.trees.binarize`."""

CONTEXT = "^"
"""The separator between a symbol's category and its context."""


Rule = tuple[str, tuple[str, ...]]


def symbols(tree: NaryTree | Tree, settings: PCFGSettings) -> list[str]:
    """Return the symbol of each node.

    The symbol of a word is its tag. A node whose only child has the same category has the child's symbol.

    >>> from treenn.trees import parse_nary
    >>> symbols(parse_nary("(S (NP (NN dogs)) (VP (VBP bark)))")[0], PCFGSettings())
    ['NN', 'VBP', 'NP^S', 'VP^S', 'S']
    """
    n = len(tree.words)
    above: list[tuple[str, ...]] = [()] * len(tree.labels)
    for node, children in reversed([*enumerate(inner_children(tree), start=n)]):
        seen = (str(tree.labels[node]), *above[node])[: settings.vertical - 1]
        for child in children:
            if child >= n:
                above[child] = above[node] if is_repeated(tree, children, node) else seen
    return [CONTEXT.join((str(label), *context)) for label, context in zip(tree.labels, above, strict=True)]


def rules(tree: NaryTree | Tree, settings: PCFGSettings) -> Iterator[Rule]:
    """Yield the rules of a tree, except for lexical ones.

    >>> from treenn.trees import parse_nary
    >>> [*rules(parse_nary("(VP (VBZ goes) (RB up) (CC and) (RB down))")[0], PCFGSettings(vertical=1))]
    [('@VP^[VBZ]>RB', ('VBZ', 'RB')), ('@VP^[VBZ]>CC', ('@VP^[VBZ]>RB', 'CC')), ('VP', ('@VP^[VBZ]>CC', 'RB'))]
    """
    named = symbols(tree, settings)
    for node, children in enumerate(inner_children(tree), start=len(tree.words)):
        if not is_repeated(tree, children, node):
            yield from _factored(tree, named[node], children, named, settings)


def is_repeated(tree: NaryTree | Tree, children: Sequence[int], node: int) -> bool:
    """Whether a node's only child is an inner node of the same category."""
    return len(children) == 1 and children[0] >= len(tree.words) and tree.labels[children[0]] == tree.labels[node]


def _factored(
    tree: NaryTree | Tree, symbol: str, children: Sequence[int], named: list[str], settings: PCFGSettings
) -> Iterator[Rule]:
    if len(children) == 1:
        yield symbol, (named[children[0]],)
        return
    categories = [str(tree.labels[child]) for child in children]
    first = _first(symbol.split(CONTEXT)[0], categories, settings.factor)
    siblings = [(index, ">") for index in range(first + 1, len(children))]
    siblings += [(index, "<") for index in range(first - 1, -1, -1)]
    part, memory = named[children[first]], [""] * settings.horizontal
    for index, side in siblings:
        memory = [*memory, side + categories[index]][-settings.horizontal :] if settings.horizontal else []
        whole = (index, side) == siblings[-1]
        joined = symbol if whole else f"{PART}{symbol}{CONTEXT}[{categories[first]}]{''.join(memory)}"
        sibling = named[children[index]]
        yield joined, (part, sibling) if side == ">" else (sibling, part)
        part = joined


def _first(category: str, categories: list[str], factor: Factor) -> int:
    """Return the index of the child that the others are joined to."""
    if factor == "head":
        return head(category, categories)
    return 0 if factor == "left" else len(categories) - 1
