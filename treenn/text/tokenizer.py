"""Tokenization of raw text with the conventions of the Stanford Sentiment Treebank (SST)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from treenn.text.cleaning import clean
from treenn.text.rule_tables import load_rules
from treenn.text.scanner import ABBREVIATION, Token, scan
from treenn.text.sentences import group
from treenn.trees.errors import InputError

WITH_CLITICS = frozenset({"word", "elision"})
WRITTEN = {"ellipsis": "...", "dash": "--"}
"""The form of each kind of token that has a single one."""

GUILLEMETS = frozenset("\u00ab\u2039")
"""Quotation marks that open a quotation, or close it if they are attached to the preceding word."""

OPENING = frozenset("([{<\u00ab\u2039\u2014\u2013-/=\u201e\u201a")

LONGEST_CLITIC = 4
"""The length of the longest clitic ('all). It bounds the search, so that time is linear in the length of a word."""


def tokenize(text: str) -> list[str]:
    r"""Split a text into words as SST does.

    Double quotes become \`\` and '', an opening single quote \`, a dash --, and an ellipsis three dots. Clitics
    such as n't and 's are words. These are single words: 'em and '70s, abbreviations with their full stop, URLs, e-mail
    addresses, @names, #tags, emoji and repeated punctuation. The full stop of each sentence is a word. Brackets are not
    escaped as -LRB-. The rules are the tables in `rules.json`.

    Args:
        text: one sentence or several.

    Returns:
        The words of all sentences, concatenated.

    Raises:
        InputError: if the text has no word.

    >>> tokenize("It's \"the '70s\" (more or less), isn't it? Dull.")
    ['It', "'s", '``', 'the', "'70s", "''", '(', 'more', 'or', 'less', ')', ',', 'is', "n't", 'it', '?', 'Dull', '.']
    """
    if words := [token.form for token in tokens_of(clean(text))]:
        return words
    raise InputError("this text has no word; it must have at least one")


def tokenize_sentences(text: str) -> Iterator[tuple[str, list[str]]]:
    """Yield the sentences of a text (`split_sentences`) with their words (`tokenize`); none without a word.

    A text of one sentence is scanned once.

    >>> list(tokenize_sentences("Dull. It isn't."))
    [('Dull.', ['Dull', '.']), ("It isn't.", ['It', 'is', "n't", '.'])]
    """
    cleaned = clean(text)
    for tokens in group(cleaned, scan(cleaned)):
        sentence = cleaned[tokens[0].start : tokens[-1].end]
        pieces = _written(cleaned, tokens) if sentence == cleaned else tokens_of(clean(sentence))
        if words := [token.form for token in pieces]:
            yield sentence, words


def tokens_of(text: str) -> Iterator[Token]:
    """The tokens of a cleaned text in the form of `tokenize`, with their offsets."""
    for sentence in group(text, scan(text)):
        yield from _written(text, sentence)


def _written(text: str, sentence: Sequence[Token]) -> Iterator[Token]:
    """The tokens of one sentence in the form of SST."""
    quoted = False
    opened = -1  # the end of the last opening quotation mark
    last, span = _last_word(sentence), (sentence[0].start, sentence[-1].end)
    for number, token in enumerate(sentence):
        if token.kind in WITH_CLITICS:
            yield from _without_clitics(token)
        elif token.kind == "negation":
            # n' t, 'nt, n''t, nt: the clitic n't with a misplaced, foreign or missing apostrophe
            yield token._replace(form=f"{'N' if token.form[-1] == 'T' else 'n'}'{token.form[-1]}")
        elif token.kind in ("quote", "apostrophe"):
            is_double = token.kind == "quote"
            in_quotes = quoted if is_double else token.form != "`"
            in_quotes |= number > last >= 0 and text[token.start - 1] == " "  # ends a quotation of several sentences
            opens = _opens(text, span, token, quoted=in_quotes, nested=opened == token.start)
            quoted = opens if is_double else quoted
            opened = token.end if opens else opened
            yield token._replace(form=("`" if opens else "'") * (2 if is_double else 1))
        else:
            yield token._replace(form=WRITTEN[token.kind]) if token.kind in WRITTEN else token
        if number == last and token.kind == ABBREVIATION:
            yield Token("stop", ".", token.end, token.end)


def _last_word(sentence: Sequence[Token]) -> int:
    """The index of the last token that is no closing quote or bracket, -1 if there is none."""
    closing = (token.kind in ("quote", "apostrophe") or token.form in ")]}" for token in reversed(sentence))
    return len(sentence) - 1 - next((index for index, closes in enumerate(closing) if not closes), len(sentence))


def _without_clitics(token: Token) -> list[Token]:
    """Split clitics off the end of a word: shouldn't've into should, n't and 've; dont and do'nt into do and n't."""
    if not _may_have_clitic(token.form):
        return [token]
    rules, parts, end = load_rules(), [], len(token.form)
    if token.form.lower().replace("'nt", "nt") in rules.without_apostrophe:
        end -= 3 if token.form[-3] == "'" else 2
        parts.append(Token("clitic", "'".join(token.form[-2:]), token.start + end, token.end))
    while rules.any_clitic.search(token.form, start := max(0, end - LONGEST_CLITIC), end):
        match = next(match for c in rules.clitics if (match := c.search(token.form, start, end)))
        parts.append(Token("clitic", match[0], token.start + match.start(), token.start + match.end()))
        end = match.start()
    return [Token(token.kind, token.form[:end], token.start, token.start + end), *reversed(parts)]


def _may_have_clitic(form: str) -> bool:
    """False if a word has no clitic: all other ones have an apostrophe or are in a list."""
    return "'" in form or (lower := form.lower()) == "cannot" or lower in load_rules().without_apostrophe


def _opens(text: str, span: tuple[int, int], token: Token, *, quoted: bool, nested: bool) -> bool:
    """True if a quotation mark opens a quotation: by the adjacent characters, its form, and whether none is open.

    Args:
        text: the cleaned text.
        span: the offsets of the sentence.
        token: the quotation mark.
        quoted: whether a quotation is open.
        nested: whether the mark directly follows an opening one.
    """
    before = text[max(span[0], token.start - 1) : token.start]
    after = text[token.end : min(token.end + 1, span[1])]
    closed = before in GUILLEMETS and bool(text[max(span[0], token.start - 2) : token.start - 1].strip())
    free, bound = not before.strip() or (before in OPENING and not closed), bool(after.strip())
    if token.form in "\u201e\u201a":
        return True
    if token.form in ("\u201c", "\u2018") and (before in ",;:" or not bound):
        return bound or free
    if free and not bound:
        return token.form not in ("\u201d", "''", "'") and not quoted
    return bound and (free or nested)
