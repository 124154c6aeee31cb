"""`ParallelCorpus`: named splits of sentences with their translations, for training translation models."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from treebanks.own_data.spec import Origin, Scale
from treebanks.treebank import Splits
from treenn.trees import Tree
from treenn.trees.arguments import Count, checked
from treenn.trees.display import quoted, splits_repr, table_html
from treenn.trees.errors import InputError, argument


@dataclass(frozen=True, slots=True)
class Translation:
    """A sentence with its translation.

    Args:
        source: the sentence, raw text on one line.
        target: its translation, raw text on one line; empty if it is unknown.
        tree: the tree over the words of the sentence (default: None, not parsed).

    >>> from treenn.trees import parse_tree
    >>> Translation("A dog.", "Ein Hund.", parse_tree("(X (X (X A) (X dog)) (X .))")).words
    ('A', 'dog', '.')
    """

    source: str
    target: str
    tree: Tree | None = None

    def __str__(self) -> str:
        """The pair and the tree on one line. Equal lines imply equal pairs."""
        return "\t".join([self.source, self.target, *([] if self.tree is None else [str(self.tree)])])

    @property
    def words(self) -> tuple[str, ...]:
        """The words of the source, those of its tree.

        Raises:
            InputError: if it is not parsed.
        """
        return self.parsed.words

    @property
    def parsed(self) -> Tree:
        """The tree of the source.

        Raises:
            InputError: if it is not parsed.
        """
        if self.tree is None:
            raise InputError(
                f"the source {self.source[:40]!r} has no tree: must be parsed by treenn.datasets.parallel.with_trees"
            )
        return self.tree


@dataclass(frozen=True, repr=False)
class ParallelCorpus(Splits[Translation]):
    """Sentences with their translations, for training, development and test.

    Args:
        name: the name in `treebanks.load`, such as `"multi30k"`.
        languages: the ISO 639-1 codes of source and target, such as `("en", "de")`.
        splits: the pairs by split: `"train"`, `"dev"`, and any test set.
        synthetic: as in `Treebank` (default: `""`, for natural text).
        task: as in `Treebank` (default: None).
        origin: as in `Treebank` (default: None).
        parser: the parser of the sources, for models that are trained on them (default: None, unknown).
        classes: None: translations have no labels (default: None).
        scale: None, as `classes` (default: None).
        score_range: None, as `classes` (default: None).

    >>> ParallelCorpus("one", ("en", "de"), {"train": [Translation("A dog.", "Ein Hund.")]})
    ParallelCorpus('one', 'en-de', train=1)
    """

    name: str
    languages: tuple[str, str]
    splits: Mapping[str, Sequence[Translation]]
    synthetic: str = ""
    task: str | None = None
    origin: Origin | None = None
    parser: str | None = None
    classes: Sequence[str] | None = None
    scale: Scale | None = None
    score_range: None = None

    __hash__ = Splits.__hash__

    def __post_init__(self) -> None:
        self._check(Translation)

    def __repr__(self) -> str:
        """The name, the languages, and the number of pairs per split."""
        return splits_repr(self, self.splits, quoted(self.name), quoted("-".join(self.languages)))

    def _repr_html_(self) -> str:
        sizes = [[split, len(pairs)] for split, pairs in self.splits.items()]
        return table_html(["split", "pairs"], sizes, f"{self.name}, {'-'.join(self.languages)}")

    @property
    def default_task(self) -> str:
        """The task if `task` is None: translation."""
        return "translation"

    @property
    def is_parsed(self) -> bool:
        """True if every source has a tree."""
        return all(pair.tree is not None for pairs in self.splits.values() for pair in pairs)

    def trees(self, split: str) -> tuple[Any, ...]:
        """The pairs of a split, which have `words` as trees do."""
        return self.examples(split)

    def map_trees(self, change: Callable[[Sequence[Tree]], Iterable[Tree]]) -> Self:
        """The same corpus with the trees `change(trees)` of the sources of each split.

        Raises:
            InputError: if a source is not parsed.
        """
        splits = {
            split: tuple(
                Translation(pair.source, pair.target, tree)
                for pair, tree in zip(pairs, change([pair.parsed for pair in pairs]), strict=True)
            )
            for split, pairs in self.splits.items()
        }
        return replace(self, splits=splits, parser=None)

    @checked
    def subset(self, pairs: Count) -> Self:
        """The same corpus with a part of train, drawn by the SHA-256 of each pair; equal on every machine.

        Args:
            pairs: the number of pairs of train.

        Raises:
            InputError: if train has fewer.
        """
        if pairs > len(self.train):
            raise InputError(f"{argument('pairs')} {pairs}: must be at most {len(self.train)}, as train of {self.name}")
        keys = [hashlib.sha256(f"{pair.source}\t{pair.target}".encode()).digest() for pair in self.train]
        chosen = sorted(sorted(range(len(keys)), key=lambda index: (keys[index], index))[:pairs])
        return replace(self, splits={**self.splits, "train": tuple(self.train[index] for index in chosen)})
