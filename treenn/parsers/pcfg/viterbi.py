"""Viterbi parsing: CKY search over many sentences of one length at once.

Widths are processed in ascending order, with one step per split for all spans of all sentences. The sentences are
adjacent columns, so that each step is a few NumPy operations over long rows. Symbols that no span has are skipped.

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
"""The number of values per step, which fit into the processor's cache."""


class Parse(NamedTuple):
    """A tree and its log probability.

    Args:
        tree: the tree, labelled with the grammar's symbols; the symbols of a unary chain are joined by `+`.
        log_probability: the sum of the log probabilities of its rules.
    """

    tree: Tree
    log_probability: float


class _Field(NamedTuple):
    """A chart cell: a symbol over a span."""

    symbol: int
    start: int
    width: int


def search(rules: Rules, sentences: Sequence[Sequence[str]]) -> list[Parse | None]:
    """Find the most probable tree of each sentence; None if the grammar derives none.

    Args:
        rules: the grammar.
        sentences: sentences of equal length; a sentence with a word that is not in the lexicon has no tree.
    """
    chart = _Chart(rules, sentences)
    return [chart.parse(index) for index in range(len(sentences))]


class _Chart:
    """The best score of each symbol over each span.

    Attributes:
        left: by width, from 1, the scores of symbols that occur as left children. Shape: `(L, M, B)`.
        right: by width, the scores of symbols that occur as right children. Shape: `(R, M, B)`.
        present: by width, whether any span has the symbol. Shape: `(V,)`.
        words: the lexical scores, before unary chains. Shape: `(V, N, B)`.
    """

    def __init__(self, rules: Rules, sentences: Sequence[Sequence[str]]) -> None:
        self.rules, self.sentences = rules, sentences
        self.n = len(sentences[0])
        self.left, self.right = [np.empty(0, np.float32)], [np.empty(0, np.float32)]
        self.present = [np.empty(0, np.bool_)]
        self.words = self._words()
        self._store(self.words)
        for width in range(2, self.n + 1):
            self._store(self._joined(width))

    def _words(self) -> Floats:
        scores = np.full((len(self.rules.symbols), self.n, len(self.sentences)), -np.inf, np.float32)
        for column, sentence in enumerate(self.sentences):
            for position, word in enumerate(sentence):
                if word in self.rules.lexicon:
                    tags, tag_scores = self.rules.lexicon[word]
                    scores[tags, position, column] = tag_scores[:, 0]
        return scores

    def _store(self, scores: Floats) -> None:
        """Apply unary chains to the scores of a width, `(V, M, B)`, and store them."""
        unary, flat = self.rules.unary, scores.reshape(len(scores), -1)
        live = np.flatnonzero((flat.max(axis=1) > -np.inf)[unary.bottom])
        closed = _best(unary.top[live], flat[unary.bottom[live]] + unary.score[live], len(flat))
        closed = closed.reshape(scores.shape)
        self.left.append(closed[self.rules.binary.lefts])
        self.right.append(closed[self.rules.binary.rights])
        self.present.append(closed.max(axis=(1, 2)) > -np.inf)
        self.roots = closed[self.rules.start, 0]

    def _joined(self, width: int) -> Floats:
        """Compute the scores of all spans of a width by binary rules, before unary chains, `(V, M, B)`."""
        binary, spans = self.rules.binary, self.n - width + 1
        columns = spans * len(self.sentences)
        pairs = np.full((len(binary.pair_left), columns), -np.inf, np.float32)
        block = max(1, _BLOCK // columns)
        for split in range(1, width):
            left = self.left[split][:, :spans].reshape(-1, columns)
            right = self.right[width - split][:, split : split + spans].reshape(-1, columns)
            has_left, has_right = self.present[split][binary.lefts], self.present[width - split][binary.rights]
            live = np.flatnonzero(has_left[binary.pair_left] & has_right[binary.pair_right])
            for start in range(0, len(live), block):
                chunk = live[start : start + block]
                pairs[chunk] = np.maximum(pairs[chunk], left[binary.pair_left[chunk]] + right[binary.pair_right[chunk]])
        live = np.flatnonzero((pairs.max(axis=1, initial=-np.inf) > -np.inf)[binary.pair])
        scores = _best(binary.parent[live], pairs[binary.pair[live]] + binary.score[live], len(self.rules.symbols))
        return scores.reshape(len(scores), spans, -1)

    def parse(self, number: int) -> Parse | None:
        """Return the best tree of a sentence, by backtrace from the root."""
        if self.roots[number] == -np.inf:
            return None
        rules, total = self.rules, 0.0

        def opened(field: _Field) -> Opened[_Field]:
            nonlocal total
            chain, score, below = (self._word if field.width == 1 else self._join)(field, number)
            total += score
            return "+".join(rules.symbols[symbol] for symbol in rules.unary.symbols[chain]), below

        tree = Tree(*expand(_Field(rules.start, 0, self.n), opened))
        return Parse(tree, total)

    def _word(self, field: _Field, number: int) -> tuple[int, float, str]:
        """Return the best chain above a word, its score, and the word."""
        unary = self.rules.unary
        of_symbol = slice(*np.searchsorted(unary.top, [field.symbol, field.symbol + 1]))
        scores = unary.score[of_symbol, 0] + self.words[unary.bottom[of_symbol], field.start, number]
        best = int(scores.argmax())
        return of_symbol.start + best, float(scores[best]), self.sentences[number][field.start]

    def _join(self, field: _Field, number: int) -> tuple[int, float, tuple[_Field, _Field]]:
        """Return the best chain and binary rule, their score, and the two children."""
        binary, expansions = self.rules.binary, self.rules.expansions
        of_symbol = slice(*np.searchsorted(expansions.top, [field.symbol, field.symbol + 1]))
        pair = binary.pair[expansions.rule[of_symbol]]
        splits = range(1, field.width)
        left = np.array([self.left[split][:, field.start, number] for split in splits])
        right = np.array([self.right[field.width - split][:, field.start + split, number] for split in splits])
        own = expansions.score[of_symbol, 0]
        scores = left[:, binary.pair_left[pair]] + right[:, binary.pair_right[pair]] + own
        at, best = np.unravel_index(int(scores.argmax()), scores.shape)
        left_symbol = binary.lefts[binary.pair_left[pair[best]]]
        right_symbol = binary.rights[binary.pair_right[pair[best]]]
        middle = field.start + splits[at]
        below = (
            _Field(int(left_symbol), field.start, splits[at]),
            _Field(int(right_symbol), middle, field.width - splits[at]),
        )
        return int(expansions.chain[of_symbol][best]), float(own[best]), below


def _best(owners: Ints, scores: Floats, n_symbols: int) -> Floats:
    """Compute the maximum per symbol, `(V, columns)`, over rows sorted by their symbols, `(rows, columns)`."""
    best = np.full((n_symbols, scores.shape[1]), -np.inf, np.float32)
    starts = np.flatnonzero(np.diff(owners, prepend=-1))
    best[owners[starts]] = np.maximum.reduceat(scores, starts, axis=0)
    return best
