"""The most probable tree by a probabilistic grammar: the CKY search over many sentences of one length at once.

Widths are taken one after the other; at each, all spans of all sentences are found together, one split after the other.
The sentences' columns lie side by side, so that each step is a few NumPy operations over long rows, and it is taken for
symbols alone that some span has.

Legend of shapes: B sentences of N words; M spans of a width in each; V, L, R, P, K, U as in `rules`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from treenn.parsers.pcfg.rules import Floats, Ints, Rules
from treenn.trees import Tree
from treenn.trees.expand import Opened, expand

_BLOCK = 1 << 17
"""Numbers that a step works on, few enough for the processor's cache."""


class Parse(NamedTuple):
    """A tree and the natural logarithm of its probability.

    Args:
        tree: labelled with the grammar's symbols, where a unary chain is one label, joined with `+`.
        log_probability: of all the rules in it.
    """

    tree: Tree
    log_probability: float


class _Field(NamedTuple):
    """A symbol over the words `start` to `start + width` of a sentence."""

    symbol: int
    start: int
    width: int


def search(rules: Rules, sentences: Sequence[Sequence[str]]) -> list[Parse | None]:
    """The most probable tree of each sentence, `None` where the grammar makes none.

    Args:
        rules: the grammar.
        sentences: all of one length; words that the lexicon does not have make a sentence unparsable.
    """
    chart = _Chart(rules, sentences)
    return [chart.parse(number) for number in range(len(sentences))]


class _Chart:
    """The best score of each symbol over each span.

    By width, from 1: `left` has the scores of the symbols that stand on the left, `(L, M, B)`, `right` those of the
    others, `(R, M, B)`, and `found` says which symbols any span has, `(V,)`. `words` are the words' scores before any
    chain, `(V, N, B)`.
    """

    def __init__(self, rules: Rules, sentences: Sequence[Sequence[str]]) -> None:
        self.rules, self.sentences = rules, sentences
        self.n = len(sentences[0])
        self.left, self.right = [np.empty(0, np.float32)], [np.empty(0, np.float32)]
        self.found = [np.empty(0, np.bool_)]
        self.words = self._words()
        self._store(self.words)
        for width in range(2, self.n + 1):
            self._store(self._joined(width))

    def _words(self) -> Floats:
        scores = np.full((len(self.rules.symbols), self.n, len(self.sentences)), -np.inf, np.float32)
        for number, sentence in enumerate(self.sentences):
            for place, word in enumerate(sentence):
                if word in self.rules.lexicon:
                    tags, tag_scores = self.rules.lexicon[word]
                    scores[tags, place, number] = tag_scores[:, 0]
        return scores

    def _store(self, scores: Floats) -> None:
        """Apply chains to the scores of a width, `(V, M, B)`, and keep what later widths ask for."""
        chains, flat = self.rules.chains, scores.reshape(len(scores), -1)
        live = np.flatnonzero((flat.max(axis=1) > -np.inf)[chains.bottom])
        closed = _best(chains.top[live], flat[chains.bottom[live]] + chains.score[live], len(flat))
        closed = closed.reshape(scores.shape)
        self.left.append(closed[self.rules.joins.lefts])
        self.right.append(closed[self.rules.joins.rights])
        self.found.append(closed.max(axis=(1, 2)) > -np.inf)
        self.roots = closed[self.rules.start, 0]

    def _joined(self, width: int) -> Floats:
        """The scores of all spans of a width, before any chain, `(V, M, B)`."""
        joins, spans = self.rules.joins, self.n - width + 1
        columns = spans * len(self.sentences)
        pairs = np.full((len(joins.pair_left), columns), -np.inf, np.float32)
        block = max(1, _BLOCK // columns)
        for split in range(1, width):
            left = self.left[split][:, :spans].reshape(-1, columns)
            right = self.right[width - split][:, split : split + spans].reshape(-1, columns)
            has_left, has_right = self.found[split][joins.lefts], self.found[width - split][joins.rights]
            live = np.flatnonzero(has_left[joins.pair_left] & has_right[joins.pair_right])
            for start in range(0, len(live), block):
                some = live[start : start + block]
                pairs[some] = np.maximum(pairs[some], left[joins.pair_left[some]] + right[joins.pair_right[some]])
        live = np.flatnonzero((pairs.max(axis=1, initial=-np.inf) > -np.inf)[joins.pair])
        scores = _best(joins.parent[live], pairs[joins.pair[live]] + joins.score[live], len(self.rules.symbols))
        return scores.reshape(len(scores), spans, -1)

    def parse(self, number: int) -> Parse | None:
        """The best tree of a sentence, found from the top down: which rule and split gave each field its score."""
        if self.roots[number] == -np.inf:
            return None
        rules, total = self.rules, 0.0

        def opened(field: _Field) -> Opened[_Field]:
            nonlocal total
            chain, score, below = (self._word if field.width == 1 else self._join)(field, number)
            total += score
            return "+".join(rules.symbols[symbol] for symbol in rules.chains.symbols[chain]), below

        tree = Tree(*expand(_Field(rules.start, 0, self.n), opened))
        return Parse(tree, total)

    def _word(self, field: _Field, number: int) -> tuple[int, float, str]:
        """The chain that ends in a word's symbol, and the word."""
        chains = self.rules.chains
        of_symbol = slice(*np.searchsorted(chains.top, [field.symbol, field.symbol + 1]))
        scores = chains.score[of_symbol, 0] + self.words[chains.bottom[of_symbol], field.start, number]
        best = int(scores.argmax())
        return of_symbol.start + best, float(scores[best]), self.sentences[number][field.start]

    def _join(self, field: _Field, number: int) -> tuple[int, float, tuple[_Field, _Field]]:
        """The chain, and the two fields that its end is made of."""
        joins, expansions = self.rules.joins, self.rules.expansions
        of_symbol = slice(*np.searchsorted(expansions.top, [field.symbol, field.symbol + 1]))
        pair = joins.pair[expansions.rule[of_symbol]]
        splits = range(1, field.width)
        left = np.array([self.left[split][:, field.start, number] for split in splits])
        right = np.array([self.right[field.width - split][:, field.start + split, number] for split in splits])
        own = expansions.score[of_symbol, 0]
        scores = left[:, joins.pair_left[pair]] + right[:, joins.pair_right[pair]] + own
        at, best = np.unravel_index(int(scores.argmax()), scores.shape)
        below = (
            _Field(int(joins.lefts[joins.pair_left[pair[best]]]), field.start, splits[at]),
            _Field(int(joins.rights[joins.pair_right[pair[best]]]), field.start + splits[at], field.width - splits[at]),
        )
        return int(expansions.chain[of_symbol][best]), float(own[best]), below


def _best(owners: Ints, scores: Floats, n_symbols: int) -> Floats:
    """The best score of each symbol, `(V, columns)`, of rows sorted by the symbol that owns them, `(rows, columns)`."""
    best = np.full((n_symbols, scores.shape[1]), -np.inf, np.float32)
    starts = np.flatnonzero(np.diff(owners, prepend=-1))
    best[owners[starts]] = np.maximum.reduceat(scores, starts, axis=0)
    return best
