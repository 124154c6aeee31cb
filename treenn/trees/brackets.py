r"""Bracketed treebanks: `(3 (2 not) (3 (2 very) (3 good)))` and Penn style, one tree on one line or on many.

What is read:

- Spaces, tabs and line ends separate; every other character, the no-break space among them, is part of a word.
- Blank lines, and lines whose first character is `#` (comments), are passed over.
- `-LRB-` and its kin stand for brackets, `\/` and `\*` for `/` and `*`, inside a word (`treenn.trees.ptb_escapes`).
- `X` stands for "no label", which is `None` in a `Tree`; `( word)`, with a space, is a word without one. The label `X`
  itself is written `\X`.
- Brackets without a label around a whole tree, as the Penn Treebank has them, are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import partial
from pathlib import Path

from treenn.trees.arguments import Classes, check_items, checked, refusal
from treenn.trees.binarize import Factor, binarize
from treenn.trees.bracket_parser import ParseError, RawTree, group
from treenn.trees.errors import InputError, argument
from treenn.trees.files import read_text, write_text
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
    """The binary trees of a bracketed file.

    Args:
        path: the file.
        classes: the labels are the numbers 0 to `classes - 1` (default: they are kept as strings).
        factor: binarize nodes that have more than two children to the `"left"` or to the `"right"`, and collapse
            unary chains to their topmost label (default: a node that is not binary is an error).
        untagged: read a word next to other words or subtrees, as in `(NP Japan 's)`, as a word without a label
            (default: it is an error).
        encoding: the name of the file's encoding (default: UTF-8).
        on_error: called with the error of each tree that is skipped (default: the first error is raised).

    Raises:
        InputError: names the file, the line and the column of what is wrong, and what would be right. With `on_error`,
            if no tree of the file can be read.
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
    """As `read_trees`, from a string.

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
    raw = raw if scale is None else _on_scale(raw, scale)
    return _binary(raw) if factor is None else binarize(_nary(raw), factor, lossless=False)


@checked
def parse_tree(
    text: str, *, classes: Classes | None = None, factor: Factor | None = None, untagged: bool = False
) -> Tree:
    """The one tree of a string.

    Raises:
        InputError: also where the text holds more than one tree.
    """
    trees = parse_trees(text, classes=classes, factor=factor, untagged=untagged)
    if len(trees) != 1:
        raise InputError(f"one tree is wanted here, this text has {len(trees)}", source="<text>")
    return trees[0]


@checked
def read_nary(
    path: str | Path, *, untagged: bool = False, encoding: str = "utf-8", on_error: OnError | None = None
) -> list[NaryTree]:
    """The trees of a bracketed file as they stand, with any number of children; arguments as of `read_trees`."""
    return parse_nary(read_text(path, encoding), untagged=untagged, on_error=on_error, source=path)


@checked
def parse_nary(
    text: str, *, untagged: bool = False, on_error: OnError | None = None, source: str | Path = "<text>"
) -> list[NaryTree]:
    """As `read_nary`, from a string.

    >>> parse_nary("(NP (DT the) (JJ old) (NN dog))")[0].children
    ((0, 1, 2),)
    """
    return group(text, source, _nary, untagged=untagged, on_error=on_error)


def format_tree(tree: Tree | NaryTree) -> str:
    r"""A tree on one line of brackets; no label is written `X`, and the label `X` is written `\X`.

    Raises:
        InputError: where a word holds a space, or a label a space or a bracket, or is empty.
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
    """Write trees one a line; the file appears whole or not at all."""
    write_text(path, "".join(format_tree(tree) + "\n" for tree in check_items("trees", trees, Tree, NaryTree)))


def _on_scale(raw: RawTree, scale: dict[Label, Label]) -> RawTree:
    try:
        return raw._replace(tags=[scale[tag] for tag in raw.tags], labels=[scale[label] for label in raw.labels])
    except KeyError:
        places = zip(raw.leaf_at + raw.node_at, raw.tags + raw.labels, strict=True)
        at, label = min((at, label) for at, label in places if label not in scale)
        raise ParseError(at, f"label {label} is outside the scale, 0 to {len(scale) - 2}") from None


def _binary(raw: RawTree) -> Tree:
    n = len(raw.words)
    try:
        merges = tuple([(a if a >= 0 else n + ~a, b if b >= 0 else n + ~b) for a, b in raw.children])
    except ValueError:
        at, count = min(
            (at, len(parts)) for at, parts in zip(raw.node_at, raw.children, strict=True) if len(parts) != 2
        )
        children = "1 child" if count == 1 else f"{count} children"
        remedy = f"{argument('factor', repr('right'))} makes it binary"
        raise ParseError(at, f"this node has {children}, a binary tree needs 2; {remedy}") from None
    return Tree._trusted(tuple(raw.words), merges, (*raw.tags, *raw.labels))


def _nary(raw: RawTree) -> NaryTree:
    n = len(raw.words)
    children = tuple(tuple(c if c >= 0 else n + ~c for c in parts) for parts in raw.children)
    return NaryTree(tuple(raw.words), children, (*raw.tags, *raw.labels))


def _label_text(label: Label) -> str:
    return _checked(escape_label(label))


def _checked(text: str) -> str:
    if not _PLAIN.fullmatch(text):
        raise InputError(f"{text!r} cannot stand in brackets: it is empty or holds a space, a line end or a bracket")
    return text
