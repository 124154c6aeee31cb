"""Samples of trees with their sentences from a grammar."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from treenn.lm.grammar.derivation import END, OPEN, REDUCE, SHIFT
from treenn.lm.grammar.grammar import Grammar
from treenn.lm.grammar.hypotheses import Hypotheses
from treenn.models.vocabulary import UNKNOWN
from treenn.runtime.arrays import IntArray
from treenn.trees.arguments import Count, checked
from treenn.trees.errors import InputError, argument

WordFilter = Callable[[Tensor], Tensor]
"""A function of the log-probabilities of words, such as a temperature. Shape: `(n, V)` to `(n, V)`."""

_ATTEMPTS, _FEWEST = 20, 16


class Sampled(NamedTuple):
    """A sample.

    Args:
        tree: the tree with its sentence; unknown words are `<unknown>`.
        log_probability: the log-probability of the tree and its sentence.
    """

    tree: Any
    log_probability: float


@torch.inference_mode()
@checked
def generate(
    grammar: Grammar,
    count: Count,
    generator: torch.Generator | None = None,
    *,
    max_words: Count = 100,
    word_filter: Callable[..., Any] = lambda log_p: log_p,
) -> list[Sampled]:
    """Draw trees with their sentences, action by action and word by word.

    Derivations of more than `max_words` words, or more than 10 times as many actions, are drawn anew, so that the
    samples are from the distribution over all others. Fewer samples are returned if most derivations are that long.

    Args:
        grammar: the grammar.
        count: the number of samples.
        generator: the random generator (default: None, torch's global one).
        max_words: the maximum number of words of a sentence (default: 100).
        word_filter: changes the log-probabilities of words before they are drawn, as a temperature does (default:
            unchanged). Those of the samples are the model's.

    Raises:
        InputError: if no derivation ends, as with an untrained model.
    """
    samples = list[Sampled]()
    for _ in range(_ATTEMPTS):
        samples += _draw(grammar, max(count, _FEWEST), generator, max_words, word_filter)
        if len(samples) >= count:
            return samples[:count]
    if not samples:
        raise InputError(f"{argument('max_words')} {max_words}: no sentence of this model ends before; must be greater")
    return samples


class _Draws:
    """Derivations that are drawn at once.

    Args:
        grammar: the grammar.
        count: the number of derivations.
    """

    def __init__(self, grammar: Grammar, count: int) -> None:
        self.grammar, self.stacks = grammar, Hypotheses(grammar)
        self.tops, self.log_p = self.stacks.start(count), np.zeros(count)
        self.actions: list[list[int]] = [[] for _ in range(count)]
        self.words: list[list[int]] = [[] for _ in range(count)]
        self.active = np.arange(count)

    def step(self, generator: torch.Generator | None, word_filter: WordFilter) -> None:
        """Draw one action of every active derivation."""
        active = self.active
        log_p = self.stacks.actions(self.tops[active])
        drawn, chosen = _draw_rows(log_p, log_p, generator)
        self.log_p[active] += chosen
        for index, action in zip(active.tolist(), drawn.tolist(), strict=True):
            self.actions[index].append(action)
        shifted, reduced = active[drawn == SHIFT], active[drawn == REDUCE]
        if len(shifted):
            self._shift(shifted, generator, word_filter)
        if len(reduced):
            self.tops[reduced] = self.stacks.reduce(self.tops[reduced])
        if (opens := drawn >= OPEN).any():
            self.tops[active[opens]] = self.stacks.open(self.tops[active[opens]], drawn[opens] - OPEN)
        self.active = active[(drawn != END) & ~self.stacks.is_over(self.tops[active])]

    def _shift(self, shifted: IntArray, generator: torch.Generator | None, word_filter: WordFilter) -> None:
        log_p = self.grammar.word_log_probabilities(self.stacks.states(self.tops[shifted]))
        words, chosen = _draw_rows(word_filter(log_p), log_p, generator)
        self.log_p[shifted] += chosen
        self.tops[shifted] = self.stacks.shift(self.tops[shifted], torch.from_numpy(words))
        for index, word in zip(shifted.tolist(), words.tolist(), strict=True):
            self.words[index].append(word)

    def drop(self, max_words: int) -> None:
        """Give up derivations that are too long."""
        lengths = np.array([len(self.words[index]) for index in self.active])
        actions = np.array([len(self.actions[index]) for index in self.active])
        self.active = self.active[(lengths <= max_words) & (actions <= 10 * max_words)]

    def sample(self, index: int) -> Sampled:
        """A derivation that ended."""
        names = self.grammar.vocabulary.words
        words = [names[word] if word else UNKNOWN for word in self.words[index]]
        return Sampled(self.grammar.transitions.tree(words, self.actions[index]), float(self.log_p[index]))


def _draw(
    grammar: Grammar, count: int, generator: torch.Generator | None, max_words: int, word_filter: WordFilter
) -> list[Sampled]:
    draws, ended = _Draws(grammar, count), list[int]()
    while len(draws.active):
        before = draws.active
        draws.step(generator, word_filter)
        ended += np.setdiff1d(before, draws.active).tolist()
        draws.drop(max_words)
    return [draws.sample(index) for index in sorted(ended) if len(draws.words[index]) <= max_words]


def _draw_rows(
    log_p: Tensor, of_model: Tensor, generator: torch.Generator | None
) -> tuple[IntArray, np.ndarray[tuple[int], np.dtype[np.float64]]]:
    """Draw one column of each row. Returns the columns, and their log-probabilities in `of_model`."""
    drawn = torch.multinomial(log_p.exp(), 1, generator=generator)
    return drawn[:, 0].cpu().numpy(), of_model.gather(1, drawn)[:, 0].double().cpu().numpy()
