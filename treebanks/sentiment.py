"""Sentiment treebanks, with five classes or as a binary task."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Literal

from treebanks.paths import published_file
from treebanks.treebank import Treebank
from treenn.trees import Label, OnError, read_trees
from treenn.trees.arguments import check

FIVE_CLASSES = ("very negative", "negative", "neutral", "positive", "very positive")
"""The classes of the labels 0 to 4."""

Neutral = Literal["third", "drop"]

_THIRD: Mapping[Label, int] = {0: 0, 1: 0, 2: 1, 3: 2, 4: 2}
_DROP: Mapping[Label, int] = {0: 0, 1: 0, 3: 1, 4: 1}


def binary(treebank: Treebank, *, neutral: Neutral = "third") -> Treebank:
    """Convert a five-class treebank to the binary task, without the sentences whose root is neutral.

    Phrases inside a sentence may be neutral. In the published protocol, `"third"` (the code of Tai et al. 2015), they
    are a third class in training. Predictions compare only negative and positive.

    Args:
        treebank: a treebank with the labels 0 to 4.
        neutral: `"third"` for the classes negative, neutral and positive; `"drop"` for negative and positive, with the
            labels of neutral phrases removed (default: `"third"`).

    Raises:
        InputError: if `neutral` has another value.
    """
    check("treebank", treebank, Treebank)
    check("neutral", neutral, Neutral)
    labels = _THIRD if neutral == "third" else _DROP
    classes = ("negative", "neutral", "positive") if neutral == "third" else ("negative", "positive")
    splits = {
        split: tuple(tree.map_labels(labels.get) for tree in trees if tree.label in _DROP)
        for split, trees in treebank.splits.items()
    }
    return Treebank(f"{treebank.name}-binary", classes, splits, treebank.synthetic)


def load_sst(*, on_error: OnError | None = None) -> Treebank:
    """Load the Stanford Sentiment Treebank in the published splits.

    Args:
        on_error: called with the error of each skipped tree (default: None, the first error is raised).

    Raises:
        InputError: if a file is missing (the message describes how to get it), or a tree is malformed.
    """
    paths = {split: published_file("sst", f"{split}.txt") for split in ("train", "dev", "test")}
    classes = len(FIVE_CLASSES)
    splits = {split: tuple(read_trees(path, classes=classes, on_error=on_error)) for split, path in paths.items()}
    return Treebank("sst", FIVE_CLASSES, splits)


def load_reviews(*, on_error: OnError | None = None) -> Treebank:
    """Generate `treebanks.reviews` with default sizes, without calling `on_error`."""
    return replace(_generated())


@cache
def _generated() -> Treebank:
    from treebanks.reviews import generate

    return generate()
