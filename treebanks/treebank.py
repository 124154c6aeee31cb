"""`Treebank`: named splits of labelled trees, and the names of their classes; `Splits`: the base of all treebanks."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from treebanks.own_data.spec import Origin, Scale
from treenn.trees import NaryTree, Tree, palette
from treenn.trees.arguments import check_fields, check_items
from treenn.trees.display import Heading, quoted, splits_repr, table_html
from treenn.trees.errors import InputError, argument

Example = TypeVar("Example")

_MOST_CLASSES = 20  # columns of a display


class Splits(ABC, Generic[Example]):
    """The base of all treebanks: frozen dataclasses with a name and named splits of examples."""

    name: str
    splits: Mapping[str, Sequence[Example]]

    def __hash__(self) -> int:
        # `splits` is a dict, which is not hashable; equal treebanks have equal sizes.
        return hash((self.name, *((split, len(examples)) for split, examples in self.splits.items())))

    def _check(self, *kinds: type[Any]) -> None:
        """Validate the fields, and that examples are instances of `kinds`; convert the examples to tuples."""
        check_fields(self)
        items = self.splits.items()
        splits = {split: tuple(check_items(f"splits[{split!r}]", examples, *kinds)) for split, examples in items}
        object.__setattr__(self, "splits", splits)

    def examples(self, split: str) -> tuple[Example, ...]:
        """The examples of a split.

        Raises:
            InputError: if there is no such split.
        """
        if split not in self.splits:
            known = ", ".join(self.splits) or "none"
            raise InputError(f"{argument('treebank')} {self.name} has no split {split!r}; its splits are: {known}")
        return tuple(self.splits[split])

    @abstractmethod
    def trees(self, split: str) -> Iterable[Tree | NaryTree]:
        """The trees of a split."""

    def labels_below_roots(self) -> Iterator[Any]:
        """The labels of all nodes below roots, of all splits (default: none)."""
        return iter(())

    @property
    def train(self) -> tuple[Example, ...]:
        """The training examples."""
        return self.examples("train")

    @property
    def dev(self) -> tuple[Example, ...]:
        """The development examples."""
        return self.examples("dev")

    @property
    def test(self) -> tuple[Example, ...]:
        """The test examples."""
        return self.examples("test")

    def words(self) -> set[str]:
        """The set of words of all splits."""
        return {word for split in self.splits for tree in self.trees(split) for word in tree.words}

    def _sizes(self) -> list[list[object]]:
        """The name of each split, with its numbers of examples and words."""
        return [
            [split, len(examples), sum(len(tree.words) for tree in self.trees(split))]
            for split, examples in self.splits.items()
        ]


def check_scale(classes: Sequence[str] | None, scale: Scale, score_range: tuple[float, float] | None) -> None:
    """Validate that a treebank has either classes or scores.

    Args:
        classes: the names of the classes; None for scores.
        scale: the scale.
        score_range: the lowest and the highest score.

    Raises:
        InputError: if the arguments contradict each other.
    """
    if (classes is None) != (scale == "score"):
        wanted = "None" if scale == "score" else "the names of the classes"
        raise InputError(f"{argument('classes')}: must be {wanted} on the scale {scale!r}")
    if score_range is None and scale == "score":
        raise InputError(f"{argument('score_range')}: must be the lowest and the highest score")
    if score_range is not None and not (scale == "score" and score_range[0] < score_range[1]):
        raise InputError(f"{argument('score_range')} {score_range}: must be two ascending numbers, for scores only")


@dataclass(frozen=True, repr=False)
class Treebank(Splits[Tree]):
    """Labelled trees for training, development and test.

    A label is the index of a class, a number on a scale of scores, or None.

    Args:
        name: the name in `treebanks.load`, such as `"sst"`, or `"sst-binary"` for a variant.
        classes: the names of the classes, on an ordinal scale in their order; None for scores.
        splits: the trees by split: `"train"`, `"dev"`, `"test"`, and any further test set.
        synthetic: a clause on the generator, which reports quote, such as "a grammar generated its sentences and
            labels" (default: `""`, for natural text).
        task: a task of another package, `module:Class` (default: None, `default_task`).
        scale: the scale of the labels: `"ordinal"`, `"nominal"` or `"score"` (default: `"ordinal"`).
        score_range: the lowest and the highest score; None for classes (default: None).
        origin: the files that the treebank was read from (default: None, for known treebanks and those made in Python).
    """

    name: str
    classes: Sequence[str] | None
    splits: Mapping[str, Sequence[Tree]]
    synthetic: str = ""
    task: str | None = None
    scale: Scale = "ordinal"
    score_range: tuple[float, float] | None = None
    origin: Origin | None = None

    __hash__ = Splits.__hash__

    def __post_init__(self) -> None:
        self._check(Tree)
        check_scale(self.classes, self.scale, self.score_range)
        object.__setattr__(self, "classes", None if self.classes is None else tuple(self.classes))

    def __repr__(self) -> str:
        """The name, the number of classes, and the number of trees per split."""
        labels = "scores" if self.classes is None else f"classes={len(self.classes)}"
        return splits_repr(self, self.splits, quoted(self.name), labels)

    def _repr_html_(self) -> str:
        names = self.classes or ()
        colours = palette(max(len(names), 1), self.scale)
        classes = [Heading(name, colour) for name, colour in zip(names, colours, strict=False)][:_MOST_CLASSES]
        rows = self._sizes()
        for split, row in zip(self.splits, rows, strict=True):
            roots = Counter(tree.label for tree in self.trees(split))
            row += [roots[label] for label in range(len(classes))]
        low, high = self.score_range or (0, 0)
        labels = f"scores from {low:g} to {high:g}" if self.classes is None else "with the roots of each class"
        return table_html(["split", "trees", "words", *classes], rows, f"{self.name}, {labels}")

    def trees(self, split: str) -> tuple[Tree, ...]:
        """The trees of a split, its examples."""
        return self.examples(split)

    @property
    def default_task(self) -> str:
        """The task if `task` is None: classification of nodes, or their regression for scores."""
        return "nodes" if self.classes is not None else "node-scores"

    def labels_below_roots(self) -> Iterator[Any]:
        """The labels of all nodes below roots, of all splits."""
        return (label for split in self.splits for tree in self.trees(split) for label in tree.labels[:-1])

    def map_trees(self, change: Callable[[Sequence[Tree]], Iterable[Tree]]) -> Treebank:
        """The same treebank with the trees `change(trees)` of each split."""
        return replace(self, splits={split: tuple(change(trees)) for split, trees in self.splits.items()})
