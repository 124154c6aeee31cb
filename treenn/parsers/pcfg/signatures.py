"""Signatures of unknown words: shape and ending, from fine to coarse."""

from __future__ import annotations

UNKNOWN = "<unknown>"
"""The coarsest signature, which every word has."""

_ENDINGS = 3


def signatures(word: str, *, first: bool) -> list[str]:
    """The signatures of a word, finest first: capitals, digits and hyphens, with an ending of three letters to none.

    Signatures replace unknown words in Klein and Manning 2003, *Accurate Unlexicalized Parsing*, and in the Stanford
    and Berkeley parsers.

    Args:
        word: the word.
        first: whether it is the first of its sentence, where capitals carry little information.

    >>> signatures("Over-acted", first=False)
    ['<Xx- ted>', '<Xx- ed>', '<Xx- d>', '<Xx- >', '<unknown>']
    """
    shape = _shape(word, first)
    lower = word[-_ENDINGS - 1 :].lower()
    # Endings are shorter than the word and alphabetic.
    endings = [lower[-size:] for size in range(min(_ENDINGS, len(lower) - 1), 0, -1) if lower[-size:].isalpha()]
    return [*(f"<{shape} {ending}>" for ending in (*endings, "")), UNKNOWN]


def _shape(word: str, first: bool) -> str:
    letters = any(map(str.islower, word))
    if not word[0].isupper():
        capitals = "x" if letters else "."
    elif first:
        capitals = "1"
    else:
        capitals = "Xx" if letters else "XX"
    return capitals + ("9" if any(map(str.isdigit, word)) else "") + ("-" if "-" in word[1:] else "")
