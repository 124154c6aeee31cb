"""`PairTreebank`: named splits of pairs of trees, and what is to be said of each pair."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from treebanks.treebank import checked_splits, split_of
from treenn.trees import DependencyTree, Tree
from treenn.trees.arguments import Natural, check_fields


@dataclass(frozen=True)
class Pair:
    """Two trees and what holds between them.

    Args:
        left: the first tree; its labels are not read.
        right: the second.
        target: the number of a class, or where the treebank has none a number on its scale.
        group: what slices of an evaluation go by, such as how many operators the longer formula has.
        dependencies: the same two sentences as dependency trees, where the treebank has them.
    """

    left: Tree
    right: Tree
    target: float
    group: Natural | None = None
    dependencies: tuple[DependencyTree, DependencyTree] | None = None

    def __post_init__(self) -> None:
        trees = isinstance(self.left, Tree) and isinstance(self.right, Tree)
        if not (trees and type(self.target) is int and self.dependencies is None):  # treebanks have many pairs
            check_fields(self)

    def __str__(self) -> str:
        """All of it on one line: equal pairs, and no others, have equal lines."""
        both = () if self.dependencies is None else (repr((tree.words, tree.heads)) for tree in self.dependencies)
        return "\t".join([str(self.target), str(self.left), str(self.right), *both])

    @property
    def trees(self) -> tuple[Tree, Tree]:
        """Both trees."""
        return self.left, self.right


@dataclass(frozen=True)
class PairTreebank:
    """Pairs of trees for training, development and test, each with one target.

    Args:
        name: what it is called by `treebanks.load`, e.g. `"logic"`.
        classes: what each target means; `None` where targets are numbers on a scale from 1 to 5.
        splits: the pairs by split: `"train"`, `"dev"`, and the test sets.
        synthetic: as for `Treebank`.
    """

    name: str
    classes: Sequence[str] | None
    splits: Mapping[str, Sequence[Pair]]
    synthetic: str = ""

    def __post_init__(self) -> None:
        check_fields(self)
        object.__setattr__(self, "classes", None if self.classes is None else tuple(self.classes))
        object.__setattr__(self, "splits", checked_splits(self.splits, Pair))

    def __hash__(self) -> int:
        # Splits are a dict, which has no hash; equal treebanks have equal sizes.
        return hash((self.name, self.classes, tuple((split, len(pairs)) for split, pairs in self.splits.items())))

    @property
    def train(self) -> tuple[Pair, ...]:
        """The training pairs."""
        return split_of(self, "train")

    @property
    def dev(self) -> tuple[Pair, ...]:
        """The development pairs."""
        return split_of(self, "dev")

    def trees(self, split: str) -> Iterator[Tree]:
        """Both trees of every pair of a split."""
        return (tree for pair in split_of(self, split) for tree in pair.trees)

    def words(self) -> set[str]:
        """Every word of every split, once."""
        return {word for split in self.splits for tree in self.trees(split) for word in tree.words}
