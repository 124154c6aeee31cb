"""The compiled tables of `rules.json`: the rules of the tokenizer and the sentence splitter.

The tables are data so that implementations in other languages can share them. Patterns are valid for Python's `regex`
module and for JavaScript's `RegExp` with the flag `u`; `{name}` in a pattern is a macro.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import regex


class Rules(NamedTuple):
    """The compiled tables.

    Args:
        removed: characters that are deleted: soft hyphens, direction marks, invisible operators.
        spaces: whitespace, control characters, byte order marks and zero-width spaces, which separate words.
        paragraph: within whitespace, the end of a paragraph, which ends a sentence.
        block_tag: HTML tags that end a paragraph.
        inline_tag: HTML tags that are deleted.
        entity: an HTML entity with its semicolon.
        replaced: strings and their replacements, by `replace`: apostrophes, quotes, hyphens, ligatures, mojibake.
        replace: matches any key of `replaced`.
        tokens: one group per kind of token; the first alternative that matches wins.
        kinds: the kind of each group of `tokens`. A `negation` is n't with a misplaced, foreign or missing apostrophe
            (`isn' t`, `is 'nt`, `isn;t`), written as n't; only the macro `negated` comes before it. A `whole_word` has
            no clitic: the noun wont.
        clitics: match the clitic at the end of a word, which becomes a word: n't, 's, and the `not` of cannot.
        any_clitic: matches any of them, for speed.
        without_apostrophe: contractions, in lower case, that end in nt for n't.
        balanced: quotation marks by kind, whose form does not distinguish opening from closing ones between spaces.
        dropped_endings: words, in lower case, that keep a final apostrophe: ol', nothin'.
        abbreviations: the class of each abbreviation, by its word in lower case. `always` keep their full stop, and
            `capitalized` and `titles` if they begin with a capital; `before_number` only there. A sentence that ends
            with one of the first two has a full stop besides.
        titles_in_lower_case: those of `titles` that need no capital.
        never_final: abbreviations, in lower case, that no sentence ends with.
        starters: words, in lower case, that begin a sentence when they follow an abbreviation with a capital.
    """

    removed: regex.Pattern[str]
    spaces: regex.Pattern[str]
    paragraph: regex.Pattern[str]
    block_tag: regex.Pattern[str]
    inline_tag: regex.Pattern[str]
    entity: regex.Pattern[str]
    replaced: Mapping[str, str]
    replace: regex.Pattern[str]
    tokens: regex.Pattern[str]
    kinds: tuple[str, ...]
    clitics: tuple[regex.Pattern[str], ...]
    any_clitic: regex.Pattern[str]
    without_apostrophe: frozenset[str]
    balanced: tuple[str, ...]
    dropped_endings: frozenset[str]
    abbreviations: Mapping[str, str]
    titles_in_lower_case: frozenset[str]
    never_final: frozenset[str]
    starters: frozenset[str]


@cache
def load_rules() -> Rules:
    """Read and compile `rules.json`, once."""
    table = json.loads(Path(__file__).with_name("rules.json").read_text(encoding="utf-8"))
    word_lists = ("without_apostrophe", "dropped_endings", "titles_in_lower_case", "never_final", "starters")
    return Rules(
        **{name: regex.compile(table[name]) for name in ("removed", "spaces", "paragraph", "entity")},
        **{name: regex.compile(table[name], regex.IGNORECASE) for name in ("block_tag", "inline_tag")},
        **{name: frozenset(table[name]) for name in word_lists},
        replaced=table["replaced"],
        replace=regex.compile("|".join(map(regex.escape, sorted(table["replaced"], key=len, reverse=True)))),
        tokens=regex.compile("|".join(f"({_expanded(rule['pattern'], table['macros'])})" for rule in table["tokens"])),
        kinds=tuple(rule["kind"] for rule in table["tokens"]),
        clitics=tuple(map(regex.compile, table["clitics"])),
        any_clitic=regex.compile("|".join(f"(?:{each})" for each in table["clitics"])),
        balanced=tuple(table["balanced"]),
        abbreviations={word: kind for kind, words in table["abbreviations"].items() for word in words},
    )


def _expanded(pattern: str, macros: Mapping[str, Any]) -> str:
    """A pattern with its macros expanded; macros are not nested."""
    return str(regex.sub(r"\{([a-z_]{2,})\}", lambda match: macros[match[1]], pattern))
