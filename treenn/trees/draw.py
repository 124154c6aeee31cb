"""Trees as text for terminals, with one line per word."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence, Set
from typing import NamedTuple

from treenn.trees.arguments import Count, checked
from treenn.trees.label_scale import LabelScale
from treenn.trees.nary import NaryTree, inner_children
from treenn.trees.palette import Scale, ink_on, terminal_colour
from treenn.trees.text_width import LONGEST_LABEL
from treenn.trees.text_width import columns_of as columns_of
from treenn.trees.text_width import shown as shown
from treenn.trees.text_width import visible as visible
from treenn.trees.tree import Label, Tree

MARK = "*"
"""The mark of nodes in drawings."""


@checked
def draw_text(
    tree: Tree | NaryTree,
    *,
    color: bool = False,
    classes: int | Sequence[str] = 5,
    scale: Scale = "ordinal",
    score_range: tuple[float, float] | None = None,
    width: Count = 80,
    marked: Set[int] = frozenset(),
) -> str:
    """Draw a tree in box characters, with the root at the left and the words at the right.

    A subtree that is too deep for the width is replaced by a reference such as `[1]` and drawn below. The drawing has
    one line per word and one per reference.

    Args:
        tree: the tree; nodes without a label are drawn as `·`.
        color: whether numeric labels have the background colour of their class, by ANSI escapes for 256 colours
            (default: False).
        classes: the number or the names of the classes (default: 5). Names are drawn in place of numbers, shortened to
            8 columns.
        scale: the scale of the labels, `"ordinal"`, `"nominal"` or `"score"`, which selects the colours (default:
            `"ordinal"`).
        score_range: the lowest and the highest score (default: those of the tree).
        width: the number of columns of the terminal, exceeded only by long words and labels (default: 80).
        marked: the nodes whose labels are followed by `*` (default: none).

    >>> from treenn.trees import parse_tree
    >>> print(draw_text(parse_tree("(3 (2 It) (3 (2 is) (3 (3 good) (2 .))))")))
    3 ┬ 2 It
      └ 3 ┬ 2 is
          └ 3 ┬ 3 good
              └ 2 .
    """
    labels = LabelScale.of(classes, scale, score_range, tree.labels)
    texts = [f"{labels.text(label)}{MARK if node in marked else ''}" for node, label in enumerate(tree.labels)]
    drawn = [on_colour(text, labels, label) for text, label in zip(texts, tree.labels, strict=True)] if color else texts
    return "\n".join(draw_nodes(tree, texts, drawn, width).lines)


class NodeDrawing(NamedTuple):
    """The lines of a drawing, and the index of each node's line."""

    lines: list[str]
    line_of: list[int]


def draw_nodes(tree: Tree | NaryTree, texts: Sequence[str], drawn: Sequence[str], width: int) -> NodeDrawing:
    """Draw a tree as `draw_text`, with any text at each node.

    Args:
        tree: the tree.
        texts: the texts of the nodes, without ANSI escapes.
        drawn: the texts as they are printed, with ANSI escapes.
        width: the number of columns of the terminal.
    """
    n, children = len(tree.words), inner_children(tree)
    gap = " " if widest(tree, texts) <= width else ""
    limit = width if gap else max(2 * width // 3, LONGEST_LABEL)
    lines, line_of = list[str](), [0] * len(texts)
    cuts = 0
    todo = deque([(len(texts) - 1, "", "")])
    while todo:
        node, line, indent = todo.pop()
        line_of[node] = len(lines)
        if node < n:
            lines.append(f"{line}{drawn[node]} {visible(tree.words[node])}")
        elif len(indent) > limit:
            cuts += 1
            lines.append(f"{line}[{cuts}]")
            todo.appendleft((node, f"[{cuts}] ", " " * len(f"[{cuts}] ")))
        else:
            line, indent = f"{line}{drawn[node]}{gap}", f"{indent}{' ' * columns_of(texts[node])}{gap}"
            todo += _below(children[node - n], line, indent, gap)
    return NodeDrawing(lines, line_of)


def painted(text: str, label: Label, classes: int = 5) -> str:
    """Colour the background of a text by a numeric label (ANSI escapes, 256 colours). Other labels change nothing."""
    return on_colour(text, LabelScale(classes), label)


def on_colour(text: str, labels: LabelScale, label: Label) -> str:
    """A text on the background colour of its label, as `painted`."""
    if not isinstance(label, (int, float)) or (isinstance(label, float) and labels.scale != "score"):
        return text
    colour = labels.colour(label)
    return f"\x1b[48;5;{terminal_colour(colour)};38;5;{terminal_colour(ink_on(colour))}m{text}\x1b[0m"


def _below(children: tuple[int, ...], line: str, indent: str, gap: str) -> list[tuple[int, str, str]]:
    """The stack entries of a node's children, last child first: (node, prefix of its line, indent of its lines)."""
    first, *rest = children
    if not rest:
        return [(first, f"{line}─{gap}", f"{indent} {gap}")]
    *middle, last = rest
    return [
        (last, f"{indent}└{gap}", f"{indent} {gap}"),
        *((child, f"{indent}├{gap}", f"{indent}│{gap}") for child in reversed(middle)),
        (first, f"{line}┬{gap}", f"{indent}│{gap}"),
    ]


def widest(tree: Tree | NaryTree, texts: Sequence[str]) -> int:
    """The number of columns of a drawing with these texts at the nodes and spaces around the lines."""
    n, columns, most = len(tree.words), [0] * len(texts), 0
    for node, children in zip(range(len(texts) - 1, n - 1, -1), reversed(inner_children(tree)), strict=True):
        for child in children:
            columns[child] = columns[node] + columns_of(texts[node]) + len(" │ ")
            if child < n:
                most = max(most, columns[child] + columns_of(f"{texts[child]} {visible(tree.words[child])}"))
    return most
