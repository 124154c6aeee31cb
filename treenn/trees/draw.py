"""A tree drawn for the terminal: one line a word, never wider or longer than the tree makes it."""

from __future__ import annotations

import unicodedata
from collections import deque

from treenn.trees.arguments import Classes, Count, checked
from treenn.trees.nary import NaryTree, inner_children
from treenn.trees.palette import colour_of, ink_on, terminal_colour
from treenn.trees.tree import Label, Tree

_LONGEST_LABEL = 16


@checked
def draw_text(tree: Tree | NaryTree, *, color: bool = False, classes: Classes = 5, width: Count = 80) -> str:
    """A drawing in box characters, root to the left, words to the right, one below the other.

    Where a tree is too deep for the width, a subtree is drawn further down: `[1]` stands in its place and before it.
    So a tree of any depth takes one line a word and one a cut.

    Args:
        tree: the tree to draw; nodes without a label are drawn as `·`.
        color: write each number label on its class's colour, for terminals (ANSI escapes, 256 colours).
        classes: how many classes the labels are out of, which chooses the colours.
        width: the columns of the terminal; only a long word or label goes beyond them.

    >>> from treenn.trees import parse_tree
    >>> print(draw_text(parse_tree("(3 (2 It) (3 (2 is) (3 (3 good) (2 .))))")))
    3 ┬ 2 It
      └ 3 ┬ 2 is
          └ 3 ┬ 3 good
              └ 2 .
    """
    n, children = len(tree.words), inner_children(tree)
    texts = [shown(label) for label in tree.labels]
    drawn = [painted(text, label, classes) for text, label in zip(texts, tree.labels, strict=True)] if color else texts
    gap = " " if _widest(tree, texts) <= width else ""
    limit = width if gap else max(2 * width // 3, _LONGEST_LABEL)
    lines: list[str] = []
    cuts = 0
    todo = deque([(len(texts) - 1, "", "")])
    while todo:
        node, line, indent = todo.pop()
        if node < n:
            lines.append(f"{line}{drawn[node]} {visible(tree.words[node])}")
        elif len(indent) > limit:
            cuts += 1
            lines.append(f"{line}[{cuts}]")
            todo.appendleft((node, f"[{cuts}] ", " " * len(f"[{cuts}] ")))
        else:
            line, indent = f"{line}{drawn[node]}{gap}", f"{indent}{' ' * columns_of(texts[node])}{gap}"
            todo += _below(children[node - n], line, indent, gap)
    return "\n".join(lines)


def shown(label: Label) -> str:
    """A label as drawings write it: at most 16 columns, without invisible characters; `·` for None."""
    text = "·" if label is None else visible(str(label))
    return text if columns_of(text) <= _LONGEST_LABEL else f"{_cropped(text, _LONGEST_LABEL - 1).rstrip()}…"


def visible(text: str) -> str:
    r"""Text safe for one line of a terminal: control and other invisible characters are written as escapes.

    These are ANSI escapes and all of C0 and C1, line ends, direction marks and overrides, zero-width characters, spaces
    other than the common one, and lone surrogates. A joiner between two emoji is kept.

    >>> visible("\x1b[31m no\u00a0break")
    '\\x1b[31m no\\xa0break'
    """
    if text.isprintable():
        return text
    return "".join(letter if _is_visible(text, i) else ascii(letter)[1:-1] for i, letter in enumerate(text))


def _is_visible(text: str, i: int) -> bool:
    if text[i] == "\u200d":
        around = [unicodedata.category(letter) for letter in (text[i - 1 : i], text[i + 1 : i + 2]) if letter]
        return len(around) == 2 and around[0] in ("So", "Sk", "Mn") and around[1] == "So"  # a joined emoji
    return text[i].isprintable() or "\U0001f000" <= text[i] < "\U0001fc00"  # emoji newer than Python's Unicode tables


def painted(text: str, label: Label, classes: int = 5) -> str:
    """Text on the colour of its label's class, for terminals (ANSI escapes, 256 colours); plain where that is none."""
    if not isinstance(label, int):
        return text
    colour = colour_of(label, classes)
    return f"\x1b[48;5;{terminal_colour(colour)};38;5;{terminal_colour(ink_on(colour))}m{text}\x1b[0m"


def _below(children: tuple[int, ...], line: str, indent: str, gap: str) -> list[tuple[int, str, str]]:
    """What is left to draw of a node's children, last child first: (node, its line so far, indent of its lines)."""
    first, *rest = children
    if not rest:
        return [(first, f"{line}─{gap}", f"{indent} {gap}")]
    *middle, last = rest
    return [
        (last, f"{indent}└{gap}", f"{indent} {gap}"),
        *((child, f"{indent}├{gap}", f"{indent}│{gap}") for child in reversed(middle)),
        (first, f"{line}┬{gap}", f"{indent}│{gap}"),
    ]


def _widest(tree: Tree | NaryTree, texts: list[str]) -> int:
    """The columns that the drawing takes with a space beside each line."""
    n, columns, widest = len(tree.words), [0] * len(texts), 0
    for node, children in zip(range(len(texts) - 1, n - 1, -1), reversed(inner_children(tree)), strict=True):
        for child in children:
            columns[child] = columns[node] + columns_of(texts[node]) + len(" │ ")
            if child < n:
                widest = max(widest, columns[child] + columns_of(f"{texts[child]} {visible(tree.words[child])}"))
    return widest


def columns_of(text: str) -> int:
    """The number of terminal columns that a text takes."""
    from rich.cells import cell_len

    return cell_len(text)


def _cropped(text: str, columns: int) -> str:
    from rich.cells import set_cell_size

    return set_cell_size(text, columns)
