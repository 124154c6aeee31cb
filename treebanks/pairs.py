"""`PairTreebank`: named splits of pairs of trees, each with one target."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from treebanks.own_data.spec import Origin, Scale
from treebanks.treebank import Splits, check_scale
from treenn.trees import DependencyTree, Tree
from treenn.trees.arguments import Natural, check_fields
from treenn.trees.display import pair_html, quoted, splits_repr, table_html


@dataclass(frozen=True)
class Pair:
    """Two trees and the relation between them.

    Args:
        left: the first tree; its labels are ignored.
        right: the second tree; its labels are ignored.
        target: the index of a class, or a number on a scale if the treebank has no classes.
        group: the slice of an evaluation that the pair belongs to, such as the number of operators of the longer
            formula (default: None).
        dependencies: the dependency trees of the two sentences (default: None).
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
        """The pair on one line. Equal lines imply equal pairs."""
        both = () if self.dependencies is None else (repr((tree.words, tree.heads)) for tree in self.dependencies)
        return "\t".join([str(self.target), str(self.left), str(self.right), *both])

    def __repr__(self) -> str:
        """Both trees and the target."""
        return f"Pair({self.left!r}, {self.right!r}, target={self.target})"

    def _repr_html_(self) -> str:
        return pair_html(self.left, self.right, f"target {self.target}")

    @property
    def trees(self) -> tuple[Tree, Tree]:
        """Both trees."""
        return self.left, self.right


@dataclass(frozen=True, repr=False)
class PairTreebank(Splits[Pair]):
    """Pairs of trees for training, development and test, each with one target.

    Args:
        name: the name in `treebanks.load`, such as `"logic"`.
        classes: the names of the classes; None if targets are scores.
        splits: the pairs by split: `"train"`, `"dev"`, and the test sets.
        synthetic: a clause that names the generator, as in `Treebank` (default: `""`, for natural text).
        task: as in `Treebank` (default: None).
        scale: as in `Treebank` (default: None, `"nominal"` with classes, else `"score"`).
        score_range: the lowest and the highest score (default: None, 1 and 5 for scores).
        origin: as in `Treebank` (default: None).
    """

    name: str
    classes: Sequence[str] | None
    splits: Mapping[str, Sequence[Pair]]
    synthetic: str = ""
    task: str | None = None
    scale: Scale | None = None
    score_range: tuple[float, float] | None = None
    origin: Origin | None = None

    __hash__ = Splits.__hash__

    def __post_init__(self) -> None:
        self._check(Pair)
        has_scores = self.classes is None
        object.__setattr__(self, "scale", self.scale or ("score" if has_scores else "nominal"))
        object.__setattr__(self, "score_range", self.score_range or ((1.0, 5.0) if has_scores else None))
        check_scale(self.classes, self.scale or "nominal", self.score_range)
        object.__setattr__(self, "classes", None if self.classes is None else tuple(self.classes))

    def __repr__(self) -> str:
        """The name, the number of classes, and the number of pairs per split."""
        classes = None if self.classes is None else len(self.classes)
        return splits_repr(self, self.splits, quoted(self.name), f"classes={classes}")

    def _repr_html_(self) -> str:
        low, high = self.score_range or (0, 0)
        targets = f"scores from {low:g} to {high:g}" if self.classes is None else f"classes: {', '.join(self.classes)}"
        return table_html(["split", "pairs", "words"], self._sizes(), f"{self.name}, {targets}")

    def trees(self, split: str) -> Iterator[Tree]:
        """Iterate over both trees of every pair of a split."""
        return (tree for pair in self.examples(split) for tree in pair.trees)

    @property
    def default_task(self) -> str:
        """The task if `task` is None: classification if there are classes, else relatedness."""
        return "relatedness" if self.classes is None else "pairs"

    def map_trees(self, change: Callable[[Sequence[Tree]], Iterable[Tree]]) -> PairTreebank:
        """The same treebank with changed trees. `change` is called with the left and the right trees of a split."""
        return replace(self, splits={split: _with_trees(pairs, change) for split, pairs in self.splits.items()})


def _with_trees(pairs: Sequence[Pair], change: Callable[[Sequence[Tree]], Iterable[Tree]]) -> tuple[Pair, ...]:
    both = zip(change([pair.left for pair in pairs]), change([pair.right for pair in pairs]), strict=True)
    return tuple(replace(pair, left=left, right=right) for pair, (left, right) in zip(pairs, both, strict=True))
