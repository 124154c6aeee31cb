"""Files of brackets or of CoNLL-U as treebanks for parsers: cleaned or binarized trees by split."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from treebanks.own_data.spec import DatasetSpec
from treebanks.own_data.split_files import common_form
from treebanks.own_data.splitting import stratified_split
from treenn.trees import InputError, Label, NaryTree, OnError, Tree, binarize, clean_penn, parse_nary
from treenn.trees.binarize import Factor
from treenn.trees.binarize_dependencies import binarize_dependencies
from treenn.trees.conllu import read_conllu
from treenn.trees.files import read_text

Trees = Sequence[Tree | NaryTree]


def read_parsing_files(
    paths: Mapping[str, Path], spec: DatasetSpec, source: Path, on_error: OnError | None
) -> dict[str, Trees]:
    """Read the trees of each split: brackets without traces and function tags, or binarized dependency trees.

    Args:
        paths: the file of each split.
        spec: the encoding and other properties of the files; its `split` splits train.
        source: the folder or file, for messages.
        on_error: called with the error of each skipped tree (default: None, the first error is raised).

    Returns:
        The trees by split. If all labels are numbers, such as classes of sentiment, the trees are binary and
        unlabelled, as are those of CoNLL-U.

    Raises:
        InputError: if a file is of another form, or has a malformed tree.
    """
    form = spec.form or common_form(paths.values())
    if form not in _READERS:
        raise InputError(f"these files are {form}; must be brackets or conllu, for parsers", source=source)
    splits = {split: _READERS[form](path, spec, on_error) for split, path in paths.items()}
    if spec.shares:
        splits |= _split(splits["train"], spec)
    if form == "conllu":
        return dict(splits)
    labels = set[Label]().union(*(tree.labels for trees in splits.values() for tree in trees))
    if any(label is not None and not str(label).isdecimal() for label in labels):
        return dict(splits)
    unlabelled = partial(_without_labels, factor=spec.binarize or "right")
    return {split: [*map(unlabelled, trees)] for split, trees in splits.items()}


def parse_penn(text: str, path: Path, *, untagged: bool = False, on_error: OnError | None = None) -> list[NaryTree]:
    """Parse Penn-style trees, and remove traces and function tags.

    Args:
        text: the text.
        path: the file, for messages.
        untagged: whether words without brackets are allowed (default: False).
        on_error: called with the error of each skipped tree (default: None, the first error is raised).

    Raises:
        InputError: if a tree is malformed, or every tree has only traces.
    """
    cleaned = map(clean_penn, parse_nary(text, untagged=untagged, source=path, on_error=on_error))
    trees = [tree for tree in cleaned if tree is not None]
    if not trees:
        raise InputError("every tree of this file has only traces", source=path)
    return trees


def _brackets(path: Path, spec: DatasetSpec, on_error: OnError | None) -> list[NaryTree]:
    return parse_penn(read_text(path, spec.encoding), path, untagged=spec.untagged, on_error=on_error)


def _dependencies(path: Path, spec: DatasetSpec, on_error: OnError | None) -> list[Tree]:
    trees = read_conllu(path, encoding=spec.encoding, on_error=on_error)
    return [binarize_dependencies(tree).tree.unlabelled for tree in trees]


_READERS: Mapping[str, Callable[[Path, DatasetSpec, OnError | None], Trees]] = {
    "brackets": _brackets,
    "conllu": _dependencies,
}
"""The reader of each form."""


def _split(trees: Trees, spec: DatasetSpec) -> dict[str, Trees]:
    parts = stratified_split([tree.words for tree in trees], [None] * len(trees), spec.shares, spec.split_seed)
    return {
        split: [trees[index] for index in part] for split, part in zip(("train", "dev", "test"), parts, strict=False)
    }


def _without_labels(tree: NaryTree, factor: Factor) -> Tree:
    return binarize(tree, factor, lossless=False).with_labels(())
