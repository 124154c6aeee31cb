"""Random sentences of the review grammar, as unlabelled trees."""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Iterator
from itertools import accumulate, pairwise
from random import Random
from typing import NamedTuple

from treebanks.reviews.grammar import FACTS, GRAMMAR
from treebanks.reviews.word_senses import PHRASES, WORDS
from treenn.trees import Tree

# Each of these symbols is drawn once per sentence, as a review compares one thing with one other.
_DRAWN_ONCE = ("THING", "OTHER")
_PRAISE, _BLAME = str.maketrans("±∓", "+-"), str.maketrans("±∓", "-+")


class Choice(NamedTuple):
    """The expansions of a symbol.

    Args:
        totals: the cumulative weights.
        ways: the tokens of each expansion, in reverse order.
    """

    totals: tuple[int, ...]
    ways: tuple[tuple[str, ...], ...]


def choices(domain: str, nesting: int) -> dict[str, Choice]:
    """The expansions of every symbol in one domain.

    Args:
        domain: one of `word_senses.DOMAINS`.
        nesting: the factor of the weights of recursive expansions.
    """
    ways_of: dict[str, list[tuple[int, tuple[str, ...]]]] = {}
    for name, weight, phrase in expansions():
        *domains, symbol = name.split()
        if not domains or domain in domains:
            times = int(weight.rstrip("*")) * (nesting if weight.endswith("*") else 1)
            # Opening brackets are redundant: a closing one joins the two nodes before it.
            tokens = re.findall(r"\)|[^() ]+", phrase)
            ways_of.setdefault(symbol, []).append((times, tuple(reversed(tokens))))
    return {
        symbol: Choice(tuple(accumulate(times for times, _ in ways)), tuple(way for _, way in ways))
        for symbol, ways in ways_of.items()
    }


def draw(choices: dict[str, Choice], random: Random, *, start: str = "REVIEW", longest: int = 35) -> Tree | None:
    """Draw a random unlabelled tree.

    Args:
        choices: the expansions of every symbol.
        random: the random number generator.
        start: the start symbol (default: `"REVIEW"`).
        longest: the maximum number of words (default: 35).

    Returns:
        The tree, or None if it has more words than `longest`.
    """
    tokens = _expand(choices, random, start, longest)
    words = [token for token in tokens if token != ")"]
    if len(words) > longest:
        return None
    merges: list[tuple[int, int]] = []
    parts: list[int] = []
    leaves = iter(range(len(words)))
    for token in tokens:
        if token == ")":
            right, left = parts.pop(), parts.pop()
            merges.append((left, right))
            parts.append(len(words) + len(merges) - 1)
        else:
            parts.append(next(leaves))
    return Tree(_spelled(words), tuple(merges))


def _expand(choices: dict[str, Choice], random: Random, start: str, longest: int) -> list[str]:
    """The words and closing brackets of a random expansion of `start`, truncated at `2 * longest` tokens."""
    tokens: list[str] = []
    once: dict[str, tuple[str, ...]] = {}
    todo = [start]
    while todo and len(tokens) < 2 * longest:
        token = todo.pop()
        if token not in choices:
            tokens.append(token)
            continue
        totals, ways = choices[token]
        way = once.get(token) or ways[bisect(totals, random.random() * totals[-1])]
        if token in _DRAWN_ONCE:
            once[token] = way
        todo += way
    return tokens


def expansions() -> Iterator[tuple[str, str, str]]:
    """The expansions of grammar and lexicon as (symbol, weight, phrase), with `±` and `∓` replaced by signs."""
    for name, phrases in re.findall(r"^(\S.*?):((?: .*|\n .*)+)", GRAMMAR + FACTS, re.MULTILINE):
        for expansion in re.split(r" \| |\n", phrases.strip()):
            weight, phrase = expansion.split(maxsplit=1)
            for signs in (_PRAISE, _BLAME) if "±" in name else ({},):
                yield name.translate(signs), weight, phrase.translate(signs)
    for name, _, words in WORDS:
        yield from ((name, "1", word) for word in words.split())
    for name, _, phrases in PHRASES:
        yield from ((name, "1", phrase) for phrase in phrases.split(" | "))


def _spelled(words: list[str]) -> tuple[str, ...]:
    """Spell words with `an` for `a` before a vowel, and an initial capital."""
    spelled = ["an" if word == "a" and after[0] in "aeiou" else word for word, after in pairwise([*words, "."])]
    spelled[0] = spelled[0][0].upper() + spelled[0][1:]
    return tuple(spelled)
