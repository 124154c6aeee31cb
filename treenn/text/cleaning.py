"""Text cleaning: Unicode normalization, HTML, invisible characters, and the many forms of apostrophes and spaces."""

from __future__ import annotations

import unicodedata
from html import unescape
from html.entities import html5

import regex

from treenn.text.rule_tables import load_rules

PARAGRAPH = "\u2029"
"""The separator of paragraphs in a cleaned text; other whitespace is a single space."""

AMPERSANDS = regex.compile(r"&(?:(?:amp|#0*38|#x0*26);)+", regex.IGNORECASE)
PASSES = 30  # the maximum nesting of HTML that is resolved


QUOTE_IN_WORD = regex.compile(r"(?<=[\p{L}\p{N}])[\u2018`](?=\p{L})")
_SPECIAL = frozenset("&<`\\")  # of the printable ASCII characters
RANGE = regex.compile(r"(?<=\p{Nd})[\u2013](?=\p{Nd})")


def clean(text: str) -> str:
    r"""Clean a text for tokenization.

    HTML entities are resolved. Tags, soft hyphens and direction marks are deleted. Apostrophes, hyphens and ligatures
    are normalized to one form each. Whitespace is collapsed. All other text is in Unicode's normalization form C. Ends
    of paragraphs (blank lines, `<br>`, `<p>`) become `PARAGRAPH`. Quotation marks stay as typed.

    Args:
        text: any text.

    Returns:
        The cleaned text, without leading and trailing whitespace. Cleaning is idempotent, unless tags or entities are
        nested more than 30 deep.

    >>> clean("It isn&#39;t un\u00adbelievable.<br /><br />I don\u00b4t know.")
    "It isn't unbelievable.\u2029I don't know."
    """
    if _is_plain(text):
        return " ".join(text.split())
    for _ in range(PASSES):
        before, text = text, _cleaned_once(text)
        if text == before:
            break
    return text


def _is_plain(text: str) -> bool:
    """True if cleaning collapses spaces only: the text has no line break, HTML, escape or accent as an apostrophe."""
    return text.isascii() and text.isprintable() and _SPECIAL.isdisjoint(text)


def _cleaned_once(text: str) -> str:
    """One cleaning pass, which may create new tags, entities or apostrophes."""
    rules = load_rules()
    if "&" in text or "<" in text:
        text = rules.block_tag.sub(PARAGRAPH, rules.inline_tag.sub("", AMPERSANDS.sub("&", text)))
        text = rules.entity.sub(_resolved, text)
    text = rules.replace.sub(lambda match: rules.replaced[match[0]], rules.removed.sub("", text))
    text = unicodedata.normalize("NFC", text)
    text = RANGE.sub("-", QUOTE_IN_WORD.sub("'", text))
    spaced: str = rules.spaces.sub(lambda match: PARAGRAPH if rules.paragraph.search(match[0]) else " ", text)
    return spaced.strip()


def _resolved(entity: regex.Match[str]) -> str:
    """The character of an entity. Unlike `html.unescape`, names that only begin with the name of an entity are kept."""
    name: str = entity[0]
    return unescape(name) if name[1] == "#" or name[1:] in html5 else name
