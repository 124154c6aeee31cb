"""Overlap: sentences of dev and test that also occur in training."""

from __future__ import annotations

from typing import Any, NamedTuple

from treebanks.kinds import AnyTreebank
from treebanks.pairs import Pair


class Repeat(NamedTuple):
    """A sentence or pair outside train that also occurs in train.

    Args:
        split: the split of the sentence or pair.
        number: its position in the split, from 1: the line in a file of one tree per line, such as those of SST.
        in_train: its positions in train, from 1.
    """

    split: str
    number: int
    in_train: tuple[int, ...]


def overlap(treebank: AnyTreebank) -> list[Repeat]:
    """Find the sentences outside train whose words equal those of a sentence in train; of a pair, both sentences.

    >>> from treebanks import Treebank
    >>> from treenn.trees import parse_trees
    >>> trees = tuple(parse_trees("(3 (2 so) (4 good)) (1 (2 so) (0 bad))", classes=5))
    >>> overlap(Treebank("x", ("",) * 5, {"train": trees, "dev": trees[1:], "test": ()}))
    [Repeat(split='dev', number=1, in_train=(2,))]
    """
    lines: dict[object, list[int]] = {}
    for line, example in enumerate(treebank.train, start=1):
        lines.setdefault(_words(example), []).append(line)
    return [
        Repeat(split, line, tuple(lines[_words(example)]))
        for split, examples in treebank.splits.items()
        if split != "train"
        for line, example in enumerate(examples, start=1)
        if _words(example) in lines
    ]


def _words(example: Any) -> object:
    return tuple(tree.words for tree in example.trees) if isinstance(example, Pair) else example.words
