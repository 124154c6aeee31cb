"""`summarize`: the sizes, classes and repeated sentences of a data set."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from treebanks import AnyTreebank, DependencyTreebank, Pair
from treebanks.overlap import overlap
from treenn.trees import DependencyTree, Tree


@dataclass(frozen=True)
class Scores:
    """The distribution of scores in a split."""

    min: float
    mean: float
    max: float


@dataclass(frozen=True)
class DatasetSummary:
    """The statistics of a data set.

    Args:
        name: its name.
        scale: the scale of its labels.
        parser: the parser of its trees; None for annotated trees.
        examples: the number of trees, texts or pairs by split.
        words: the number of words by split.
        vocabulary: the number of different words.
        labelled_nodes: the number of labelled nodes below roots by split.
        classes: the number of labelled sentences, pairs or words by class and split; empty for scores.
        scores: the distribution of the scores of roots or pairs by split; empty for classes.
        repeats: the number of examples that also occur in train, by split.
    """

    name: str
    scale: str
    parser: str | None
    examples: Mapping[str, int]
    words: Mapping[str, int]
    vocabulary: int
    labelled_nodes: Mapping[str, int]
    classes: Mapping[str, Mapping[str, int]]
    scores: Mapping[str, Scores]
    repeats: Mapping[str, int]


def summarize(treebank: AnyTreebank) -> DatasetSummary:
    """Summarize a data set.

    >>> import treebanks
    >>> summarize(treebanks.load("reviews")).examples["test"]
    1000
    """
    splits = list(treebank.splits)
    labels = {split: _labels(treebank, split) for split in splits}
    counts = {split: Counter(some) for split, some in labels.items()}
    names = enumerate(treebank.classes or ())
    repeats = Counter(each.split for each in overlap(treebank)) if "train" in treebank.splits else Counter[str]()
    origin = treebank.origin
    return DatasetSummary(
        name=treebank.name,
        scale=treebank.scale or "nominal",
        parser=origin.spec.trees if origin is not None and origin.parsed else None,
        examples={split: len(treebank.splits[split]) for split in splits},
        words={split: sum(len(tree.words) for tree in treebank.trees(split)) for split in splits},
        vocabulary=len(treebank.words()),
        labelled_nodes={split: sum(map(_labelled_below, treebank.splits[split])) for split in splits},
        classes={name: {split: counts[split][number] for split in splits} for number, name in names},
        scores={split: _scores(some) for split, some in labels.items() if treebank.classes is None and some},
        repeats={split: repeats[split] for split in splits if split != "train"},
    )


def _labels(treebank: AnyTreebank, split: str) -> list[Any]:
    """The labels of the sentences or pairs of a split, or of all words if words are labelled."""
    if isinstance(treebank, DependencyTreebank) and treebank.level == "words":
        labels = [label for tree in treebank.splits[split] for label in tree.labels]
    else:
        labels = [_label(example) for example in treebank.splits[split]]
    return [label for label in labels if label is not None]


def _label(example: Any) -> Any:
    if isinstance(example, Pair):
        return example.target
    return example.labels[example.root] if isinstance(example, DependencyTree) else example.label


def _labelled_below(example: Any) -> int:
    """The number of labelled phrases below the root of a tree."""
    return sum(label is not None for label in example.labels[:-1]) if isinstance(example, Tree) else 0


def _scores(labels: list[Any]) -> Scores:
    values = np.array(labels, dtype=np.float64)
    return Scores(float(values.min()), float(values.mean()), float(values.max()))
