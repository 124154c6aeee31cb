"""Sentence splitting."""

from __future__ import annotations

import re

_BOUNDARY = re.compile(r"(?<=[.!?])[\"')\]]*\s+(?=[\"'(\[]*[A-Z0-9])")


def split_sentences(text: str) -> list[str]:
    """Split a text into sentences.

    Args:
        text: any text.

    Returns:
        The sentences in order, without the whitespace around them; an empty list if the text is blank.

    >>> split_sentences("Dull. Boring! Never again.")
    ['Dull.', 'Boring!', 'Never again.']
    """
    pieces, start = [], 0
    for match in _BOUNDARY.finditer(text):
        pieces.append(text[start : match.end()])
        start = match.end()
    return [piece.strip() for piece in (*pieces, text[start:]) if piece.strip()]
