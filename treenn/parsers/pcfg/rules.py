"""A grammar as arrays, compiled from any `nltk.PCFG` in binary form for chart search.

Legend of shapes: V symbols, of which L occur as left and R as right children; P pairs of children; K binary rules; U
chains in the closure of the unary rules.
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


class BinaryRules(NamedTuple):
    """The binary rules.

    Args:
        lefts: the symbols that occur as left children. Shape: `(L,)`.
        rights: the symbols that occur as right children. Shape: `(R,)`.
        pair_left: the index into `lefts` of each pair of children. Shape: `(P,)`.
        pair_right: the index into `rights` of each pair of children. Shape: `(P,)`.
        parent: the left-hand side of each rule; rules are sorted by it. Shape: `(K,)`.
        pair: the index of each rule's pair of children. Shape: `(K,)`.
        score: the log probability of each rule. Shape: `(K, 1)`.
    """

    lefts: Ints
    rights: Ints
    pair_left: Ints
    pair_right: Ints
    parent: Ints
    pair: Ints
    score: Floats


class UnaryClosure(NamedTuple):
    """The reflexive and transitive closure of the unary rules: the best chain between any two symbols.

    Args:
        symbols: the symbols of each chain from top to bottom; sorted.
        top: the first symbol of each chain. Shape: `(U,)`.
        bottom: the last symbol of each chain. Shape: `(U,)`.
        score: the log probability of each chain. Shape: `(U, 1)`.
    """

    symbols: tuple[tuple[int, ...], ...]
    top: Ints
    bottom: Ints
    score: Floats


class Expansions(NamedTuple):
    """All combinations of a unary chain and a binary rule.

    Args:
        top: the symbol at the top; expansions are sorted by it.
        chain: the index in `UnaryClosure`.
        rule: the index in `BinaryRules`.
        score: the log probability of both.
    """

    top: Ints
    chain: Ints
    rule: Ints
    score: Floats


@dataclass(frozen=True, eq=False)
class Rules:
    """A binary grammar with unary chains; scores are natural logarithms in columns, `(rows, 1)`.

    Args:
        symbols: the names of the V symbols.
        start: the start symbol.
        binary: the binary rules.
        unary: the closure of the unary rules.
        expansions: combinations of both, for the backtrace.
        lexicon: the possible symbols of each word, with log probabilities.
    """

    symbols: tuple[str, ...]
    start: int
    binary: BinaryRules
    unary: UnaryClosure
    expansions: Expansions
    lexicon: dict[str, tuple[Ints, Floats]]


def compiled(grammar: PCFG) -> Rules:
    """Compile a grammar to arrays.

    The unary rules are replaced by their closure, with only the most probable chain between two symbols. A chart cell
    therefore needs one step, and cycles are impossible.

    Raises:
        InputError: if a right-hand side is neither one word, nor one symbol, nor two symbols.
    """
    numbers = _numbered(grammar)
    pairs: dict[tuple[int, int, int], float] = {}
    parents: dict[int, dict[int, float]] = defaultdict(dict)
    lexicon: dict[str, dict[int, float]] = defaultdict(dict)
    for production in grammar.productions():
        parent = numbers[production.lhs().symbol()]
        score = log(production.prob()) if production.prob() else -inf
        match production.rhs():
            case (Nonterminal() as left, Nonterminal() as right):
                pairs[parent, numbers[left.symbol()], numbers[right.symbol()]] = score
            case (Nonterminal() as only,):
                parents[numbers[only.symbol()]][parent] = score
            case (str() as word,):
                lexicon[word][parent] = score
            case _:
                raise InputError(
                    f"rule {production} is not binary; the right-hand side must be one word, one symbol or two symbols"
                )
    binary, unary = _binary_rules(pairs), _unary_closure(len(numbers), parents)
    words = {word: (np.array([*tags]), _column(tags.values())) for word, tags in lexicon.items()}
    start, expansions = numbers[grammar.start().symbol()], _expansions(binary, unary)
    return Rules(tuple(numbers), start, binary, unary, expansions, words)


def _numbered(grammar: PCFG) -> dict[str, int]:
    numbers: dict[str, int] = {}
    for production in grammar.productions():
        for symbol in (production.lhs(), *production.rhs()):
            if isinstance(symbol, Nonterminal):
                numbers.setdefault(symbol.symbol(), len(numbers))
    return numbers


def _binary_rules(binary: dict[tuple[int, int, int], float]) -> BinaryRules:
    by_parent = sorted(binary)
    pairs = sorted({rule[1:] for rule in by_parent})
    indices = {pair: index for index, pair in enumerate(pairs)}
    lefts, pair_left = np.unique([left for left, _ in pairs], return_inverse=True)
    rights, pair_right = np.unique([right for _, right in pairs], return_inverse=True)
    parent = np.array([parent for parent, *_ in by_parent], np.intp)
    pair = np.array([indices[rule[1:]] for rule in by_parent], np.intp)
    children = lefts.astype(np.intp), rights.astype(np.intp), pair_left, pair_right
    return BinaryRules(*children, parent, pair, _column(binary[rule] for rule in by_parent))


def _unary_closure(symbols: int, unary: Mapping[int, Mapping[int, float]]) -> UnaryClosure:
    best = sorted((chain, score) for bottom in range(symbols) for chain, score in _closure_up(bottom, unary))
    chains = tuple(chain for chain, _ in best)
    top, bottom = (np.array([chain[end] for chain in chains], np.intp) for end in (0, -1))
    return UnaryClosure(chains, top, bottom, _column(score for _, score in best))


def _closure_up(bottom: int, unary: Mapping[int, Mapping[int, float]]) -> Iterator[tuple[tuple[int, ...], float]]:
    """Yield the best chain from each symbol that derives `bottom`, with its score (Dijkstra's algorithm)."""
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


def _expansions(binary: BinaryRules, unary: UnaryClosure) -> Expansions:
    first, end = (np.searchsorted(binary.parent, unary.bottom, side) for side in ("left", "right"))
    sizes = end - first
    chain = np.repeat(np.arange(len(sizes)), sizes)
    # the rules of each chain are consecutive
    rule = np.arange(len(chain)) + np.repeat(end - np.cumsum(sizes), sizes)
    return Expansions(unary.top[chain], chain, rule, unary.score[chain] + binary.score[rule])


def _column(scores: Iterable[float]) -> Floats:
    return np.array([*scores], np.float32)[:, None]
