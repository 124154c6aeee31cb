"""`DependencyTreebank`: named splits of dependency trees with labels of sentences or words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from treebanks.own_data.spec import Origin, Scale
from treebanks.treebank import Splits, Treebank, check_scale
from treenn.trees import DependencyTree, Tree, binarize_dependencies
from treenn.trees.display import quoted, splits_repr, table_html
from treenn.trees.errors import InputError, argument

Level = Literal["sentence", "words"]
"""The labelled units of dependency trees."""


@dataclass(frozen=True, repr=False)
class DependencyTreebank(Splits[DependencyTree]):
    """Labelled dependency trees for training, development and test.

    The label of a sentence is that of its root word. The label of a word is that of the phrase of the word and all
    words below it. Networks of dependency trees predict it from the word's state. Other networks predict it from the
    phrase's node in the binary tree (`treenn.trees.binarize_dependencies`). Thus the labelled units of all networks are
    the same.

    Args:
        name: the name.
        classes: as in `Treebank`.
        splits: the dependency trees by split: `"train"`, `"dev"`, and the test sets.
        level: the labelled units, `"sentence"` or `"words"` (default: `"sentence"`).
        synthetic: as in `Treebank` (default: `""`, for natural text).
        task: as in `Treebank` (default: None).
        scale: as in `Treebank` (default: `"ordinal"`).
        score_range: the lowest and the highest score; None for classes (default: None).
        origin: as in `Treebank` (default: None).

    >>> tree = DependencyTree(("dogs", "bark"), (1, -1), labels=(None, 1))
    >>> treebank = DependencyTreebank("made", ("quiet", "loud"), {"train": (tree,)})
    >>> print(*treebank.trees("train"))
    (1 (X dogs) (X bark))
    """

    name: str
    classes: Sequence[str] | None
    splits: Mapping[str, Sequence[DependencyTree]]
    level: Level = "sentence"
    synthetic: str = ""
    task: str | None = None
    scale: Scale = "ordinal"
    score_range: tuple[float, float] | None = None
    origin: Origin | None = None

    __hash__ = Splits.__hash__

    def __post_init__(self) -> None:
        self._check(DependencyTree)
        check_scale(self.classes, self.scale, self.score_range)
        if self.level == "sentence":
            self._check_sentences()
        object.__setattr__(self, "classes", None if self.classes is None else tuple(self.classes))

    def _check_sentences(self) -> None:
        """Validate that no word but the root is labelled."""
        for split, trees in self.splits.items():
            for index, tree in enumerate(trees):
                if sum(label is not None for label in tree.labels) > (tree.labels[tree.root] is not None):
                    place = f"{argument('splits')}[{split!r}][{index}]"
                    raise InputError(f"{place}: only the root may be labelled at the level 'sentence'")

    def __repr__(self) -> str:
        """The name, the number of classes, the level, and the number of trees per split."""
        labels = "scores" if self.classes is None else f"classes={len(self.classes)}"
        return splits_repr(self, self.splits, quoted(self.name), labels, f"level={self.level!r}")

    def _repr_html_(self) -> str:
        kind = "scores" if self.classes is None else f"classes: {', '.join(self.classes)}"
        caption = f"{self.name}, dependency trees with labels at {self.level.removesuffix('s')}s, {kind}"
        return table_html(["split", "trees", "words"], self._sizes(), caption)

    def trees(self, split: str) -> tuple[Tree, ...]:
        """The binary trees of a split."""
        return tuple(binarize_dependencies(tree).tree for tree in self.examples(split))

    @property
    def default_task(self) -> str:
        """The task if `task` is None: classification, or regression for scores."""
        return "dependencies" if self.classes is not None else "dependency-scores"

    def labels_below_roots(self) -> Iterator[Any]:
        """The labels of all words but the roots, in all splits; empty if sentences are labelled."""
        if self.level == "words":
            for tree in (tree for split in self.splits for tree in self.examples(split)):
                yield from (label for word, label in enumerate(tree.labels) if word != tree.root)

    def map_trees(self, change: Callable[[Sequence[Tree]], Iterable[Tree]]) -> Treebank:
        """A treebank of the binary trees `change(trees)` of each split."""
        splits = {split: tuple(change(self.trees(split))) for split in self.splits}
        task = None if self.task in ("dependencies", "dependency-scores") else self.task
        return Treebank(
            self.name, self.classes, splits, self.synthetic, task, self.scale, self.score_range, self.origin
        )
