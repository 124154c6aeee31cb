"""`Treebank`: named splits of labelled trees, and the names of their classes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from treenn.trees import Tree, palette
from treenn.trees.arguments import check_fields, check_items
from treenn.trees.display import Heading, quoted, splits_repr, table_html
from treenn.trees.errors import InputError, argument

_MOST_CLASSES = 20  # columns of a display


@dataclass(frozen=True)
class Treebank:
    """Labelled trees for training, development and test; the label of a node is `0` to `len(classes) - 1`, or None.

    Args:
        name: the name in `treebanks.load`, such as `"sst"`; with a suffix for a variant, `"sst-binary"`.
        classes: the names of the classes, in order of the scale.
        splits: the trees by split: `"train"`, `"dev"`, `"test"`, and any further test set.
        synthetic: a clause that names the generator ("a grammar generated its sentences and labels"), which reports
            begin with (default: `""`, for natural text).
        task: a task of another package, `module:Class` (default: None, `default_task`).
    """

    name: str
    classes: Sequence[str]
    splits: Mapping[str, Sequence[Tree]]
    synthetic: str = ""
    task: str | None = None

    def __post_init__(self) -> None:
        check_fields(self)
        object.__setattr__(self, "classes", tuple(self.classes))
        object.__setattr__(self, "splits", checked_splits(self.splits, Tree))

    def __hash__(self) -> int:
        # `splits` is a dict, which is not hashable; equal treebanks have equal sizes.
        return hash((self.name, self.classes, tuple((split, len(trees)) for split, trees in self.splits.items())))

    def __repr__(self) -> str:
        """The name, the number of classes, and the number of trees per split."""
        return splits_repr(self, self.splits, quoted(self.name), f"classes={len(self.classes)}")

    def _repr_html_(self) -> str:
        colours = palette(max(len(self.classes), 1))
        classes = [Heading(name, colour) for name, colour in zip(self.classes, colours, strict=False)][:_MOST_CLASSES]
        rows = [
            [split, len(trees), sum(len(tree.words) for tree in trees), *_root_counts(trees, len(classes))]
            for split, trees in self.splits.items()
        ]
        return table_html(["split", "trees", "words", *classes], rows, f"{self.name}, with the roots of each class")

    @property
    def train(self) -> tuple[Tree, ...]:
        """The training trees."""
        return self.trees("train")

    @property
    def dev(self) -> tuple[Tree, ...]:
        """The development trees."""
        return self.trees("dev")

    @property
    def test(self) -> tuple[Tree, ...]:
        """The test trees."""
        return self.trees("test")

    def trees(self, split: str) -> tuple[Tree, ...]:
        """The trees of a split.

        Raises:
            InputError: if there is no such split.
        """
        return split_of(self, split)

    @property
    def default_task(self) -> str:
        """The task if the treebank names none: classification of nodes."""
        return "nodes"

    def labels_below_roots(self) -> Iterator[Any]:
        """The labels of all nodes below roots, of all splits."""
        return (label for split in self.splits for tree in self.trees(split) for label in tree.labels[:-1])

    def map_trees(self, change: Callable[[Sequence[Tree]], Iterable[Tree]]) -> Treebank:
        """The same treebank with other trees, from a function of the trees of a split."""
        return replace(self, splits={split: tuple(change(trees)) for split, trees in self.splits.items()})

    def words(self) -> set[str]:
        """The set of words of all splits."""
        return {word for trees in self.splits.values() for tree in trees for word in tree.words}


def _root_counts(trees: Sequence[Tree], classes: int) -> list[int]:
    labels = Counter(tree.label for tree in trees)
    return [labels[label] for label in range(classes)]


def checked_splits(splits: Mapping[str, Sequence[Any]], *kinds: type[Any]) -> dict[str, tuple[Any, ...]]:
    """Splits with their examples as tuples, validated.

    Args:
        splits: examples by split.
        kinds: the classes of which the examples are instances.

    Raises:
        InputError: if an example is of another class; the message has its split and index.
    """
    return {split: tuple(check_items(f"splits[{split!r}]", items, *kinds)) for split, items in splits.items()}


def split_of(treebank: Any, split: str) -> tuple[Any, ...]:
    """The examples of one split of a treebank.

    Raises:
        InputError: if there is no such split.
    """
    if split not in treebank.splits:
        known = ", ".join(treebank.splits) or "none"
        raise InputError(f"{argument('treebank')} {treebank.name} has no split {split!r}; its splits are: {known}")
    examples: tuple[Any, ...] = treebank.splits[split]
    return examples
