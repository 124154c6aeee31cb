"""A made-up language: each word in capitals, in reversed order."""

from __future__ import annotations

import random

from treebanks import ParallelCorpus, Translation
from treenn.datasets.parallel import with_trees

WORDS = ["ab", "cd", "ef", "gh", "ij"]


def reversal_pairs(count: int, longest: int = 5, seed: int = 0) -> list[Translation]:
    """Sentences of one to `longest` words with their reversals."""
    draw = random.Random(seed)
    sentences = [[draw.choice(WORDS) for _ in range(draw.randint(1, longest))] for _ in range(count)]
    return [Translation(" ".join(words), " ".join(reversed(words)).upper()) for words in sentences]


def reversal_corpus(train: int = 400, dev: int = 40, longest: int = 5, trees: str = "balanced") -> ParallelCorpus:
    """A parsed corpus of the made-up language."""
    pairs = reversal_pairs(train + dev, longest)
    corpus = ParallelCorpus("reversal", ("xx", "yy"), {"train": pairs[:train], "dev": pairs[train:]})
    return with_trees(corpus, trees)
