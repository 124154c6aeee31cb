"""A grammar as arrays: what the chart search needs, read off any `nltk.PCFG` in binary form.

Legend of shapes: V symbols, L and R of them that stand on the left and on the right of another, P pairs of these, K
binary rules, U chains of unary rules.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import inf, log
from typing import NamedTuple, TypeAlias

import numpy as np
from nltk.grammar import PCFG, Nonterminal
from numpy.typing import NDArray

from treenn.trees import InputError

Ints: TypeAlias = NDArray[np.intp]
Floats: TypeAlias = NDArray[np.float32]


class Joins(NamedTuple):
    """The binary rules.

    Args:
        lefts, rights: the symbols that stand on the left, L, and on the right, R.
        pair_left, pair_right: what stands together, P pairs: their places in `lefts` and in `rights`.
        parent, pair, score: the K rules, sorted by parent: what is made of which pair, and its probability.
    """

    lefts: Ints
    rights: Ints
    pair_left: Ints
    pair_right: Ints
    parent: Ints
    pair: Ints
    score: Floats


class Chains(NamedTuple):
    """The ways from a symbol to another by unary rules, U of them, the best for each two; each symbol alone is one too.

    Args:
        symbols: from top to bottom; sorted.
        top, bottom, score: the first and the last symbol, and the probability of all the rules.
    """

    symbols: tuple[tuple[int, ...], ...]
    top: Ints
    bottom: Ints
    score: Floats


class Expansions(NamedTuple):
    """All that a symbol can become by a chain and a binary rule.

    Args:
        top: the symbol; the expansions are sorted by it.
        chain, rule, score: the number of each in `Chains` and `Joins`, and the probability of both.
    """

    top: Ints
    chain: Ints
    rule: Ints
    score: Floats


@dataclass(frozen=True, eq=False)
class Rules:
    """A binary grammar with unary chains. Probabilities are natural logarithms, in columns: `(rows, 1)`.

    Args:
        symbols: their names, V.
        start: the symbol of a whole sentence.
        joins: the binary rules.
        chains: the unary rules, closed.
        expansions: both in one, for the way back from the top of a chart.
        lexicon: for each word the symbols that it can be, and the probabilities.
    """

    symbols: tuple[str, ...]
    start: int
    joins: Joins
    chains: Chains
    expansions: Expansions
    lexicon: dict[str, tuple[Ints, Floats]]


def compiled(grammar: PCFG) -> Rules:
    """The arrays of a grammar.

    Unary rules are closed: of all chains between two symbols the most probable is kept, so that a chart applies one
    chain to each of its fields and never goes in circles.

    Raises:
        InputError: where a right-hand side is neither one word, nor one symbol, nor two symbols.
    """
    numbers = _numbered(grammar)
    binary: dict[tuple[int, int, int], float] = {}
    unary: dict[int, dict[int, float]] = defaultdict(dict)
    lexicon: dict[str, dict[int, float]] = defaultdict(dict)
    for production in grammar.productions():
        parent = numbers[production.lhs().symbol()]
        score = log(production.prob()) if production.prob() else -inf
        match production.rhs():
            case (Nonterminal() as left, Nonterminal() as right):
                binary[parent, numbers[left.symbol()], numbers[right.symbol()]] = score
            case (Nonterminal() as only,):
                unary[numbers[only.symbol()]][parent] = score
            case (str() as word,):
                lexicon[word][parent] = score
            case _:
                raise InputError(f"rule {production} is not binary: one word, one symbol or two symbols can follow")
    joins, chains = _joins(binary), _chains(len(numbers), unary)
    return Rules(
        symbols=tuple(numbers),
        start=numbers[grammar.start().symbol()],
        joins=joins,
        chains=chains,
        expansions=_expansions(joins, chains),
        lexicon={word: (np.array([*tags]), _column(tags.values())) for word, tags in lexicon.items()},
    )


def _numbered(grammar: PCFG) -> dict[str, int]:
    found: dict[str, int] = {}
    for production in grammar.productions():
        for symbol in (production.lhs(), *production.rhs()):
            if isinstance(symbol, Nonterminal):
                found.setdefault(symbol.symbol(), len(found))
    return found


def _joins(binary: dict[tuple[int, int, int], float]) -> Joins:
    by_parent = sorted(binary)
    pairs = sorted({rule[1:] for rule in by_parent})
    place = {pair: index for index, pair in enumerate(pairs)}
    lefts, pair_left = np.unique([left for left, _ in pairs], return_inverse=True)
    rights, pair_right = np.unique([right for _, right in pairs], return_inverse=True)
    return Joins(
        lefts=lefts.astype(np.intp),
        rights=rights.astype(np.intp),
        pair_left=pair_left,
        pair_right=pair_right,
        parent=np.array([parent for parent, *_ in by_parent], np.intp),
        pair=np.array([place[rule[1:]] for rule in by_parent], np.intp),
        score=_column(binary[rule] for rule in by_parent),
    )


def _chains(symbols: int, unary: Mapping[int, Mapping[int, float]]) -> Chains:
    found = sorted((chain, score) for bottom in range(symbols) for chain, score in _chains_up(bottom, unary))
    return Chains(
        symbols=tuple(chain for chain, _ in found),
        top=np.array([chain[0] for chain, _ in found], np.intp),
        bottom=np.array([chain[-1] for chain, _ in found], np.intp),
        score=_column(score for _, score in found),
    )


def _chains_up(bottom: int, unary: Mapping[int, Mapping[int, float]]) -> Iterator[tuple[tuple[int, ...], float]]:
    """The best chain from each symbol that can become `bottom`, with its score: Dijkstra's search."""
    todo: list[tuple[float, tuple[int, ...]]] = [(0.0, (bottom,))]
    done = set[int]()
    while todo:
        cost, chain = heapq.heappop(todo)
        if chain[0] not in done:
            done.add(chain[0])
            yield chain, -cost
            for parent, score in unary.get(chain[0], {}).items():
                if parent not in done and score > -inf:
                    heapq.heappush(todo, (cost - score, (parent, *chain)))


def _expansions(joins: Joins, chains: Chains) -> Expansions:
    first, end = (np.searchsorted(joins.parent, chains.bottom, side) for side in ("left", "right"))
    sizes = end - first
    chain = np.repeat(np.arange(len(sizes)), sizes)
    # Counts on from each chain's first rule.
    rule = np.arange(len(chain)) + np.repeat(end - np.cumsum(sizes), sizes)
    return Expansions(chains.top[chain], chain, rule, chains.score[chain] + joins.score[rule])


def _column(scores: Iterable[float]) -> Floats:
    return np.array([*scores], np.float32)[:, None]
