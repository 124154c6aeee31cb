"""Word-synchronous beam search (Stern, Fried and Klein, EMNLP 2017): probabilities of sentences and their prefixes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from treenn.lm.grammar.derivation import END, OPEN, REDUCE, SHIFT
from treenn.lm.grammar.grammar import Grammar
from treenn.lm.grammar.hypotheses import Hypotheses
from treenn.runtime.arrays import IntArray
from treenn.runtime.progress import Progress, ignore
from treenn.sequences.best_rows import FloatArray, best_rows
from treenn.trees.arguments import Count, checked


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

    Between two words, hypotheses complete and open nodes; those that generate the next word do not compete with them
    (the fast track of Stern et al.). Every sum is over a part of all trees, so that it is a lower bound.

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
        """Continue hypotheses until the next word, or until the end after the last word.

        A hypothesis is given up when `word_beam` others that have the word are more probable, as it cannot gain.
        """
        done = current.take(np.zeros(0, dtype=np.int64))
        while len(current.sentence):
            log_p = self._scores(current, position)  # (n, actions)
            last = log_p[:, SHIFT : END + 1 : END - SHIFT].max(axis=1)  # only one of both is permitted
            done = _Beam.joined([done, self._read(current, last, position)]).best(self.word_beam)
            log_p[:, [SHIFT, END]] = -np.inf
            current = self._build(current, log_p)
            is_over = self.stacks.is_over(current.tops)
            complete = is_over & (self.lengths[current.sentence] == position)
            done = _Beam.joined([done, current.take(np.flatnonzero(complete))]).best(self.word_beam)
            current = current.take(np.flatnonzero(~is_over))
            current = current.take(np.flatnonzero(current.log_p > self._thresholds(done)[current.sentence]))
        return done

    def _thresholds(self, done: _Beam) -> FloatArray:
        """The log-probability of the last hypothesis of each full beam, -∞ for others."""
        lowest = np.full(self.count, np.inf)
        np.minimum.at(lowest, done.sentence, done.log_p)
        is_full = np.bincount(done.sentence, minlength=self.count) == self.word_beam
        thresholds: FloatArray = np.where(is_full, lowest, -np.inf)
        return thresholds

    def _scores(self, current: _Beam, position: int) -> npt.NDArray[np.float64]:
        """The log-probabilities after each action, with that of the next word. Shape: `(n, actions)`."""
        log_p = self.stacks.actions(current.tops).double().cpu().numpy() + current.log_p[:, None]
        is_last = self.lengths[current.sentence] == position
        log_p[is_last, SHIFT] = -np.inf
        log_p[~is_last, END] = -np.inf
        log_p[is_last, OPEN:] = -np.inf  # no word would follow
        reading = np.flatnonzero(np.isfinite(log_p[:, SHIFT]))
        if len(reading):
            states = self.stacks.states(current.tops[reading])
            words = self._next_words(current.sentence[reading], position)
            log_p[reading, SHIFT] += self.grammar.word_log_probability(states, words).double().cpu().numpy()
        return log_p

    def _next_words(self, sentence: IntArray, position: int) -> Tensor:
        return torch.tensor([self.words[index][position] for index in sentence.tolist()])

    def _read(self, current: _Beam, log_p: FloatArray, position: int) -> _Beam:
        """The best hypotheses after the next word or the end."""
        rows = best_rows(current.sentence, log_p, self.word_beam)
        chosen = _Beam(current.sentence[rows], current.tops[rows].copy(), log_p[rows])
        shifted = np.flatnonzero(self.lengths[chosen.sentence] > position)
        if len(shifted):
            words = self._next_words(chosen.sentence[shifted], position)
            chosen.tops[shifted] = self.stacks.shift(chosen.tops[shifted], words)
        return chosen

    def _build(self, current: _Beam, log_p: npt.NDArray[np.float64]) -> _Beam:
        """The best hypotheses after an action that completes or opens a node."""
        n_actions, flat = log_p.shape[1], log_p.ravel()
        best = best_rows(np.repeat(current.sentence, n_actions), flat, self.beam)
        rows, actions = best // n_actions, best % n_actions
        tops, reduced, opened = current.tops[rows].copy(), actions == REDUCE, actions >= OPEN
        if reduced.any():
            tops[reduced] = self.stacks.reduce(tops[reduced])
        if opened.any():
            tops[opened] = self.stacks.open(tops[opened], actions[opened] - OPEN)
        return _Beam(current.sentence[rows], tops, flat[best])
