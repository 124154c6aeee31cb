"""A small treebank in which `not` flips polarity, so that word vectors do not suffice."""

from __future__ import annotations

import random

import pytest

import treebanks
from treebanks import Treebank
from treenn.trees import Tree

GOOD, BAD, THINGS = ("good", "great", "lovely"), ("bad", "awful", "dull"), ("film", "book", "soup")


def toy_treebank(train: int = 120, dev: int = 30, test: int = 30, seed: int = 0) -> Treebank:
    draw = random.Random(seed)
    splits = {
        name: tuple(_tree(draw) for _ in range(size)) for name, size in (("train", train), ("dev", dev), ("test", test))
    }
    return Treebank("toy", ("very negative", "negative", "neutral", "positive", "very positive"), splits)


def load_instead(monkeypatch: pytest.MonkeyPatch, treebank: Treebank) -> None:
    """Let `reviews`, `sst` and `toy` be the names of this treebank, and of nothing else."""
    from treenn.experiment.run import load, load_variant

    monkeypatch.setattr(treebanks, "load", lambda name, **how: treebank)
    monkeypatch.setattr(treebanks, "names", lambda: ("reviews", "sst", "toy"))
    for cache in (load, load_variant):  # their key is the treebank's name
        cache.cache_clear()


def _tree(draw: random.Random) -> Tree:
    good = draw.random() < 0.5
    words, side = [draw.choice(GOOD if good else BAD)], 3 if good else 1
    labels, inner = [side], []
    for _ in range(draw.randrange(3)):
        side = 4 - side
        words.insert(0, "not")
        labels.insert(0, 2)
        inner.append(side)
    words.append(draw.choice(THINGS))
    n = len(words)
    merges = [(n - 3 - k, n - 2 if k == 0 else n + k - 1) for k in range(n - 2)]
    merges.append((n + n - 3 if n > 2 else 0, n - 1))
    return Tree(tuple(words), tuple(merges), (*labels, 2, *inner, side))
