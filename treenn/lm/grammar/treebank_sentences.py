"""The trees and sentences of treebanks for parsers, as data of grammars and of other language models."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TypeVar

from treebanks import Sentence, TextCorpus
from treebanks.grammar_treebank import LONGEST, GrammarTreebank
from treebanks.parsing import load_parsing
from treenn.trees.errors import InputError, argument

T = TypeVar("T")


def load_grammar_treebank(name: str, splits: Collection[str], max_actions: int = LONGEST) -> GrammarTreebank:
    """Load a treebank as the data of a grammar.

    Args:
        name: the name, as for `treebanks.parsing.load_parsing`.
        splits: the splits that are read.
        max_actions: as in `GrammarTreebank.of` (default: 250).

    Raises:
        InputError: if there is no such treebank or split.
    """
    return GrammarTreebank.of(load_parsing(name), splits, max_actions)


def corpus_of(treebank: GrammarTreebank) -> TextCorpus:
    """The sentences of a treebank, as the data of a language model without trees.

    >>> from treenn.trees import Tree
    >>> trees = [Tree(("so", "it", "goes"), ((0, 1), (3, 2)))]
    >>> corpus_of(GrammarTreebank("tiny", None, {"train": trees})).train
    (Sentence(text='so it goes', unit='word', form=''),)
    """
    splits = {split: [Sentence(" ".join(tree.words)) for tree in trees] for split, trees in treebank.splits.items()}
    return TextCorpus(treebank.name, "word", splits)


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
