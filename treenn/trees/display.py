"""Short reprs, and notebook displays in HTML and SVG, of trees, treebanks and predictions.

Control and invisible characters in words and labels are written as escape sequences. A repr has at most 200 characters.
Trees of many words or nodes are summarized.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from html import escape
from typing import Any, NamedTuple

from treenn.trees.brackets import format_tree
from treenn.trees.dependency import DependencyTree
from treenn.trees.draw import visible
from treenn.trees.errors import InputError
from treenn.trees.nary import NaryTree
from treenn.trees.palette import ink_on
from treenn.trees.svg import draw_svg
from treenn.trees.tree import Tree

_MOST_WORDS, _MOST_NODES = 200, 600  # of a tree that is drawn
_MOST_SPLITS = 8  # in a repr
_LONGEST_REPR = 100  # of a tree with all its words
_LONGEST_TEXT = 60  # of a quoted text in a repr
_CELL = "padding:2px 8px;border-bottom:1px solid #8886"


class Heading(NamedTuple):
    """A column heading of a table. `colour` is the background, a colour of the palette (default: None)."""

    text: str
    colour: str | None = None


def quoted(text: str, longest: int = _LONGEST_TEXT) -> str:
    """A text as a Python literal, truncated to `longest` characters.

    >>> quoted("It is\\n so"), quoted("abcdefgh", longest=6)
    ("'It is\\\\n so'", "'abcd…'")
    """
    literal = repr(text[:longest])
    return literal if len(text) <= longest and len(literal) <= longest + 2 else f"{literal[: longest - 1]}…{literal[0]}"


def tree_repr(tree: Tree | NaryTree | DependencyTree) -> str:
    """The repr of a tree. A short tree is given in bracket notation or by its fields, a longer one by its size.

    >>> Tree(("not", "bad"), ((0, 1),), (2, 1, 3))
    Tree('(3 (2 not) (1 bad))')
    >>> NaryTree(("word",) * 100, (tuple(range(100)),), (None,) * 101)
    NaryTree('word word word word word word word word word word word wor…', words=100, height=1)
    """
    if isinstance(tree, DependencyTree):
        return _dependency_repr(tree)
    name = type(tree).__name__
    if len(tree.labels) <= _LONGEST_REPR:
        with suppress(InputError):  # a word or label without a bracket notation
            literal = repr(format_tree(tree))
            if len(literal) <= _LONGEST_REPR:
                return f"{name}({literal})"
    label = tree.labels[-1]
    of_root = "" if label is None else f", label={quoted(label, 20) if isinstance(label, str) else label}"
    return f"{name}({_words(tree)}, height={tree.heights[-1]}{of_root})"


def _dependency_repr(tree: DependencyTree) -> str:
    if len(tree) <= _LONGEST_REPR:
        fields = {"words": tree.words, "heads": tree.heads, "relations": tree.relations, "labels": tree.labels}
        given = (f"{name}={value!r}" for name, value in fields.items() if set(value) != {None})
        literal = f"DependencyTree({', '.join(given)})"
        if len(literal) <= 2 * _LONGEST_REPR:
            return literal
    return f"DependencyTree({_words(tree)}, height={tree.heights[tree.root]})"


def _words(tree: Tree | NaryTree | DependencyTree) -> str:
    return f"{quoted(' '.join(tree.words[:_LONGEST_TEXT]))}, words={len(tree.words)}"


def splits_repr(treebank: object, splits: Mapping[str, Sequence[object]], *details: str) -> str:
    """The repr of a treebank.

    Args:
        treebank: the treebank, for the name of its class.
        splits: its examples by split. The repr contains their numbers.
        details: other arguments, which precede the splits.
    """
    sizes = [f"{visible(split)[:20]}={len(examples)}" for split, examples in splits.items()]
    hidden = [f"+{len(sizes) - _MOST_SPLITS} splits"] if len(sizes) > _MOST_SPLITS else []
    return f"{type(treebank).__name__}({', '.join([*details, *sizes[:_MOST_SPLITS], *hidden])})"


def pair_html(left: Tree | NaryTree, right: Tree | NaryTree, caption: str) -> str:
    """Two trees below a caption, side by side if the page is wide enough."""
    columns = "".join(f'<div style="max-width:100%">{tree_html(tree)}</div>' for tree in (left, right))
    return f'<div>{_escaped(caption)}</div><div style="display:flex;flex-wrap:wrap;gap:12px">{columns}</div>'


def tree_svg(
    tree: Tree | NaryTree | DependencyTree, classes: int | Sequence[str] | None = None, **scale: Any
) -> str | None:
    """The tree as SVG for notebooks. Returns None if it has too many words or nodes.

    Args:
        tree: the tree.
        classes: the number of classes of the colour scale, or their names (default: at least 5, and enough for the
            labels).
        scale: `scale` and `score_range` of `draw_svg`.
    """
    if len(tree.words) > _MOST_WORDS or len(tree.labels) > _MOST_NODES:
        return None
    if scale:
        return draw_svg(tree, classes=classes or 5, **scale)
    numbers = [label for label in tree.labels if isinstance(label, int)]
    if min(numbers, default=0) >= 0 and max(numbers, default=0) < 100:
        return draw_svg(tree, classes=classes or max(5, max(numbers, default=0) + 1))
    texts = tuple(None if label is None else str(label) for label in tree.labels)  # numbers without a colour scale
    return draw_svg(dataclasses.replace(tree, labels=texts))


def tree_html(tree: Tree | NaryTree | DependencyTree, classes: int | Sequence[str] | None = None, **scale: Any) -> str:
    """The tree as HTML for notebooks: a picture that scrolls horizontally, or the repr if the tree is too large.

    The arguments are those of `tree_svg`.
    """
    if picture := tree_svg(tree, classes, **scale):
        return f'<div style="overflow-x:auto">{picture}</div>'
    hint = "too large for a notebook; treenn.trees.draw_svg(tree) returns the picture"
    return f"<div><code>{escape(repr(tree))}</code><br><small>{hint}</small></div>"


def table_html(headings: Sequence[str | Heading], rows: Iterable[Sequence[object]], caption: str = "") -> str:
    """An HTML table; the first column is aligned on the left, the others on the right.

    Args:
        headings: the column headings.
        rows: the cells; each is converted to text and escaped.
        caption: a text above the table (default: none).
    """
    first, *others = (heading if isinstance(heading, Heading) else Heading(heading) for heading in headings)
    head = _heading(first, "left") + "".join(_heading(heading, "right") for heading in others)
    body = "".join(f"<tr>{_cells(row)}</tr>" for row in rows)
    title = f'<caption style="text-align:left;white-space:nowrap">{_escaped(caption)}</caption>' if caption else ""
    return (
        f'<div style="overflow-x:auto"><table style="border-collapse:collapse">{title}'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _heading(heading: Heading, align: str) -> str:
    colours = f"background:{heading.colour};color:{ink_on(heading.colour)}" if heading.colour else ""
    return f'<th style="{_CELL};text-align:{align};{colours}">{_escaped(heading.text)}</th>'


def _cells(row: Sequence[object]) -> str:
    first, *others = (_escaped(f"{cell:,}" if isinstance(cell, int) else str(cell)) for cell in row)
    right = "".join(f'<td style="{_CELL};text-align:right">{cell}</td>' for cell in others)
    return f'<td style="{_CELL};text-align:left">{first}</td>{right}'


def _escaped(text: str) -> str:
    return escape(visible(text))
