"""Treebanks for training and evaluating parsers: trees labelled with categories and part-of-speech tags."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TypeVar

from treebanks.by_name import load_trees
from treebanks.catalogue import entry
from treebanks.own_data import DatasetSpec
from treebanks.own_data.dataset_toml import with_file
from treebanks.own_data.reading import default_name
from treebanks.own_data.split_files import find_files
from treebanks.parsing_files import parse_penn, read_parsing_files
from treebanks.paths import published_file
from treebanks.treebank import Splits
from treenn.trees import InputError, NaryTree, OnError, Tree
from treenn.trees.arguments import check
from treenn.trees.display import quoted, splits_repr, table_html
from treenn.trees.files import read_text

T = TypeVar("T")

_NO_SPEC = DatasetSpec()
_EMPTY = re.compile(r"\([^()\s]*\s*\)")
_UNTAGGED_BRACKET = re.compile(r"\( (-[LR]RB-)\)")
_QUESTION_MARK = re.compile(r"\([?!] ")


@dataclass(frozen=True, repr=False)
class ParsingTreebank(Splits[Tree | NaryTree]):
    """Trees for training, development and test of parsers.

    Args:
        name: the name in `load_parsing`.
        splits: the trees by split: `"train"`, `"dev"`, `"test"`, and any further test set. The label of a word is its
            part-of-speech tag, that of an inner node its category; None if the treebank has neither.
    """

    name: str
    splits: Mapping[str, Sequence[Tree | NaryTree]]

    __hash__ = Splits.__hash__

    def __post_init__(self) -> None:
        self._check(Tree, NaryTree)

    def __repr__(self) -> str:
        """The name and the number of trees per split."""
        return splits_repr(self, self.splits, quoted(self.name))

    def _repr_html_(self) -> str:
        return table_html(["split", "trees", "words"], self._sizes(), self.name)

    def trees(self, split: str) -> tuple[Tree | NaryTree, ...]:
        """The trees of a split, its examples."""
        return self.examples(split)


def load_parsing(name: str, *, on_error: OnError | None = None) -> ParsingTreebank:
    """Load a treebank for parsers by its name, one of `parsing_names()`, or from a folder or file (`read_parsing`).

    - `"sst"`, `"reviews"`: the binary trees in the published splits, without the sentiment labels.
    - `"questionbank"`: of every ten questions, in file order, the ninth is dev and the tenth test. Annotation errors
      are corrected: apostrophes written as `<`, brackets without a tag, the tags `?` and `!` for the tag `.`, and six
      empty nodes.
    - `"craft"`: of every ten articles, sorted by name, the ninth is dev and the tenth test, so that no article is in
      two splits.

    Traces and the nodes that dominate only traces are removed, as are function tags and indices (`NP-SBJ-1` becomes
    `NP`) and the unlabelled node above a sentence.

    Args:
        name: the name, or a path.
        on_error: called with the error of each skipped tree (default: None, the first error is raised).

    Raises:
        InputError: if there is no such treebank, folder or file, or if its files are malformed or missing. The message
            on missing files describes how to get them.

    >>> [sorted(set(tree.labels)) for tree in load_parsing("reviews").splits["test"][:1]]
    [[None]]
    """
    check("name", name, str)
    if name in _LOADERS:
        return ParsingTreebank(name, _LOADERS[name](on_error))
    if not name or "\0" in name or not Path(name).exists():
        known = ", ".join(parsing_names())
        raise InputError(f"no treebank for parsers is called {name!r}; it must be {known}, a folder or a file")
    return read_parsing(Path(name), on_error=on_error)


def read_parsing(
    source: Path,
    spec: DatasetSpec = _NO_SPEC,
    *,
    dev: Path | None = None,
    test: Path | None = None,
    for_training: bool = True,
    given: Collection[str] | None = None,
    on_error: OnError | None = None,
) -> ParsingTreebank:
    """Read a treebank for parsers from a folder or a file of brackets or CoNLL-U.

    Traces and function tags are removed (`treenn.trees.clean_penn`). Trees whose labels are all numbers, such as
    classes of sentiment, become binary trees without labels, as do dependency trees
    (`treenn.trees.binarize_dependencies`).

    Args:
        source: a folder with `train`, `dev` and test sets, or the train file, as in
            `treebanks.own_data.read_dataset`.
        spec: the encoding and other properties of the files; overrides `dataset.toml` (default: all defaults).
        dev: the dev file (default: None, that of the folder, or a part of train by `split`).
        test: the test file (default: None, as for `dev`).
        for_training: whether train and dev are required (default: True). If False, a single file is the split test.
        given: the fields of `spec` that override `dataset.toml`, as in `read_dataset` (default: None).
        on_error: called with the error of each skipped tree (default: None, the first error is raised).

    Raises:
        InputError: if a file is missing, is of another form or has a malformed tree.
    """
    spec = with_file(spec, source, given)
    paths = find_files(source, spec, dev, test, for_training=for_training)
    return ParsingTreebank(spec.name or default_name(source), read_parsing_files(paths, spec, source, on_error))


def parsing_names() -> tuple[str, ...]:
    """The names that `load_parsing` accepts."""
    return tuple(sorted(_LOADERS))


def _unlabelled(name: str, on_error: OnError | None) -> dict[str, tuple[Tree, ...]]:
    treebank = load_trees(name, on_error=on_error)
    return {split: tuple(tree.with_labels(()) for tree in trees) for split, trees in treebank.splits.items()}


def _questionbank(on_error: OnError | None) -> dict[str, tuple[NaryTree, ...]]:
    path = published_file("questionbank", "4000qs.txt")
    return _tenths(parse_penn(_mended_questions(read_text(path)), path, on_error=on_error))


def _craft(on_error: OnError | None) -> dict[str, tuple[NaryTree, ...]]:
    paths = sorted(published_file("craft", file.path) for file in entry("craft").files)
    articles = [parse_penn(read_text(path), path, on_error=on_error) for path in paths]
    return {split: tuple(chain.from_iterable(some)) for split, some in _tenths(articles).items()}


def _mended_questions(text: str) -> str:
    text = _QUESTION_MARK.sub("(. ", _UNTAGGED_BRACKET.sub(r"(\1 \1)", text.replace("<", "'")))
    return _EMPTY.sub("", text)


def _tenths(items: Sequence[T]) -> dict[str, tuple[T, ...]]:
    """Split items: of every ten, eight for training, the ninth for development and the tenth for test."""
    train = tuple(item for index, item in enumerate(items) if index % 10 < 8)
    return {"train": train, "dev": tuple(items[8::10]), "test": tuple(items[9::10])}


_LOADERS: Mapping[str, Callable[[OnError | None], Mapping[str, tuple[Tree | NaryTree, ...]]]] = {
    "craft": _craft,
    "questionbank": _questionbank,
    "reviews": partial(_unlabelled, "reviews"),
    "sst": partial(_unlabelled, "sst"),
}
