"""The tables of the tokenizer and the sentence splitter as JSON, for implementations in other languages.

`treenn/web/tokenizer.mjs` reads them. Every table is that of a Python module; patterns are valid for JavaScript's
`RegExp` with the flag `u`.
"""

from __future__ import annotations

import sys
from functools import cache
from html import unescape
from html.entities import html5
from itertools import chain
from typing import Any

from treenn.text import cleaning, quotes, scanner, sentences, tokenizer
from treenn.text.rule_tables import load_rules

_PATTERNS = ("removed", "spaces", "paragraph", "block_tag", "inline_tag", "entity", "tokens", "any_clitic")
_WORD_LISTS = ("without_apostrophe", "dropped_endings", "titles_in_lower_case", "never_final", "starters")


@cache
def shared_tables() -> dict[str, Any]:
    """The tables, as JSON values.

    The keys are `rules` (`rule_tables.Rules`), one key per module with its constants, `entities` (the characters of
    HTML entities by name), `references` (the characters of numeric references that differ from their code point), and
    `digits` (digits that are not decimal).

    >>> sorted(shared_tables())
    ['cleaning', 'digits', 'entities', 'quotes', 'references', 'rules', 'scanner', 'sentences', 'tokenizer']
    """
    return {
        "rules": _rules(),
        "entities": {name: value for name, value in html5.items() if name.endswith(";")},
        "references": _references(),
        "digits": "".join(c for c in map(chr, range(sys.maxunicode + 1)) if c.isdigit() and not c.isdecimal()),
        "cleaning": {
            "paragraph": cleaning.PARAGRAPH,
            "passes": cleaning.PASSES,
            "ampersands": cleaning.AMPERSANDS.pattern,
            "quote_in_word": cleaning.QUOTE_IN_WORD.pattern,
            "range": cleaning.RANGE.pattern,
        },
        "quotes": {"opening": sorted(quotes.OPENING), "closing": sorted(quotes.CLOSING)},
        "scanner": {
            "kinds": [scanner.ABBREVIATION, scanner.INITIAL, scanner.NUMBERED],
            "number_next": scanner.NUMBER_NEXT.pattern,
            "digit_next": scanner.DIGIT_NEXT.pattern,
            "initial_next": scanner.INITIAL_NEXT.pattern,
        },
        "sentences": {
            "ending": sorted(sentences.ENDING),
            "trailing": sorted(sentences.TRAILING),
            "closing": sorted(sentences.CLOSING),
            "closing_if_glued": sorted(sentences.CLOSING_IF_GLUED),
            "word_next": sentences.WORD_NEXT.pattern,
        },
        "tokenizer": {
            "with_clitics": sorted(tokenizer.WITH_CLITICS),
            "guillemets": sorted(tokenizer.GUILLEMETS),
            "opening": sorted(tokenizer.OPENING),
            "longest_clitic": tokenizer.LONGEST_CLITIC,
        },
    }


def _rules() -> dict[str, Any]:
    """The compiled rules: the sources of patterns, sorted lists, and objects."""
    rules = load_rules()
    return {
        **{name: getattr(rules, name).pattern for name in _PATTERNS},
        **{name: sorted(getattr(rules, name)) for name in _WORD_LISTS},
        "clitics": [pattern.pattern for pattern in rules.clitics],
        "replaced": dict(rules.replaced),
        "kinds": list(rules.kinds),
        "balanced": list(rules.balanced),
        "abbreviations": dict(rules.abbreviations),
    }


def _references() -> dict[int, str]:
    """The characters of numeric references, by `html.unescape`, where they are not those of the code point."""
    planes = (range(plane + 0xFFFE, plane + 0x10000) for plane in range(0, sys.maxunicode, 0x10000))
    codes = chain(range(0xA0), range(0xD800, 0xE000), range(0xFDD0, 0xFDF0), *planes)
    resolved = ((code, unescape(f"&#{code};")) for code in codes)
    return {code: text for code, text in resolved if text != chr(code)}
