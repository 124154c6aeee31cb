r"""Penn Treebank escapes in words (`-LRB-` for `(`, `\/` for `/`) and in labels (`X` for no label).

These functions are shared by all readers, writers and conversions.
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
_UNESCAPED = re.compile(r"[()\[\]{}/*]|\\\Z")  # nltk reads a final backslash as an escape of the leaf's )
_ANY_UNESCAPED = re.compile(r"[()\[\]{}/*\\-]")

UNLABELLED = "X"
"""The text of a missing label."""

_LITERAL = re.compile(rf"\\*{UNLABELLED}")


def unescape(word: str) -> str:
    """Resolve the escapes of a word: `-LRB-` becomes `(`, and `either\\/or` becomes `either/or`."""
    if not isinstance(word, str):
        raise refusal("word", word, "text")
    if "-" in word or "\\" in word:
        return _ESCAPED.sub(lambda match: _ESCAPES[match[0]], word)
    return word


def escape(word: str) -> str:
    """Escape a word; `unescape` is the inverse for every word.

    A final backslash is always escaped. Other backslashes, and hyphens, are escaped only in words that `unescape` would
    otherwise change.

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
    r"""The label of a text in a treebank: None for an empty text and for `X`, `X` for `\X`."""
    if not text or text == UNLABELLED:
        return None
    return text[1:] if text[0] == "\\" and _LITERAL.fullmatch(text) else text


def escape_label(label: Label) -> str:
    r"""The text of a label: `X` for None and `\X` for `X`; `unescape_label` is the inverse for every non-empty text.


    >>> escape_label(None), escape_label("X"), escape_label("NP")
    ('X', '\\X', 'NP')
    """
    if label is None:
        return UNLABELLED
    return f"\\{label}" if isinstance(label, str) and _LITERAL.fullmatch(label) else str(label)
