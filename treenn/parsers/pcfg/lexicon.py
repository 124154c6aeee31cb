"""The lexicon of a grammar: frequencies of words and of unknown-word signatures per tag."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Mapping
from typing import NamedTuple, TypeAlias

from treenn.parsers.pcfg.pcfg_settings import PCFGSettings
from treenn.trees import NaryTree, Tree

Counts: TypeAlias = dict[tuple[str, str], float]
"""The frequency of each pair of a tag and a word, or of a tag and a signature."""

UNKNOWN = "<unknown>"
"""The coarsest signature, which every word has."""

_ENDINGS = 3

_LEAST = 0.01
"""The minimum share of a tag among the words of a signature; rarer tags are not given to other words of it."""


class _Token(NamedTuple):
    tag: str
    word: str
    first: bool


def terminal(word: str, *, first: bool, known: Container[str]) -> str:
    """Return the terminal of a word: the word, its lower-case form at the start of a sentence, or a signature.

    Args:
        word: the word.
        first: whether it is the first of its sentence.
        known: the words and signatures of the grammar, including `UNKNOWN`.
    """
    if word in known:
        return word
    if first and word.lower() in known:
        return word.lower()
    return _signature(word, first, known)


def lexicon(trees: Iterable[NaryTree | Tree], settings: PCFGSettings) -> Counts:
    """Count words and unknown-word signatures per tag.

    Rare words are counted twice, as themselves and as unknown words, to estimate the probability of unknown words per
    tag (Witten and Bell 1991). Each word is counted `retag` times more with the tags of its signature.
    """
    tokens = Counter[_Token]()
    for tree in trees:
        pairs = zip(map(str, tree.labels), tree.words, strict=False)
        tokens.update(_Token(tag, word, place == 0) for place, (tag, word) in enumerate(pairs))
    seen, counts = Counter[str](), defaultdict[tuple[str, str], float](float)
    for token, times in tokens.items():
        seen[token.word] += times
        counts[token.tag, token.word] += times
    rare = {token: times for token, times in tokens.items() if seen[token.word] <= settings.rare}
    known = _frequent_signatures(rare, settings.common)
    unknown = defaultdict[tuple[str, str], float](float)
    for tag, _ in counts:  # One count of unknown words, spread evenly over all pairs.
        unknown[tag, UNKNOWN] += 1 / len(counts)
    for token, times in rare.items():
        unknown[token.tag, _signature(token.word, token.first, known)] += times
    for (tag, word), share in _retagged(seen, unknown).items():
        counts[tag, word] += settings.retag * share
    return counts | unknown


def _signature(word: str, first: bool, known: Container[str]) -> str:
    return next(signature for signature in signatures(word, first=first) if signature in known)


def _frequent_signatures(rare: Iterable[_Token], common: int) -> set[str]:
    """Return the signatures of at least `common` distinct rare words, and `UNKNOWN`."""
    alike = defaultdict[str, set[str]](set)
    for token in rare:
        for signature in signatures(token.word, first=token.first):
            alike[signature].add(token.word)
    return {signature for signature, words in alike.items() if len(words) >= common} | {UNKNOWN}


def _retagged(words: Iterable[str], unknown: Mapping[tuple[str, str], float]) -> Counts:
    """Return the distribution over tags of each word's signature."""
    tags = defaultdict[str, dict[str, float]](dict)
    for (tag, signature), times in unknown.items():
        tags[signature][tag] = times
    shares = {
        signature: {tag: times / sum(some.values()) for tag, times in some.items()} for signature, some in tags.items()
    }
    return {
        (tag, word): share
        for word in words
        for tag, share in shares[_signature(word, False, shares)].items()
        if share >= _LEAST
    }


def signatures(word: str, *, first: bool) -> list[str]:
    """Return the signatures of a word, finest first: capitals, digits and hyphens, and an ending of 3 to 0 letters.

    Signatures replace unknown words in Klein and Manning 2003, *Accurate Unlexicalized Parsing*, and in the Stanford
    and Berkeley parsers.

    Args:
        word: the word.
        first: whether it is the first of its sentence, where capitals carry little information.

    >>> signatures("Over-acted", first=False)
    ['<Xx- ted>', '<Xx- ed>', '<Xx- d>', '<Xx- >', '<unknown>']
    """
    shape = _shape(word, first)
    lower = word[-_ENDINGS - 1 :].lower()
    # Endings are shorter than the word and alphabetic.
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
