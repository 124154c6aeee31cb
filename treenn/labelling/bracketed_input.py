"""Import of bracketed treebanks as sentences to label, with their labels as proposals."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from treenn.labelling.annotations import is_annotated, read_annotations
from treenn.labelling.proposals import Source
from treenn.trees import InputError, Tree
from treenn.trees.binarize import Factor
from treenn.trees.bracket_parser import ParseError, RawTree, group
from treenn.trees.brackets import binary_tree, parse_trees
from treenn.trees.class_comment import class_comment
from treenn.trees.tree import Label

_BRACKETED = re.compile(r"(?:[ \t]*\r?\n|#[^\n]*\n)*[ \t]*\(")
_NUMBER = re.compile(r"[0-9]{1,5}")


def is_bracketed(text: str) -> bool:
    """Return True if a text is a bracketed treebank, and not sentences that begin with a bracket.

    >>> is_bracketed("(1 (1 not) (0 bad))"), is_bracketed("(Not bad.)\\nReally.")
    (True, False)
    """
    if not _BRACKETED.match(text):
        return is_annotated(text)
    try:
        return bool(parse_trees(text, factor="right", untagged=True))
    except InputError:
        return False


def read_bracketed(
    path: Path, text: str, classes: Sequence[str], *, factor: Factor | None = None, untagged: bool = False
) -> list[Source]:
    """Read the sentences of a bracketed treebank, or of a file of `treenn label`, with their trees.

    Args:
        path: the file, for messages.
        text: its text.
        classes: the names of the classes; labels are names or numbers from 0.
        factor: the direction of binarization, as in `treenn.read_trees` (default: None).
        untagged: whether words without brackets are permitted, as in `treenn.read_trees` (default: False).

    Raises:
        InputError: if a tree is malformed, or a label is not a class.
    """
    if is_annotated(text):
        return _read_annotated(path, classes)
    labels = set[Label]()

    def make(raw: RawTree) -> Tree:
        tree = binary_tree(raw, factor)
        labels.update(tree.labels)
        return tree

    trees = group(text, path, make, untagged=untagged)
    scale = _scale({str(label) for label in labels if label is not None}, classes)
    if not labels <= {None, *scale}:
        group(text, path, _checked(scale, classes), untagged=untagged)
    indexed = (tree.map_labels(lambda label: scale.get(str(label))) for tree in trees)
    return [Source(" ".join(tree.words), tree.words, tree, str(path)) for tree in indexed]


def _read_annotated(path: Path, classes: Sequence[str]) -> list[Source]:
    annotations = read_annotations(path)
    if class_comment(annotations.classes) != class_comment(classes):
        problem = f"the classes of this file are {', '.join(annotations.classes)}; must be {', '.join(classes)}"
        raise InputError(problem, source=path, line=1)
    pairs = [(entry.text, entry.tree) for entry in annotations.entries if entry.tree is not None]
    if not pairs:
        raise InputError("there is no tree; must have one or more", source=path)
    return [Source(text, tree.words, tree, str(path)) for text, tree in pairs]


def _scale(written: Collection[str], classes: Sequence[str]) -> dict[str, int]:
    """The class of each label as written: by number, unless all labels are names."""
    names = {name: number for number, name in enumerate(classes)}
    if names.keys() >= set(written):
        return names
    if all(map(_NUMBER.fullmatch, written)):
        return {str(number): number for number in range(len(classes))}
    return names


def _checked(scale: Collection[str], classes: Sequence[str]) -> Callable[[RawTree], None]:
    """Return a function that raises an error at the first label that is not a class."""

    def check(raw: RawTree) -> None:
        labels = zip(raw.leaf_at + raw.node_at, raw.tags + raw.labels, strict=True)
        for at, label in sorted(labels, key=lambda pair: pair[0]):
            if label is not None and label not in scale:
                raise ParseError(at, f"label {label}: must be one of {', '.join(classes)}, or its number from 0")

    return check
