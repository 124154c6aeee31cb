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


class Groups(NamedTuple):
    """The rows of a table, sorted by the symbol that owns them: each owner, its first row and its number of rows."""

    owners: Ints
    starts: Ints
    sizes: Ints

    def best(self, scores: Floats) -> Floats:
        """The best score of each owner: `(owners, columns)` of `(rows, columns)`."""
        best: Floats = np.maximum.reduceat(scores, self.starts, axis=0)
        return best


class Joins(NamedTuple):
    """The binary rules.

    Args:
        lefts, rights: the symbols that stand on the left, L, and on the right, R.
        pair_left, pair_right: what stands together, P pairs: their places in `lefts` and in `rights`.
        pair, score: the K rules, by parent: the pair of each, and its probability.
        parents: the rules of each parent.
    """

    lefts: Ints
    rights: Ints
    pair_left: Ints
    pair_right: Ints
    pair: Ints
    score: Floats
    parents: Groups


class Chains(NamedTuple):
    """The ways from a symbol to another by unary rules, U of them, the best for each two; each symbol alone is one too.

    Args:
        symbols: from top to bottom.
        bottom, score: the last symbol, and the probability of all the rules.
        tops: the chains by their first symbol, which is any of the grammar's.
    """

    symbols: tuple[tuple[int, ...], ...]
    bottom: Ints
    score: Floats
    tops: Groups


class Expansions(NamedTuple):
    """All that a symbol can become by a chain and a binary rule, by symbol: the chain, the rule, and the score of both.

    Args:
        chain, rule, score: the number of each in `Chains` and `Joins`; their probability.
        starts: where the expansions of each symbol begin, and at last where all of them end.
    """

    chain: Ints
    rule: Ints
    score: Floats
    starts: Ints


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
        pair=np.array([place[rule[1:]] for rule in by_parent], np.intp),
        score=_column(binary[rule] for rule in by_parent),
        parents=_groups([parent for parent, *_ in by_parent]),
    )


def _chains(symbols: int, unary: Mapping[int, Mapping[int, float]]) -> Chains:
    found = sorted((chain, score) for bottom in range(symbols) for chain, score in _chains_up(bottom, unary))
    return Chains(
        symbols=tuple(chain for chain, _ in found),
        bottom=np.array([chain[-1] for chain, _ in found], np.intp),
        score=_column(score for _, score in found),
        tops=_groups([chain[0] for chain, _ in found]),
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
    symbols = len(chains.tops.owners)
    first, size = np.zeros((2, symbols), np.intp)
    first[joins.parents.owners], size[joins.parents.owners] = joins.parents.starts, joins.parents.sizes
    sizes = size[chains.bottom]
    ends = np.cumsum(sizes)
    chain = np.repeat(np.arange(len(sizes)), sizes)
    rule = np.arange(len(chain)) - np.repeat(ends - sizes, sizes) + np.repeat(first[chains.bottom], sizes)
    starts = np.concatenate([(ends - sizes)[chains.tops.starts], ends[-1:]])
    return Expansions(chain, rule, chains.score[chain] + joins.score[rule], starts)


def _column(scores: Iterable[float]) -> Floats:
    return np.array([*scores], np.float32)[:, None]


def _groups(owners: list[int]) -> Groups:
    """The groups of rows that are sorted by owner."""
    found, starts, sizes = np.unique(owners, return_index=True, return_counts=True)
    return Groups(found.astype(np.intp), starts, sizes)
