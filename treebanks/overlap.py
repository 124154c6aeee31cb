"""Overlap: sentences of dev and test that also occur in training."""

from __future__ import annotations

from typing import NamedTuple

from treebanks.treebank import Treebank


class Repeat(NamedTuple):
    """A sentence outside train that also occurs in train.

    Args:
        split: the split of the sentence.
        number: its position in the split, from 1: the line in a file of one tree per line, such as those of SST.
        in_train: its positions in train, from 1.
    """

    split: str
    number: int
    in_train: tuple[int, ...]


def overlap(treebank: Treebank) -> list[Repeat]:
    """The sentences outside train that have exactly the words of a sentence of train.

    >>> from treenn.trees import parse_trees
    >>> trees = tuple(parse_trees("(3 (2 so) (4 good)) (1 (2 so) (0 bad))", classes=5))
    >>> overlap(Treebank("x", ("",) * 5, {"train": trees, "dev": trees[1:], "test": ()}))
    [Repeat(split='dev', number=1, in_train=(2,))]
    """
    lines: dict[tuple[str, ...], list[int]] = {}
    for line, tree in enumerate(treebank.train, start=1):
        lines.setdefault(tree.words, []).append(line)
    return [
        Repeat(split, line, tuple(lines[tree.words]))
        for split, trees in treebank.splits.items()
        if split != "train"
        for line, tree in enumerate(trees, start=1)
        if tree.words in lines
    ]
