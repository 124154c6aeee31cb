"""Treebanks for parsers as the data of grammars, and equally spaced parts of their splits."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import TypeVar

from treebanks.grammar_treebank import LONGEST, SEEN, GrammarTreebank
from treebanks.parsing import load_parsing
from treenn.trees.errors import InputError, argument

T = TypeVar("T")


def load_grammar_treebank(
    name: str, splits: Collection[str] | None = None, max_actions: int = LONGEST, *, limit: int | None = None
) -> GrammarTreebank:
    """Load a treebank as the data of a grammar.

    Args:
        name: the name, as for `treebanks.parsing.load_parsing`.
        splits: the splits that are read (default: None, all).
        max_actions: as in `GrammarTreebank.of` (default: 250).
        limit: the maximum number of trees of splits other than train and dev (default: None, all).

    Raises:
        InputError: if there is no such treebank or split.
    """
    parsing = load_parsing(name)
    treebank = GrammarTreebank.of(parsing, parsing.splits if splits is None else splits, max_actions)
    if limit is None:
        return treebank
    parts = {split: part if split in SEEN else evenly(part, limit) for split, part in treebank.splits.items()}
    return replace(treebank, splits=parts)


def evenly(items: Sequence[T], limit: int | None) -> list[T]:
    """At most `limit` items, at equal distances; all if None.

    Raises:
        InputError: if `limit` is below 1.

    >>> evenly(range(10), 4)
    [0, 2, 5, 7]
    """
    if limit is not None and limit < 1:
        raise InputError(f"{argument('limit')} {limit}: must be 1 or more")
    if limit is None or limit >= len(items):
        return list(items)
    return [items[index * len(items) // limit] for index in range(limit)]
