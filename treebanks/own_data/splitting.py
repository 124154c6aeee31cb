"""Stratified random splits without duplicates across splits."""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Hashable, Sequence

from treebanks.own_data.raw_dataset import RawExample, RawText, root_label
from treenn.trees import DependencyTree, Tree

_BINS = 10  # strata of scores


def split_examples(
    examples: Sequence[RawExample], shares: Sequence[float], seed: int, *, scores: bool = False
) -> list[tuple[RawExample, ...]]:
    """Split examples at random, stratified by the labels of the roots (`stratified_split`).

    Args:
        examples: the examples.
        shares: the share of each split; they sum to 1.
        seed: the random seed.
        scores: whether labels are scores (default: False, classes).

    Returns:
        The examples of each split, in their order.
    """
    keys, labels = map(content_key, examples), map(root_label, examples)
    parts = stratified_split([*keys], [*labels], shares, seed, scores=scores)
    return [tuple(examples[index] for index in part) for part in parts]


def stratified_split(
    keys: Sequence[Hashable],
    labels: Sequence[str | None],
    shares: Sequence[float],
    seed: int,
    *,
    scores: bool = False,
) -> list[list[int]]:
    """Split examples at random, stratified by label.

    Examples with equal keys are in one split. The first split gets the first example of every class, in random order.
    The result is the same on every machine.

    Args:
        keys: the content of each example, equal for duplicates.
        labels: the label of each example.
        shares: the share of each split; they sum to 1.
        seed: the random seed.
        scores: whether labels are scores, with deciles as strata (default: False, classes).

    Returns:
        The ascending indices of the examples of each split.

    >>> stratified_split("abcdef", ["x"] * 6, [0.5, 0.5], seed=0)
    [[1, 2, 3], [0, 4, 5]]
    """
    draw = random.Random(seed)
    groups: dict[Hashable, list[int]] = {}
    for index, key in enumerate(keys):
        groups.setdefault(key, []).append(index)
    strata: dict[Hashable, list[list[int]]] = {}
    levels = _levels(labels, scores)
    for group in groups.values():
        strata.setdefault(levels[group[0]], []).append(group)
    split_of = [0] * len(keys)
    lacking = _Lacking(shares, [share * len(keys) for share in shares])
    for _, members in sorted(strata.items(), key=lambda item: (-len(item[1]), str(item[0]))):
        lacking.allocate(sorted(members, key=lambda _: draw.random()), split_of, first_to_first=not scores)
    return [[index for index, at in enumerate(split_of) if at == split] for split in range(len(shares))]


def content_key(example: RawExample) -> Hashable:
    """The texts or words of an example. Duplicates have equal keys."""
    match example:
        case RawText():
            return tuple(" ".join(text.split()) for text in example.texts)
        case Tree() | DependencyTree():
            return example.words
    left, right, _ = example
    return left.words, right.words


def _levels(labels: Sequence[str | None], scores: bool) -> list[Hashable]:
    """The stratum of each example: its class, or the decile of its score."""
    if not scores:
        return list(labels)
    values = sorted(float(label) for label in labels if label is not None)
    thresholds = [values[len(values) * part // _BINS] for part in range(1, _BINS)] if values else []
    return [None if label is None else bisect_right(thresholds, float(label)) for label in labels]


class _Lacking:
    """The deficit of each split, in examples.

    Args:
        shares: the share of each split.
        quotas: the final number of examples that each split lacks.
    """

    def __init__(self, shares: Sequence[float], quotas: Sequence[float]) -> None:
        self.shares, self.quotas = shares, list(quotas)
        self.deficits = [0.0] * len(shares)  # of the examples so far; carried from one stratum to the next

    def allocate(self, groups: Sequence[Sequence[int]], split_of: list[int], *, first_to_first: bool) -> None:
        """Assign each group of a stratum to the split with the largest deficit.

        Args:
            groups: the indices of equal examples.
            split_of: the split of each example; filled.
            first_to_first: whether the first group is assigned to the first split.
        """
        for position, group in enumerate(groups):
            size = len(group)
            self.deficits = [old + share * size for old, share in zip(self.deficits, self.shares, strict=True)]
            fitting = [split for split, quota in enumerate(self.quotas) if split == 0 or quota + 0.5 >= size]
            if first_to_first and position == 0:
                fitting = [0]
            best = max(fitting, key=lambda split: (self.deficits[split], -split))
            self.deficits[best] -= size
            self.quotas[best] -= size
            for index in group:
                split_of[index] = best
