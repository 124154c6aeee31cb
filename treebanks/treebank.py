"""`Treebank`: named splits of labelled trees, and what their labels mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from treenn.trees import Tree
from treenn.trees.arguments import check_fields, check_items
from treenn.trees.errors import InputError, argument


@dataclass(frozen=True)
class Treebank:
    """Trees for training, development and test, each node labelled 0 to `len(classes) - 1` or `None`.

    Args:
        name: what it is called by `treebanks.load`, e.g. `"sst"`; with the task where it has several, `"sst-binary"`.
        classes: what each label means, in order of the scale.
        splits: the trees by split: `"train"`, `"dev"`, `"test"`, and any further test set.
        synthetic: what generated sentences and labels, as a clause ("a grammar generated its sentences and labels");
            empty for text that people wrote. Reports begin with it.
    """

    name: str
    classes: Sequence[str]
    splits: Mapping[str, Sequence[Tree]]
    synthetic: str = ""

    def __post_init__(self) -> None:
        check_fields(self)
        object.__setattr__(self, "classes", tuple(self.classes))
        object.__setattr__(self, "splits", checked_splits(self.splits, Tree))

    def __hash__(self) -> int:
        # Splits are a dict, which has no hash; equal treebanks have equal sizes.
        return hash((self.name, self.classes, tuple((split, len(trees)) for split, trees in self.splits.items())))

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

    def words(self) -> set[str]:
        """Every word of every split, once."""
        return {word for trees in self.splits.values() for tree in trees for word in tree.words}


def checked_splits(splits: Mapping[str, Sequence[Any]], *kinds: type[Any]) -> dict[str, tuple[Any, ...]]:
    """Splits with their examples as tuples.

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
