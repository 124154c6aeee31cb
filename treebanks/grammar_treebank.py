"""`GrammarTreebank`: named splits of trees with their sentences, the data of grammars."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from treebanks.own_data.spec import Origin, Scale
from treebanks.parsing import ParsingTreebank
from treebanks.text.corpus import Sentence, TextCorpus
from treebanks.treebank import Splits
from treenn.trees import NaryTree, Tree
from treenn.trees.display import quoted, splits_repr, table_html
from treenn.trees.errors import InputError, argument
from treenn.trees.nary import inner_children

LONGEST = 250
"""The maximum number of actions of a training tree (default)."""

SEEN = ("train", "dev")
"""The splits that training reads, whose categories are those of the grammar."""


@dataclass(frozen=True, repr=False)
class GrammarTreebank(Splits[Tree | NaryTree]):
    """Trees with their sentences, for training and development of grammars, which generate both.

    Args:
        name: the name in results.
        classes: the categories of inner nodes, `""` for nodes without a label; None for unlabelled binary trees.
        splits: the trees by split: `"train"`, `"dev"`, and any test set.
        synthetic: as in `Treebank` (default: `""`, for natural text).
        task: as in `Treebank` (default: None).
        origin: as in `Treebank` (default: None).
        scale: None: the trees have no classes to predict (default: None).
        score_range: None, as `scale` (default: None).
        parser: the chart parser, by name or folder, whose trees estimate the probabilities of unseen sentences in
            comparisons (default: `""`, none).
        samples: the number of its trees per sentence (default: 100).

    Raises:
        InputError: if `classes` are given and a tree is binary, or the reverse.

    >>> from treebanks.parsing import load_parsing
    >>> GrammarTreebank.of(load_parsing("reviews"), ("train", "dev"))
    GrammarTreebank('reviews', binary, train=3000, dev=500)
    """

    name: str
    classes: Sequence[str] | None
    splits: Mapping[str, Sequence[Tree | NaryTree]]
    synthetic: str = ""
    task: str | None = None
    origin: Origin | None = None
    scale: Scale | None = None
    score_range: None = None
    parser: str = ""
    samples: int = 100

    __hash__ = Splits.__hash__

    def __post_init__(self) -> None:
        kind = Tree if self.classes is None else NaryTree
        self._check(kind)
        object.__setattr__(self, "classes", None if self.classes is None else tuple(self.classes))

    @classmethod
    def of(cls, treebank: ParsingTreebank, splits: Collection[str], max_actions: int = LONGEST) -> Self:
        """Convert a treebank for parsers.

        The categories are those of train and dev, if one of them is read.

        Args:
            treebank: the treebank; its trees are all binary or all n-ary.
            splits: the splits that are read.
            max_actions: training trees with more actions are dropped (default: 250). A word is one action, a labelled
                node two, and a node of an unlabelled binary tree one.

        Raises:
            InputError: if some trees are binary and others are n-ary, or no training tree is left.
        """
        read = {split: treebank.trees(split) for split in splits}
        every = [tree for trees in read.values() for tree in trees]
        if "train" in read:
            read["train"] = tuple(tree for tree in read["train"] if n_actions(tree) <= max_actions)
            if not read["train"]:
                raise InputError(
                    f"{argument('max_actions')} {max_actions}: every tree of {treebank.name} has more; must be greater"
                )
        binary = {isinstance(tree, Tree) for tree in every}
        if len(binary) > 1:
            raise InputError(f"{treebank.name} has both binary and n-ary trees; must have one kind")
        seen = [tree for split in read if split in SEEN for tree in treebank.trees(split)] or every
        categories = {category_name(label) for tree in seen for label in tree.labels[len(tree.words) :]}
        return cls(treebank.name, None if binary == {True} else sorted(categories), read)

    def __repr__(self) -> str:
        """The name, the number of categories, and the number of trees per split."""
        kind = "binary" if self.classes is None else f"categories={len(self.classes)}"
        return splits_repr(self, self.splits, quoted(self.name), kind)

    def _repr_html_(self) -> str:
        return table_html(["split", "trees", "words"], self._sizes(), self.name)

    def trees(self, split: str) -> tuple[Any, ...]:
        """The trees of a split, its examples."""
        return self.examples(split)

    @property
    def text(self) -> TextCorpus:
        """The sentences, as the data of a language model without trees.

        >>> trees = [Tree(("so", "it", "goes"), ((0, 1), (3, 2)))]
        >>> GrammarTreebank("tiny", None, {"train": trees}).text.train
        (Sentence(text='so it goes', unit='word', form=''),)
        """
        splits = {split: [Sentence(" ".join(tree.words)) for tree in trees] for split, trees in self.splits.items()}
        return TextCorpus(self.name, "word", splits, self.synthetic, origin=self.origin)

    @property
    def estimates(self) -> str:
        """The estimates of the probabilities of unseen sentences under a grammar, as a noun phrase."""
        if not self.parser:
            return "beam search, an upper bound"
        return f"importance sampling with {self.samples} trees of the parser {self.parser} per sentence"

    @property
    def unit(self) -> str:
        """The tokens of a sentence: words."""
        return "word"

    @property
    def default_task(self) -> str:
        """The task if `task` is None: a grammar."""
        return "grammar"

    def map_trees(self, change: Callable[[Sequence[Any]], Iterable[Any]]) -> Self:
        """Refuse: a grammar generates the trees as they are.

        Raises:
            InputError: always.
        """
        raise InputError(f"{argument('treebank')} {self.name}: a grammar generates its trees; they must not be changed")


def n_actions(tree: Tree | NaryTree) -> int:
    """The number of actions that build a tree with its sentence, as in `GrammarTreebank.of`."""
    return len(tree.words) + len(inner_children(tree)) * (1 if isinstance(tree, Tree) else 2)


def category_name(label: Any) -> str:
    """The category of a label, `""` for None."""
    return "" if label is None else str(label)
