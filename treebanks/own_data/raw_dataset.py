"""`RawDataset`: the examples of a data set's files, with labels as text and texts without trees."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from treebanks.own_data.spec import DatasetSpec, Scale
from treenn.trees import DependencyTree, Tree
from treenn.trees.errors import InputError, argument


@dataclass(frozen=True)
class RawText:
    """A text, or the two texts of a pair, with a label.

    Args:
        texts: one text, or two.
        label: the name of the class, or the score as it is written; None without a label.
        line: the line in the file, from 1, for messages.
        path: the file, for messages; ignored by comparisons (default: None).
    """

    texts: tuple[str, ...]
    label: str | None
    line: int
    path: Path | None = field(default=None, compare=False)


RawExample = RawText | Tree | DependencyTree | tuple[Tree, Tree, str | None]
"""A text or a pair of texts, a labelled tree, or a pair of trees with its label.

Labels are strings: names of classes, or scores as they are written. The label of a sentence in CoNLL-U is that of the
root of its dependency tree.
"""


def kind_of(example: RawExample) -> str:
    """The kind of an example, in the plural."""
    match example:
        case RawText():
            return "texts" if len(example.texts) == 1 else "pairs of texts"
        case Tree():
            return "trees"
        case DependencyTree():
            return "dependency trees"
    return "pairs of trees"


def root_label(example: RawExample) -> str | None:
    """The label of an example: of the text, the pair, or the root."""
    match example:
        case Tree():
            label = example.label
        case DependencyTree():
            label = example.labels[example.root]
        case RawText():
            label = example.label
        case _:
            label = example[2]
    return None if label is None else str(label)


def labels_of(example: RawExample) -> Iterator[str]:
    """The labels of an example: of a tree those of its nodes, in node order; else that of the text or pair."""
    labels = example.labels if isinstance(example, (Tree, DependencyTree)) else (root_label(example),)
    return (str(label) for label in labels if label is not None)


@dataclass(frozen=True)
class RawDataset:
    """The examples of a data set by split, before their texts are parsed.

    Args:
        path: the folder or file.
        spec: the specification with all defaults resolved. `classes` is empty for scores. `low` and `high` are None for
            classes.
        splits: the examples by split: `"train"`, `"dev"`, `"test"`, and further test sets such as `"test-hard"`.
        classes: the names of the classes in order; None for scores.
        scale: the scale of the labels.
        score_range: the lowest and the highest score; None for classes.
    """

    path: str
    spec: DatasetSpec
    splits: Mapping[str, Sequence[RawExample]]
    classes: tuple[str, ...] | None
    scale: Scale
    score_range: tuple[float, float] | None = None

    def examples(self, split: str) -> tuple[RawExample, ...]:
        """The examples of a split.

        Raises:
            InputError: if there is no such split.
        """
        if split not in self.splits:
            known = ", ".join(self.splits)
            raise InputError(f"{argument('treebank')} {self.path} has no split {split!r}; its splits are: {known}")
        return tuple(self.splits[split])

    @cached_property
    def counts(self) -> dict[str, dict[str, int]]:
        """The number of examples, or of labelled words, of each class by split; empty for scores."""
        if self.classes is None:
            return {split: {} for split in self.splits}
        counts = {split: dict.fromkeys(self.classes, 0) for split in self.splits}
        for split, examples in self.splits.items():
            for example in examples:
                for label in labels_of(example) if self.spec.label_level == "words" else [root_label(example)]:
                    if label is not None:
                        counts[split][label] += 1
        return counts
