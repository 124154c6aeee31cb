"""`RawDataset`: the examples of a data set's files, with labels as they are written and texts without trees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from treebanks.own_data.spec import DatasetSpec, Scale
from treenn.trees import DependencyTree, Tree


@dataclass(frozen=True)
class RawText:
    """A text, or the two texts of a pair, with a label.

    Args:
        texts: one text, or two.
        label: the class's name or the score as it is written; None without a label.
        line: the line in the file, from 1, for messages.
    """

    texts: tuple[str, ...]
    label: str | None
    line: int


RawExample = RawText | Tree | DependencyTree | tuple[Tree, Tree, str | None]
"""A text or a pair of texts, a labelled tree, or a pair of trees with its label; labels are strings."""


@dataclass(frozen=True)
class RawDataset:
    """The examples of a data set by split, before their texts are parsed.

    Args:
        path: the folder or file.
        spec: the specification, with all defaults resolved but `classes`, `low`, `high` of scales that do not apply.
        splits: the examples by split.
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
