"""Readers of labelled brackets, and of pairs of bracketed trees."""

from __future__ import annotations

import re
from functools import partial
from operator import itemgetter
from pathlib import Path

from treebanks.own_data.labels import LabelCheck
from treebanks.own_data.raw_dataset import RawExample, labels_of
from treebanks.own_data.spec import DatasetSpec
from treebanks.plain_brackets import nested_tree
from treenn.trees import InputError, Label, OnError, Tree, parse_trees
from treenn.trees.bracket_parser import ParseError, RawTree, group
from treenn.trees.brackets import binary_tree
from treenn.trees.files import split_lines
from treenn.trees.skipping import read_each

_START = 1_000_000  # characters that contain the first line
_LABELLED = re.compile(r"\([^() \t]")


def read_brackets(
    path: Path, text: str, spec: DatasetSpec, check: LabelCheck | None, on_error: OnError | None
) -> list[RawExample]:
    """Read labelled trees, or lines of a label, TAB and one or two trees.

    Args:
        path: the file, for messages.
        text: its text.
        spec: the specification.
        check: a function that returns the problem of a label (default: None, any label is valid).
        on_error: called with the error of each skipped tree (default: None, the first error is raised).

    Raises:
        InputError: if a tree is malformed, or a label is invalid.
    """
    if has_columns(text):
        return _read_lines(path, text, spec, check, on_error)
    make = partial(_labelled_tree, spec=spec, check=check)
    return [*group(text, path, make, untagged=spec.untagged, on_error=on_error)]


def has_columns(text: str) -> bool:
    """Return True if the first line of a file is a label, TAB and one or two trees."""
    first = next((line for line in split_lines(text[:_START]) if line.strip()), "")
    label, *trees = first.split("\t")
    return len(trees) in (1, 2) and bool(label.strip()) and "(" not in label and all(map(str.strip, trees))


def _labelled_tree(raw: RawTree, spec: DatasetSpec, check: LabelCheck | None) -> Tree:
    tree = binary_tree(raw, spec.binarize, "binarize")
    if check is not None:
        _check_nodes(tree, raw, check)
    return tree


def _check_nodes(tree: Tree, raw: RawTree, check: LabelCheck) -> None:
    """Raise the error of the first node with an invalid label. Binarization removes some labels of the raw tree."""
    problems: dict[Label, str | None] = {each: check(str(each)) for each in set(tree.labels) if each is not None}
    labels = zip(raw.leaf_at + raw.node_at, raw.tags + raw.labels, strict=True)
    for at, label in sorted(labels, key=itemgetter(0)):
        if problem := problems.get(label):
            raise ParseError(at, problem)


def _read_lines(
    path: Path, text: str, spec: DatasetSpec, check: LabelCheck | None, on_error: OnError | None
) -> list[RawExample]:
    def read(numbered: tuple[int, str]) -> RawExample:
        number, line = numbered
        try:
            return _line(line, columns, spec, check)
        except InputError as error:
            raise InputError(error.marked, source=path, line=number) from None

    lines = [(number, line) for number, line in enumerate(split_lines(text), start=1) if line.strip()]
    columns = lines[0][1].count("\t") + 1
    return read_each(lines, read, on_error, InputError("there is no tree", source=path))


def _line(line: str, columns: int, spec: DatasetSpec, check: LabelCheck | None) -> RawExample:
    label, *fields = line.split("\t")
    if len(fields) != columns - 1 or not label.strip():
        second = ", TAB, another tree" if columns == 3 else ""
        raise InputError(f"this line must be a label, TAB, a tree{second}, as the first line")
    trees = [_tree(field, spec) for field in fields]
    example: RawExample = (trees[0], trees[-1], label.strip())
    if len(trees) == 1:
        example = trees[0].with_labels((*trees[0].labels[:-1], label.strip()))
    for written in labels_of(example) if check is not None else ():
        if check is not None and (problem := check(written)):
            raise InputError(problem)
    return example


def _tree(field: str, spec: DatasetSpec) -> Tree:
    """Parse a tree in labelled brackets, or in brackets without labels, whose parts are separated by spaces."""
    if not _LABELLED.search(field):
        return nested_tree(field)
    trees = parse_trees(field, factor=spec.binarize, untagged=spec.untagged)
    if len(trees) != 1:
        raise InputError(f"this column has {len(trees)} trees; it must have one")
    return trees[0]
