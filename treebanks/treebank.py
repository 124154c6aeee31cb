"""`Treebank`: named splits of labelled trees, and what their labels mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from treenn.trees import Tree


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
    classes: tuple[str, ...]
    splits: Mapping[str, tuple[Tree, ...]]
    synthetic: str = ""

    @property
    def train(self) -> tuple[Tree, ...]:
        """The training trees."""
        return self.splits["train"]

    @property
    def dev(self) -> tuple[Tree, ...]:
        """The development trees."""
        return self.splits["dev"]

    @property
    def test(self) -> tuple[Tree, ...]:
        """The test trees."""
        return self.splits["test"]

    def trees(self, split: str) -> tuple[Tree, ...]:
        """The trees of a split."""
        return self.splits[split]

    def words(self) -> set[str]:
        """Every word of every split, once."""
        return {word for trees in self.splits.values() for tree in trees for word in tree.words}
