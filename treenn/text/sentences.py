"""Sentence splitting, by rules over tokens."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate

import regex

from treenn.text.cleaning import PARAGRAPH, clean
from treenn.text.quotes import closing_quotes
from treenn.text.rule_tables import load_rules
from treenn.text.scanner import ABBREVIATION, INITIAL, Token, scan

ENDING = frozenset({"stop", "bang", "ellipsis", "dots", ABBREVIATION, INITIAL})
TRAILING = frozenset({"emoji", "emoticon", "stop", "bang"})
CLOSING = frozenset({"''", "\u201d", ")", "]", "}", "\uff09", "\u300d", "\u300f", "\u203a"})
CLOSING_IF_GLUED = frozenset({'"', "'", "`", "``", "\u201c", "\u2018", "\u00ab", "\u00bb", "\u2039"})
WORD_NEXT = regex.compile(r"[\s\p{P}]{0,8}(\p{L}[\p{L}\p{M}]*(?:'\p{L}+)?)")


def split_sentences(text: str) -> list[str]:
    """Split a text into sentences.

    A sentence ends at the end of a paragraph, and at a full stop with the closing quotes, brackets and emoji that
    follow it. It also ends at an exclamation mark, question mark or ellipsis, unless the next word continues the
    sentence. It ends at an abbreviation or initial if the next word often begins sentences. A straight quote between
    spaces closes a quotation if one is open in the paragraph. The abbreviations and frequent first words are listed in
    `rules.json`.

    Args:
        text: any text.

    Returns:
        The sentences in order, cleaned by `treenn.text.cleaning.clean`; an empty list if the text is blank. Each
        contains a letter or digit if the text does. Their tokens, concatenated, are those of the whole text.

    >>> split_sentences('He called it "a masterpiece." She left, e.g. for Mr. Smith. It was bad... Never again!')
    ['He called it "a masterpiece."', 'She left, e.g. for Mr. Smith.', 'It was bad...', 'Never again!']
    """
    cleaned = clean(text)
    return [cleaned[tokens[0].start : tokens[-1].end] for tokens in group(cleaned, scan(cleaned))]


def group(text: str, tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """Group the tokens of a cleaned text by sentence."""
    words = [0, *accumulate(any(map(str.isalnum, token.form)) for token in tokens)]
    start = 0
    for end in _ends(text, tokens):
        if words[start] < words[end] < words[-1]:
            yield list(tokens[start:end])
            start = end
    if len(tokens) > start:
        yield list(tokens[start:])


def _ends(text: str, tokens: Sequence[Token]) -> Iterator[int]:
    """The indices of the tokens before which a sentence may end."""
    start = number = 0
    closing, has_paragraphs = closing_quotes(text, tokens), PARAGRAPH in text
    while number < len(tokens) - 1:
        token, end = tokens[number], number + 1
        if token.kind in ENDING:
            end = _absorbed(text, tokens, end, closing)
        if end == len(tokens):
            return
        if (has_paragraphs and PARAGRAPH in text[tokens[end - 1].end : tokens[end].start]) or (
            token.kind in ENDING and _ends_sentence(text, tokens, start, number, end)
        ):
            yield end
            start = end
        number = end


def _absorbed(text: str, tokens: Sequence[Token], end: int, closing: frozenset[int]) -> int:
    """The end of a sentence with the closing quotes, brackets, marks and emoji behind its final token."""
    while end < len(tokens):
        token, glued = tokens[end], tokens[end].start == tokens[end - 1].end
        closes = token.form in CLOSING and (glued or text[token.end : token.end + 1] in ("", " "))
        closes |= (glued and token.form in CLOSING_IF_GLUED) or end in closing
        trails = token.kind in TRAILING and (glued or token.kind in ("emoji", "emoticon"))
        if not (closes or trails) or PARAGRAPH in text[tokens[end - 1].end : token.start]:
            break
        end += 1
    return end


def _ends_sentence(text: str, tokens: Sequence[Token], start: int, number: int, end: int) -> bool:
    """True if a sentence ends before token `end`, the first one after token `number` and all that closes it."""
    token, after = tokens[number], tokens[end - 1].end
    if tokens[end].form in ",;:" or (after == tokens[end].start and text[after - 1].isalnum()):  # "so bad.<3It was"
        return False
    match = WORD_NEXT.match(text, after)
    following = match[1] if match else ""
    if token.kind in (ABBREVIATION, INITIAL):
        return token.form != "I." and tokens[end].kind != INITIAL and _begins_sentence(token, following)
    if token.kind in ("ellipsis", "dots"):
        return tokens[number - 1].end == token.start and following[:1].isupper() and following[:2] not in ("I", "I'")
    if after == tokens[end].start:  # no space: "liked it.It was"
        return text[after].isalpha() and (token.form[0] not in ".!?" or _changes_case(text, token.start, after))
    if token.kind == "stop" and number - start == 1 and tokens[start].form.isdecimal():  # the item of a list
        return False
    if not following[:1].islower():
        return True
    quoted = end > number + 1 and tokens[number + 1].kind not in TRAILING
    return not quoted and (token.kind == "stop" or _starts_in_lower_case(tokens[start:number]))


def _changes_case(text: str, before: int, after: int) -> bool:
    """True if a lower-case word comes before a mark and a capital after it."""
    return text[max(0, before - 2) : before].islower() and before > 1 and text[after].isupper()


def _begins_sentence(abbreviation: Token, following: str) -> bool:
    """True if the word after an abbreviation begins a sentence."""
    rules, short = load_rules(), abbreviation.form[:-1].lower()
    if short in rules.never_final or not following[:1].isupper():
        return False
    return short == "etc" or following.lower().partition("'")[0] in rules.starters


def _starts_in_lower_case(tokens: Sequence[Token]) -> bool:
    """True if the first word of a sentence starts in lower case."""
    return next((token.form[0].islower() for token in tokens if token.form[0].isalpha()), False)
