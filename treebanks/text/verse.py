"""Verse forms of poems in one line: the number of verses and of characters in each, such as `7x4`."""

from __future__ import annotations

import re

ENDS = "，。？；！"
"""The punctuation at the end of a verse."""

FORMS = ("5x4", "7x4", "5x8", "7x8")
"""The forms of regulated verse: characters of a verse, times the number of verses (jueju 4, lushi 8)."""

_VERSE = re.compile(f"([^{ENDS}]*)([{ENDS}])")


def verses(text: str) -> list[str]:
    """The verses of a poem, without punctuation; those that are not ended count.

    >>> verses("床前明月光，疑是地上霜。")
    ['床前明月光', '疑是地上霜']
    """
    return [verse for verse in re.split(f"[{ENDS}]", text) if verse]


def form_of(text: str) -> str | None:
    """The form of a poem, one of `FORMS`; None if it is not well-formed.

    Every verse of a well-formed poem has the same number of characters and ends in a mark of `ENDS`.

    >>> form_of("床前明月光，疑是地上霜。舉頭望明月，低頭思故鄉。")
    '5x4'
    """
    found = list(_VERSE.finditer(text))
    lengths = {len(each.group(1)) for each in found}
    if len(lengths) != 1 or "".join(each.group() for each in found) != text:
        return None
    form = f"{lengths.pop()}x{len(found)}"
    return form if form in FORMS else None


def symbol_of(form: str) -> str:
    """The token of a form in a vocabulary, which no character of a text equals.

    >>> symbol_of("7x4")
    '<7x4>'
    """
    return f"<{form}>"


def form_symbol(text: str) -> str:
    """The token of a poem's form; empty if it is not well-formed."""
    form = form_of(text)
    return "" if form is None else symbol_of(form)
