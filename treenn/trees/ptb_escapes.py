r"""Treebank escapes in words (`-LRB-` for `(`, `\/` for `/`) and in labels (`X` for no label).

All readers, writers and conversions share these functions, so that a word or a label has one spelling everywhere.
"""

from __future__ import annotations

import re

from treenn.trees.arguments import refusal
from treenn.trees.tree import Label

_ESCAPES = {
    "-LRB-": "(",
    "-RRB-": ")",
    "-LSB-": "[",
    "-RSB-": "]",
    "-LCB-": "{",
    "-RCB-": "}",
    "-HYPH-": "-",
    "-BSOL-": "\\",
    r"\/": "/",
    r"\*": "*",
}
_ESCAPED = re.compile("|".join(re.escape(escape) for escape in _ESCAPES))
_UNESCAPES = {word: escape for escape, word in _ESCAPES.items()}
_UNESCAPED = re.compile(r"[()\[\]{}/*]|\\\Z")  # before the ) of a leaf, nltk takes a backslash for an escape
_ANY_UNESCAPED = re.compile(r"[()\[\]{}/*\\-]")

UNLABELLED = "X"
"""The label that stands for no label."""

_LITERAL = re.compile(rf"\\*{UNLABELLED}")


def unescape(word: str) -> str:
    """A word without escapes: `-LRB-` becomes `(`, and `either\\/or` becomes `either/or`."""
    if not isinstance(word, str):
        raise refusal("word", word, "text")
    if "-" in word or "\\" in word:
        return _ESCAPED.sub(lambda match: _ESCAPES[match[0]], word)
    return word


def escape(word: str) -> str:
    """A word with escapes; `unescape` is the inverse for every word.

    Hyphens and backslashes are written as they are, except for a backslash at the end, and in a word that would
    otherwise read as another one.

    >>> escape("(e.g.)"), escape("well-known"), escape("-LRB-")
    ('-LRB-e.g.-RRB-', 'well-known', '-HYPH-LRB-HYPH-')
    """
    if not isinstance(word, str):
        raise refusal("word", word, "text")
    plain = _UNESCAPED.sub(_escaped, word)
    return plain if unescape(plain) == word else _ANY_UNESCAPED.sub(_escaped, word)


def _escaped(match: re.Match[str]) -> str:
    return _UNESCAPES[match[0]]


def unescape_label(text: str) -> str | None:
    r"""The label that a treebank's text stands for: None for an empty text and for `X`, `X` for `\X`."""
    if not text or text == UNLABELLED:
        return None
    return text[1:] if text[0] == "\\" and _LITERAL.fullmatch(text) else text


def escape_label(label: Label) -> str:
    r"""A label as text: `X` for None and `\X` for `X`; `unescape_label` is the inverse for every non-empty text.

    >>> escape_label(None), escape_label("X"), escape_label("NP")
    ('X', '\\X', 'NP')
    """
    if label is None:
        return UNLABELLED
    return f"\\{label}" if isinstance(label, str) and _LITERAL.fullmatch(label) else str(label)
