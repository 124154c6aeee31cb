"""What is known of a word that was never seen: its shape and its ending, from the finest description to none."""

from __future__ import annotations

UNKNOWN = "<unknown>"
"""The signature of every word, the one that is always there to fall back to."""

_ENDINGS = 3


def signatures(word: str, *, first: bool) -> list[str]:
    """The signatures of a word, finest first: capitals, digits and hyphens, with an ending of three letters to none.

    Signatures are what Klein & Manning 2003, *Accurate Unlexicalized Parsing*, and the parsers of Stanford and Berkeley
    put in the place of unknown words.

    Args:
        word: the word.
        first: whether it opens the sentence, where a capital says little.

    >>> signatures("Over-acted", first=False)
    ['<Xx- ted>', '<Xx- ed>', '<Xx- d>', '<Xx- >', '<unknown>']
    """
    shape = _shape(word, first)
    lower = word[-_ENDINGS - 1 :].lower()
    # An ending is less than the whole word, and made of letters.
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
