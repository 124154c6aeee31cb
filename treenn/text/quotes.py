"""Direction of detached quotation marks, by the balance of opened and closed ones within a paragraph."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from treenn.text.cleaning import PARAGRAPH
from treenn.text.rule_tables import load_rules
from treenn.text.scanner import Token

OPENING = frozenset("([{<\u2014\u2013-/=")
CLOSING = frozenset(".,;:!?)]}>\u2014\u2013-/")


def closing_quotes(text: str, tokens: Sequence[Token]) -> frozenset[int]:
    """Find the detached quotation marks that close a quotation.

    A mark with spaces on both sides closes a quotation if one of its kind is open in the paragraph, and opens one
    otherwise. A doubtful mark may be a sign of inches (`7" disc`) or a possessive (`the boys ' film`). It is a
    quotation mark only if the marks that follow it in the paragraph remain balanced.

    Args:
        text: a cleaned text.
        tokens: its tokens.

    Returns:
        The indices of the tokens.
    """
    closing: set[int] = set()
    for family in load_rules().balanced:
        if not any(mark in text for mark in family):
            continue
        marks: list[int] = []
        for index, token in enumerate(tokens):
            if index and PARAGRAPH in text[tokens[index - 1].end : token.start]:
                closing.update(_closing(text, tokens, marks))
                marks = []
            if token.form in family and not _is_apostrophe(text, token):
                marks.append(index)
        closing.update(_closing(text, tokens, marks))
    return frozenset(closing)


def _closing(text: str, tokens: Sequence[Token], marks: Sequence[int]) -> Iterator[int]:
    """The detached marks among those of one family in one paragraph that close a quotation."""
    is_open = False
    for position, index in enumerate(marks):
        remaining = len(marks) - position - 1
        if _is_doubtful(text, tokens[index]) and (is_open + remaining) % 2 == 0:
            continue
        before, after = _neighbours(text, tokens[index])
        starts, ends = before in OPENING or before.isspace(), after in CLOSING or after.isspace()
        if is_open and before.isspace() and after.isspace():
            yield index
        is_open = not is_open if starts == ends else starts


def _neighbours(text: str, token: Token) -> tuple[str, str]:
    """The characters before and after a token; a space at the ends of the text."""
    return text[max(0, token.start - 1) : token.start] or " ", text[token.end : token.end + 1] or " "


def _is_apostrophe(text: str, token: Token) -> bool:
    """True if a mark is an apostrophe inside a word (`O'Neill`)."""
    return token.form == "'" and all(map(str.isalnum, _neighbours(text, token)))


def _is_doubtful(text: str, token: Token) -> bool:
    """True if a mark may be a sign of inches or feet, or the apostrophe of a possessive."""
    word = text[max(0, token.start - 2) : token.start].rstrip()[-1:]
    return word.isdecimal() or (token.form == "'" and word in ("s", "S"))
