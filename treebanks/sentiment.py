"""Sentiment treebanks, with five classes or as a binary task."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from treebanks.paths import published_file
from treebanks.treebank import Treebank
from treenn.trees import InputError, Label, OnError, read_trees
from treenn.trees.arguments import check

FIVE_CLASSES = ("very negative", "negative", "neutral", "positive", "very positive")
"""The classes of the labels 0 to 4."""

Neutral = Literal["third", "drop"]

_BINARY = "-binary"
_THIRD: Mapping[Label, int] = {0: 0, 1: 0, 2: 1, 3: 2, 4: 2}
_DROP: Mapping[Label, int] = {0: 0, 1: 0, 3: 1, 4: 1}


def load(name: str, *, neutral: Neutral = "third", on_error: OnError | None = None) -> Treebank:
    """Load a sentiment treebank by its name, one of `names()`.

    `"sst"` and `"reviews"` have five classes; `"sst-binary"` and `"reviews-binary"` are the binary tasks.

    Args:
        name: the name; the suffix `-binary` selects the binary task.
        neutral: the treatment of neutral phrases in the binary task, as in `binary` (default: `"third"`).
        on_error: called with the error of each tree that is skipped (default: the first error is raised).

    Raises:
        InputError: if no treebank has this name, or its files are missing (the message describes how to get them) or
            malformed.

    >>> load("reviews-binary").classes
    ('negative', 'neutral', 'positive')
    """
    check("name", name, str)
    if name not in names():
        raise InputError(f"no sentiment treebank is called {name!r}; there are {', '.join(names())}")
    treebank = _LOADERS[name.removesuffix(_BINARY)](on_error)
    return binary(treebank, neutral=neutral) if name.endswith(_BINARY) else treebank


def names() -> tuple[str, ...]:
    """The names that `load` accepts."""
    return tuple(name + task for name in sorted(_LOADERS) for task in ("", _BINARY))


def binary(treebank: Treebank, *, neutral: Neutral = "third") -> Treebank:
    """Convert a five-class treebank to the binary task, without the sentences whose root is neutral.

    Phrases inside a sentence may be neutral. In the published protocol (Tai et al. 2015, according to their code),
    which is `"third"`, they are a third class in training, and predictions compare only negative with positive.

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
    return Treebank(treebank.name + _BINARY, classes, splits, treebank.synthetic)


def _sst(on_error: OnError | None) -> Treebank:
    paths = {split: published_file("sst", f"{split}.txt") for split in ("train", "dev", "test")}
    classes = len(FIVE_CLASSES)
    splits = {split: tuple(read_trees(path, classes=classes, on_error=on_error)) for split, path in paths.items()}
    return Treebank("sst", FIVE_CLASSES, splits)


def _reviews(on_error: OnError | None) -> Treebank:
    from treebanks.reviews import generate

    return generate()


_LOADERS: Mapping[str, Callable[[OnError | None], Treebank]] = {"reviews": _reviews, "sst": _sst}
