r"""Detokenization: a treebank's words as running text, the input of pretrained encoders.

Treebanks separate clitics and punctuation and escape quotes and brackets: `It 's \`\` fun '' -LRB- n't`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from treenn.trees import unescape

_QUOTES = {"``": '"', "''": '"', "`": "'"}
_TO_THE_LEFT = re.compile(r"(?i)[.,;:?!%)\]}]|\.\.+|''?|n't|'(?:s|re|ve|ll|d|m)")
_TO_THE_RIGHT = re.compile(r"[(\[{$#]|``?")


def running_text(words: Sequence[str]) -> tuple[str, list[tuple[int, int]]]:
    r"""Detokenize a sentence.

    Escapes are undone, quotes are typewriter quotes, and punctuation and clitics are attached.

    Returns:
        The text, and the start and end of each word in it.

    >>> running_text(["It", "'s", "``", "fun", "''", "-LRB-", "!", "-RRB-"])
    ('It\'s "fun" (!)', [(0, 2), (2, 4), (5, 6), (6, 9), (9, 10), (11, 12), (12, 13), (13, 14)])
    """
    parts: list[str] = []
    spans: list[tuple[int, int]] = []
    end, clings = 0, True
    for word in map(unescape, words):
        if not (clings or _TO_THE_LEFT.fullmatch(word)):
            parts.append(" ")
            end += 1
        clings = _TO_THE_RIGHT.fullmatch(word) is not None
        parts.append(_QUOTES.get(word, word))
        spans.append((end, end := end + len(parts[-1])))
    return "".join(parts), spans
