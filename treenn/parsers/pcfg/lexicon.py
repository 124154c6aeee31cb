"""The words of a grammar: how often each tag has each, and what stands for those that were never seen."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Mapping
from typing import NamedTuple, TypeAlias

from treenn.parsers.pcfg.pcfg_settings import Settings
from treenn.parsers.pcfg.signatures import UNKNOWN, signatures
from treenn.trees import NaryTree, Tree

Counts: TypeAlias = dict[tuple[str, str], float]
"""How often a tag has a word, or a signature."""

_LEAST = 0.01
"""The smallest share that a tag has in a signature's words for which other words of that signature may have it too."""


class _Token(NamedTuple):
    tag: str
    word: str
    first: bool


def terminal(word: str, *, first: bool, known: Container[str]) -> str:
    """What stands for a word in a grammar: itself, at the start of a sentence in small letters, or a signature.

    Args:
        word: the word.
        first: whether it opens the sentence.
        known: the words and signatures that there are; `UNKNOWN` is one of them.
    """
    if word in known:
        return word
    if first and word.lower() in known:
        return word.lower()
    return _signature(word, first, known)


def lexicon(trees: Iterable[NaryTree | Tree], settings: Settings) -> Counts:
    """How often each tag has each word, and each signature that unknown words can take.

    Rare words count twice, as themselves and as words that were never seen before; so do the tags' shares of unknown
    words come about (Witten & Bell 1991). Each word counts `retag` times more, with the tags of its signature.
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
    for tag, _ in counts:  # Any tag can have an unknown word: all of them together as often as one more word.
        unknown[tag, UNKNOWN] += 1 / len(counts)
    for token, times in rare.items():
        unknown[token.tag, _signature(token.word, token.first, known)] += times
    for (tag, word), share in _retagged(seen, unknown).items():
        counts[tag, word] += settings.retag * share
    return counts | unknown


def _signature(word: str, first: bool, known: Container[str]) -> str:
    return next(signature for signature in signatures(word, first=first) if signature in known)


def _frequent_signatures(rare: Iterable[_Token], common: int) -> set[str]:
    """Those that are had by `common` rare words at least, and `UNKNOWN`."""
    alike = defaultdict[str, set[str]](set)
    for token in rare:
        for signature in signatures(token.word, first=token.first):
            alike[signature].add(token.word)
    return {signature for signature, words in alike.items() if len(words) >= common} | {UNKNOWN}


def _retagged(words: Iterable[str], unknown: Mapping[tuple[str, str], float]) -> Counts:
    """The shares of the tags that each word's signature has."""
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
