"""Texts for terminals: columns, cropping, and escapes of invisible characters."""

from __future__ import annotations

import unicodedata

from treenn.trees.tree_checks import Label

LONGEST_LABEL = 16
"""The maximum number of columns of a label in drawings."""


def shown(label: Label) -> str:
    """Format a label for drawings: at most 16 columns, with invisible characters escaped. None is `·`."""
    return shortened("·" if label is None else visible(str(label)), LONGEST_LABEL)


def shortened(text: str, columns: int, *, at_word: bool = False) -> str:
    """Shorten a text to at most this number of columns. An ellipsis replaces the end of a longer text.

    Args:
        text: the text.
        columns: the maximum number of columns.
        at_word: whether a longer text ends after a word, if a whole word fits (default: False).

    >>> shortened("a long sentence", 10), shortened("a long sentence", 10, at_word=True)
    ('a long se…', 'a long …')
    """
    if columns_of(text) <= columns:
        return text
    beginning = _cropped(text, columns - 1)
    words = beginning.rpartition(" ")[0].rstrip() if at_word else ""
    return f"{words} …" if words else f"{beginning.rstrip()}…"


def visible(text: str) -> str:
    r"""Escape control and invisible characters of a text, for safe output on one line of a terminal.

    Control characters of C0 and C1, line breaks, direction marks and overrides, zero-width characters, spaces other
    than U+0020 and unpaired surrogates are escaped. A joiner between two emoji is unchanged.

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


def columns_of(text: str) -> int:
    """The width of a text in terminal columns."""
    from rich.cells import cell_len

    return cell_len(text)


def _cropped(text: str, columns: int) -> str:
    from rich.cells import set_cell_size

    cropped = set_cell_size(text, columns)
    return cropped if text.startswith(cropped) else cropped[:-1]  # a space replaces half of a wide character
