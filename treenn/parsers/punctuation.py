"""The definition of punctuation, for shapes and parsing metrics."""

from __future__ import annotations

import string
import unicodedata
from functools import lru_cache

_ASCII = frozenset(string.punctuation)


@lru_cache(maxsize=1 << 16)
def is_punctuation(word: str) -> bool:
    """Whether a word consists of ASCII punctuation or characters of Unicode's categories P.

    >>> [word for word in ("--", "``", "n't", "$", "…", "好") if is_punctuation(word)]
    ['--', '``', '$', '…']
    """
    return all(letter in _ASCII or unicodedata.category(letter)[0] == "P" for letter in word)
