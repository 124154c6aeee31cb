"""Hashed prefixes, suffixes and shapes of words, as features of known and unknown words."""

from __future__ import annotations

import re
from functools import lru_cache
from string import ascii_letters, digits

from treenn.text.feature_hash import bucket

BUCKETS = 8192
"""The number of hash buckets; collisions are rare at this size."""

PREFIXES, SUFFIXES = (1, 2, 3), (1, 2, 3, 4)

SHAPE = 12
"""The number of characters of a word that its shape has before repeated ones are collapsed."""

COUNT = len(PREFIXES) + len(SUFFIXES) + 1
"""The number of features per word."""

_REPEATED = re.compile(r"(.)\1+")
_ASCII_KINDS = str.maketrans(ascii_letters + digits, "x" * 26 + "X" * 26 + "d" * 10)


@lru_cache(maxsize=1 << 16)
def affixes(word: str) -> tuple[int, ...]:
    """Hash the prefixes and suffixes of a word in lower case, and its shape: `Xx` for `Film`, `d-x` for `90-minute`.

    Returns:
        `COUNT` bucket numbers below `BUCKETS`.
    """
    start, end = word[: PREFIXES[-1]].lower(), word[-SUFFIXES[-1] :].lower()
    parts = [
        *(f"{length}<{start[:length]}" for length in PREFIXES),
        *(f"{length}>{end[-length:]}" for length in SUFFIXES),
        f"={_shape(word[:SHAPE])}",
    ]
    return tuple(bucket(part, BUCKETS) for part in parts)


def _shape(word: str) -> str:
    """Map letters to X or x and digits to d, keep other characters, and collapse repeated characters."""
    if word.isascii():
        return _REPEATED.sub(r"\1", word.translate(_ASCII_KINDS))
    kinds = ("X" if c.isupper() else "x" if c.islower() else "d" if c.isdigit() else c for c in word)
    return _REPEATED.sub(r"\1", "".join(kinds))
