"""The scanner: the tokens of a cleaned text, with their kinds and offsets."""

from __future__ import annotations

from typing import NamedTuple

import regex

from treenn.text.rule_tables import load_rules

ABBREVIATION = "abbreviation"
"""The kind of abbreviations after which a final full stop is a separate token (`etc. .`)."""

INITIAL = "initial"
"""The kind of initials, acronyms and titles, whose full stop also ends the sentence (`E.T.`)."""

NUMBERED = "numbered"
"""The kind of abbreviations before a number, which end no sentence (`No. 5`)."""

NUMBER_NEXT = regex.compile(r" ?(?:#?\p{Nd}|(?:[IVXLC]{2,}|[IVX])(?![\p{L}\p{N}']))")
DIGIT_NEXT = regex.compile(r" ?#?\p{Nd}")
INITIAL_NEXT = regex.compile(r" ?\p{Lu}\.")


class Token(NamedTuple):
    """One token.

    Args:
        kind: a kind of `rules.json`, or `ABBREVIATION`, `INITIAL` or `NUMBERED`.
        form: its characters.
        start: the offset of the first character in the text.
        end: the offset after the last character.
    """

    kind: str
    form: str
    start: int
    end: int


def scan(text: str) -> list[Token]:
    """Find the tokens of a cleaned text. Abbreviations include their full stop; clitics are still attached."""
    rules = load_rules()
    tokens: list[Token] = []
    position = 0
    while match := rules.tokens.search(text, position):
        kind, position = rules.kinds[(match.lastindex or 1) - 1], match.end()
        if kind == "word":
            before = tokens[-1].form if tokens else ""
            kind, position = _with_full_stop(text, match.start(), position, before)
        elif kind == "acronym" and text[position - 1] == ".":
            kind = INITIAL
        tokens.append(Token(kind, text[match.start() : position], match.start(), position))
    return tokens


def _with_full_stop(text: str, start: int, end: int, before: str) -> tuple[str, int]:
    """The kind and the end of a word, which may be an abbreviation, or end in an apostrophe."""
    follows = text[end : end + 2]
    if follows[:1] == "'" and text[start:end].lower() in load_rules().dropped_endings:
        return "word", end + 1
    if follows[:1] != "." or follows == "..":
        return "word", end
    kind = _abbreviation(text[start:end], text, end + 1, before)
    return ("word", end) if kind is None else (kind, end + 1)


def _abbreviation(word: str, text: str, after: int, before: str) -> str | None:
    """The kind of a word before a full stop if the two are an abbreviation, else None."""
    rules = load_rules()
    known, capitalized = rules.abbreviations.get(word.lower()), word[0].isupper()
    if known == "always" or (known == "capitalized" and capitalized) or (word.lower() == "al" and before == "et"):
        return ABBREVIATION
    if known == "before_number" and (DIGIT_NEXT if word.lower() == "no" else NUMBER_NEXT).match(text, after):
        return NUMBERED
    if known == "titles" and (capitalized or word in rules.titles_in_lower_case):
        return INITIAL
    return INITIAL if _is_initial(word, text, after) else None


def _is_initial(word: str, text: str, after: int) -> bool:
    """True if a word before a full stop is one capital letter, and not the pronoun."""
    if len(word) != 1 or not word.isupper() or text[after : after + 1].isalnum():
        return False
    return word != "I" or bool(INITIAL_NEXT.match(text, after))
