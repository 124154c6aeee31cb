r"""Readers and writers of bracketed treebanks: `(3 (2 not) (3 (2 very) (3 good)))` and Penn style.

The format:

- A tree may span lines. Words and brackets are separated by spaces, tabs and line breaks. All other characters,
  including U+00A0, are part of a word.
- Blank lines, and lines whose first character is `#` (comments), are ignored.
- Escapes in words are resolved: `-LRB-` for `(`, `\/` for `/`, and others (`treenn.trees.ptb_escapes`).
- The label `X` means no label, None in a `Tree`, as does `( word)`, with a space. A label `X` is written as `\X`.
- Unlabelled brackets around a whole tree, as in the Penn Treebank, are ignored.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import partial
from pathlib import Path

from treenn.trees.arguments import Classes, check_items, checked, refusal
from treenn.trees.atomic_writing import write_text
from treenn.trees.binarize import Factor, binarize
from treenn.trees.bracket_parser import ParseError, RawTree, group
from treenn.trees.errors import InputError, argument
from treenn.trees.files import read_text
from treenn.trees.nary import NaryTree, inner_children
from treenn.trees.ptb_escapes import escape, escape_label
from treenn.trees.skipping import OnError
from treenn.trees.tree import Label, Tree

_PLAIN = re.compile(r"[^() \t\r\n]+")


@checked
def read_trees(
    path: str | Path,
    *,
    classes: Classes | None = None,
    factor: Factor | None = None,
    untagged: bool = False,
    encoding: str = "utf-8",
    on_error: OnError | None = None,
) -> list[Tree]:
    """Read the binary trees of a bracketed file.

    Args:
        path: the file.
        classes: the number of classes; labels are converted to numbers from 0 to `classes - 1` (default: None, labels
            are strings).
        factor: binarize nodes with more than two children to the `"left"` or `"right"`, and collapse unary chains to
            the topmost label (default: None, a node that is not binary is an error).
        untagged: whether a word next to other words or subtrees, as in `(NP Japan 's)`, is a word without a label
            (default: False, an error).
        encoding: the encoding of the file (default: `"utf-8"`).
        on_error: called with the error of each skipped tree (default: None, the first error is raised).

    Raises:
        InputError: if a tree is malformed, with file, line and column; with `on_error`, only if all are.
    """
    text = read_text(path, encoding)
    return parse_trees(text, classes=classes, factor=factor, untagged=untagged, on_error=on_error, source=path)


@checked
def parse_trees(
    text: str,
    *,
    classes: Classes | None = None,
    factor: Factor | None = None,
    untagged: bool = False,
    on_error: OnError | None = None,
    source: str | Path = "<text>",
) -> list[Tree]:
    """Parse the binary trees of a bracketed text.

    Args:
        text: the text.
        classes: the number of classes, as in `read_trees` (default: None).
        factor: the direction of binarization, as in `read_trees` (default: None).
        untagged: whether words without brackets are allowed, as in `read_trees` (default: False).
        on_error: called with the error of each skipped tree (default: None, the first error is raised).
        source: the file name in messages (default: `"<text>"`).

    Raises:
        InputError: if a tree is malformed, with line and column; with `on_error`, only if all are.

    >>> [tree] = parse_trees("(3 (2 not) (1 bad))", classes=5)
    >>> tree.labels
    (2, 1, 3)
    """
    scale: dict[Label, Label] | None = None
    if classes is not None:
        scale = {None: None, **{str(label): label for label in range(classes)}}
    make = partial(_binary_tree, scale=scale, factor=factor)
    return group(text, source, make, untagged=untagged, on_error=on_error)


def _binary_tree(raw: RawTree, scale: dict[Label, Label] | None, factor: Factor | None) -> Tree:
    return binary_tree(raw if scale is None else _on_scale(raw, scale), factor)


def binary_tree(raw: RawTree, factor: Factor | None, name: str = "factor") -> Tree:
    """Convert a parsed tree to a binary tree.

    Args:
        raw: the parsed tree.
        factor: the direction of binarization, as in `read_trees`.
        name: the name of the argument `factor` in messages (default: `"factor"`).

    Raises:
        ParseError: if `factor` is None and the tree is not binary.
    """
    return _binary(raw, name) if factor is None else binarize(_nary(raw), factor, lossless=False)


@checked
def parse_tree(
    text: str, *, classes: Classes | None = None, factor: Factor | None = None, untagged: bool = False
) -> Tree:
    """Parse a text with exactly one binary tree.

    Args:
        text: the text.
        classes: the number of classes, as in `read_trees` (default: None).
        factor: the direction of binarization, as in `read_trees` (default: None).
        untagged: whether words without brackets are allowed, as in `read_trees` (default: False).

    Raises:
        InputError: if the text is malformed or has more than one tree.
    """
    trees = parse_trees(text, classes=classes, factor=factor, untagged=untagged)
    if len(trees) != 1:
        raise InputError(f"this text has {len(trees)} trees; it must have exactly one", source="<text>")
    return trees[0]


@checked
def read_nary(
    path: str | Path, *, untagged: bool = False, encoding: str = "utf-8", on_error: OnError | None = None
) -> list[NaryTree]:
    """Read the trees of a bracketed file without binarization.

    Args:
        path: the file.
        untagged: whether words without brackets are allowed, as in `read_trees` (default: False).
        encoding: the encoding of the file (default: `"utf-8"`).
        on_error: called with the error of each skipped tree (default: None, the first error is raised).

    Raises:
        InputError: if a tree is malformed, with file, line and column; with `on_error`, only if all are.
    """
    return parse_nary(read_text(path, encoding), untagged=untagged, on_error=on_error, source=path)


@checked
def parse_nary(
    text: str, *, untagged: bool = False, on_error: OnError | None = None, source: str | Path = "<text>"
) -> list[NaryTree]:
    """Parse the trees of a bracketed text without binarization.

    Args:
        text: the text.
        untagged: whether words without brackets are allowed, as in `read_trees` (default: False).
        on_error: called with the error of each skipped tree (default: None, the first error is raised).
        source: the file name in messages (default: `"<text>"`).

    Raises:
        InputError: if a tree is malformed, with line and column; with `on_error`, only if all are.

    >>> parse_nary("(NP (DT the) (JJ old) (NN dog))")[0].children
    ((0, 1, 2),)
    """
    return group(text, source, _nary, untagged=untagged, on_error=on_error)


def format_tree(tree: Tree | NaryTree) -> str:
    r"""Format a tree in bracket notation, on one line. A missing label is written as `X`, and a label `X` as `\X`.

    Raises:
        InputError: if a word contains whitespace, or a label is empty or contains whitespace or a bracket.
    """
    if not isinstance(tree, (Tree, NaryTree)):
        raise refusal("tree", tree, "a Tree or a NaryTree", [Tree])
    n = len(tree.words)
    children = inner_children(tree)
    parts: list[str] = []
    todo: list[int | str] = [len(tree.labels) - 1]
    while todo:
        node = todo.pop()
        if isinstance(node, str):
            parts.append(node)
        elif node < n:
            parts.append(f"({_label_text(tree.labels[node])} {_checked(escape(tree.words[node]))})")
        else:
            parts.append(f"({_label_text(tree.labels[node])} ")
            todo.append(")")
            for child in reversed(children[node - n]):
                todo += (child, " ")
            todo.pop()
    return "".join(parts)


@checked
def write_trees(path: str | Path, trees: Iterable[Tree | NaryTree]) -> None:
    """Write trees atomically, one per line.

    Raises:
        InputError: if a word or label cannot be written in bracket notation, or the file cannot be written.
    """
    write_text(path, "".join(format_tree(tree) + "\n" for tree in check_items("trees", trees, Tree, NaryTree)))


def _on_scale(raw: RawTree, scale: dict[Label, Label]) -> RawTree:
    try:
        return raw._replace(tags=[scale[tag] for tag in raw.tags], labels=[scale[label] for label in raw.labels])
    except KeyError:
        positions = zip(raw.leaf_at + raw.node_at, raw.tags + raw.labels, strict=True)
        at, label = min((at, label) for at, label in positions if label not in scale)
        raise ParseError(at, f"label {label} is outside the scale, 0 to {len(scale) - 2}") from None


def _binary(raw: RawTree, name: str) -> Tree:
    n = len(raw.words)
    try:
        merges = tuple([(a if a >= 0 else n + ~a, b if b >= 0 else n + ~b) for a, b in raw.children])
    except ValueError:
        at, count = min(
            (at, len(parts)) for at, parts in zip(raw.node_at, raw.children, strict=True) if len(parts) != 2
        )
        children = "1 child" if count == 1 else f"{count} children"
        remedy = f"{argument(name, repr('right'))} makes it binary"
        raise ParseError(at, f"this node has {children}, a binary tree needs 2; {remedy}") from None
    return Tree._trusted(tuple(raw.words), merges, (*raw.tags, *raw.labels))


def _nary(raw: RawTree) -> NaryTree:
    n = len(raw.words)
    children = tuple([tuple([c if c >= 0 else n + ~c for c in parts]) for parts in raw.children])
    return NaryTree._trusted(tuple(raw.words), children, (*raw.tags, *raw.labels))


def _label_text(label: Label) -> str:
    return _checked(escape_label(label))


def _checked(text: str) -> str:
    if not _PLAIN.fullmatch(text):
        raise InputError(f"{text!r}: must not be empty or contain spaces, tabs, line breaks or brackets")
    return text
