"""Word-synchronous beam search (Stern, Fried and Klein, EMNLP 2017): probabilities of sentences and their prefixes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch

from treenn.lm.grammar.derivation import END, OPEN, REDUCE, SHIFT, IntArray
from treenn.lm.grammar.grammar import Grammar
from treenn.lm.grammar.hypotheses import Hypotheses
from treenn.runtime.progress import Progress, ignore
from treenn.trees.arguments import Count, checked

FloatArray = np.ndarray[tuple[int], np.dtype[np.float64]]


class _Beam(NamedTuple):
    """Hypotheses of several sentences.

    Shape: `n` hypotheses.

    Args:
        sentence: `(n,)` ascending.
        tops: `(n,)` the tops of their stacks.
        log_p: `(n,)` their log-probabilities.
    """

    sentence: IntArray
    tops: IntArray
    log_p: FloatArray

    def take(self, rows: IntArray) -> _Beam:
        """Select hypotheses."""
        return _Beam(self.sentence[rows], self.tops[rows], self.log_p[rows])

    @classmethod
    def joined(cls, beams: Sequence[_Beam]) -> _Beam:
        """Concatenate beams."""
        sentence, tops, log_p = zip(*beams, strict=True)
        return cls(np.concatenate(sentence), np.concatenate(tops), np.concatenate(log_p))

    def best(self, count: int) -> _Beam:
        """The `count` most probable hypotheses of each sentence."""
        return self.take(best_rows(self.sentence, self.log_p, count))

    def total(self, sentences: int) -> FloatArray:
        """The log of the sum of the probabilities of each sentence's hypotheses; -∞ without any."""
        totals = np.full(sentences, -np.inf)
        np.logaddexp.at(totals, self.sentence, self.log_p)
        return totals


def best_rows(sentence: IntArray, log_p: FloatArray, count: int) -> IntArray:
    """The rows of the `count` most probable items of each sentence, ordered by sentence."""
    order = np.lexsort((-log_p, sentence))
    ordered = sentence[order]
    rank = np.arange(len(order)) - np.searchsorted(ordered, ordered)
    rows: IntArray = order[(rank < count) & np.isfinite(log_p[order])]
    return rows


@torch.inference_mode()
@checked
def beam_search(
    grammar: Grammar,
    sentences: Sequence[Sequence[str]],
    beam: Count = 100,
    word_beam: Count = 10,
    *,
    batch_size: Count = 16,
    progress: Progress = ignore,
) -> list[FloatArray]:
    """Approximate the log-probabilities of the prefixes of sentences by sums over the most probable partial trees.

    Between two words, the hypotheses choose actions in parallel; those that generate the next word wait until there
    are `word_beam` of them. Every sum is over a part of all trees, so that it is a lower bound.

    Args:
        grammar: the grammar.
        sentences: the words of each.
        beam: the number of hypotheses between two words (default: 100).
        word_beam: the number of hypotheses after a word (default: 10).
        batch_size: the number of sentences that are searched at once (default: 16).
        progress: called after every batch (default: no report).

    Returns:
        For each sentence of `n` words, the log-probabilities of its first 1 to `n` words, and of the whole sentence
        with its end, which is the estimate of the sentence's log-probability. Shape: `(n + 1,)` each.
    """
    found, order = dict[int, FloatArray](), sorted(range(len(sentences)), key=lambda index: len(sentences[index]))
    for start in range(0, len(order), batch_size):
        some = order[start : start + batch_size]
        prefixes = _Search(grammar, [sentences[index] for index in some], beam, word_beam).run()
        found |= dict(zip(some, prefixes, strict=True))
        progress(min(start + batch_size, len(order)), len(order), "beam search")
    return [found[index] for index in range(len(sentences))]


class _Search:
    """The search of several sentences at once."""

    def __init__(self, grammar: Grammar, sentences: Sequence[Sequence[str]], beam: int, word_beam: int) -> None:
        self.grammar, self.beam, self.word_beam = grammar, beam, word_beam
        self.words = [grammar.vocabulary.encode(words).numpy() for words in sentences]
        self.lengths = np.array([len(words) for words in sentences])
        self.stacks, self.count = Hypotheses(grammar), len(sentences)

    def run(self) -> list[FloatArray]:
        """The log-probabilities of all prefixes."""
        everyone = np.arange(self.count)
        current = _Beam(everyone, self.stacks.start(self.count), np.zeros(self.count))
        prefixes = [np.full(length + 1, -np.inf) for length in self.lengths]
        for position in range(int(self.lengths.max()) + 1):
            current = self._advance(current, position)
            totals = current.total(self.count)
            for index in np.flatnonzero(self.lengths >= position):
                prefixes[index][position] = totals[index]
            current = current.take(np.flatnonzero(self.lengths[current.sentence] > position))
        return prefixes

    def _advance(self, current: _Beam, position: int) -> _Beam:
        """Continue hypotheses until the next word, or until the end after the last word."""
        done = [current.take(np.zeros(0, dtype=np.int64))]
        waiting = np.zeros(self.count, dtype=np.int64)
        while len(current.sentence):
            successors, is_done = self._successors(current, position)
            done.append(successors.take(np.flatnonzero(is_done)))
            waiting += np.bincount(done[-1].sentence, minlength=self.count)
            current = successors.take(np.flatnonzero(~is_done))
            current = current.take(np.flatnonzero(waiting[current.sentence] < self.word_beam))
        return _Beam.joined(done).best(self.word_beam)

    def _successors(self, current: _Beam, position: int) -> tuple[_Beam, np.ndarray[tuple[int], np.dtype[np.bool_]]]:
        """The best actions of all hypotheses, and whether they reached the next word or the end."""
        log_p = self.stacks.actions(current.tops).double().cpu().numpy() + current.log_p[:, None]  # (n, actions)
        is_last = self.lengths[current.sentence] == position
        log_p[is_last, SHIFT] = -np.inf
        log_p[~is_last, END] = -np.inf
        log_p[is_last, OPEN:] = -np.inf  # no word would follow
        reading = np.flatnonzero(np.isfinite(log_p[:, SHIFT]))
        if len(reading):
            words = torch.tensor([self.words[index][position] for index in current.sentence[reading]])
            states = self.stacks.states(current.tops[reading])
            log_p[reading, SHIFT] += self.grammar.word_log_probability(states, words).double().cpu().numpy()
        n_actions = log_p.shape[1]
        best = best_rows(np.repeat(current.sentence, n_actions), log_p.ravel(), self.beam)
        return self._apply(current, best // n_actions, best % n_actions, log_p.ravel()[best], position)

    def _apply(
        self, current: _Beam, rows: IntArray, actions: IntArray, log_p: FloatArray, position: int
    ) -> tuple[_Beam, np.ndarray[tuple[int], np.dtype[np.bool_]]]:
        sentence, tops = current.sentence[rows], current.tops[rows].copy()
        shifts, reduces, opens = np.flatnonzero(actions == SHIFT), actions == REDUCE, actions >= OPEN
        if len(shifts):
            words = torch.tensor([self.words[index][position] for index in sentence[shifts]])
            tops[shifts] = self.stacks.shift(tops[shifts], words)
        if reduces.any():
            tops[reduces] = self.stacks.reduce(tops[reduces])
        if opens.any():
            tops[opens] = self.stacks.open(tops[opens], actions[opens] - OPEN)
        is_done = (actions == SHIFT) | (actions == END) | self.stacks.is_over(tops)
        # A tree that is complete before the last word has no successor.
        is_possible = ~(self.stacks.is_over(tops) & (self.lengths[sentence] > position))
        beam = _Beam(sentence, tops, log_p).take(np.flatnonzero(is_possible))
        return beam, is_done[is_possible]
