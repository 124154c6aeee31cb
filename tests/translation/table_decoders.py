"""Toy decoders whose distributions depend on the whole prefix, and searches in plain Python."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import product
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

START, END = 1, 0


class Prefixes(NamedTuple):
    """The sentence and the tokens of each row."""

    sentences: list[int]
    tokens: list[tuple[int, ...]]

    def select(self, rows: Tensor) -> Prefixes:
        return Prefixes([self.sentences[row] for row in rows], [self.tokens[row] for row in rows])


class TableDecoder:
    """A random distribution after every prefix of every sentence; the memory is the numbers of the sentences."""

    def __init__(self, symbols: int, *, levels: int = 0, sharpness: float = 1.0, ends: float = 0.0) -> None:
        self.symbols, self.levels, self.sharpness, self.ends = symbols, levels, sharpness, ends

    def start(self, memory: Sequence[int]) -> Prefixes:
        return Prefixes(list(memory), [()] * len(memory))

    def step(self, tokens: Tensor, state: Prefixes) -> tuple[Tensor, Prefixes]:
        grown = [(*prefix, token) for prefix, token in zip(state.tokens, tokens.tolist(), strict=True)]
        after = Prefixes(state.sentences, grown)
        return torch.stack([self.row(*pair) for pair in zip(*after, strict=True)]), after

    def row(self, sentence: int, prefix: tuple[int, ...]) -> Tensor:
        """The distribution after a prefix. With `levels`, many tokens are equally probable."""
        draw = np.random.default_rng([sentence, *prefix])
        logits = draw.integers(0, self.levels, self.symbols) if self.levels else draw.normal(size=self.symbols)
        logits = self.sharpness * logits.astype(np.float32)
        logits[END] += self.ends
        log_p = torch.from_numpy(logits).log_softmax(0)
        log_p[START] = -torch.inf
        return log_p


def greedy(decoder: TableDecoder, sentence: int, longest: int) -> tuple[tuple[int, ...], float]:
    prefix, total = (START,), 0.0
    while True:
        log_p = decoder.row(sentence, prefix)
        token = END if len(prefix) > longest else int(log_p.argmax())
        total += float(log_p[token])
        if token == END:
            return prefix[1:], total
        prefix += (token,)


def log_probability(decoder: TableDecoder, sentence: int, tokens: Sequence[int]) -> float:
    prefix, total = (START,), 0.0
    for token in (*tokens, END):
        total += float(decoder.row(sentence, prefix)[token])
        prefix += (token,)
    return total


def enumerate_outputs(
    decoder: TableDecoder, sentence: int, longest: int, alpha: float
) -> list[tuple[float, tuple[int, ...]]]:
    """All outputs with their normalized scores, best first."""
    words = [token for token in range(decoder.symbols) if token not in (START, END)]
    outputs = [tokens for length in range(longest + 1) for tokens in product(words, repeat=length)]
    scored = [(log_probability(decoder, sentence, tokens) / (len(tokens) + 1) ** alpha, tokens) for tokens in outputs]
    return sorted(scored, key=lambda pair: -pair[0])


def plain_beam_search(
    decoder: TableDecoder, sentence: int, longest: int, width: int, alpha: float
) -> list[tuple[float, tuple[int, ...]]]:
    """Beam search without early stopping: the outputs with their normalized scores, best first."""
    beam: list[tuple[float, tuple[int, ...]]] = [(0.0, (START,))]
    ended: list[tuple[float, tuple[int, ...]]] = []
    for step in range(longest + 1):
        grown = []
        for total, prefix in beam:
            log_p = decoder.row(sentence, prefix).tolist()
            tokens = [END] if step == longest else range(decoder.symbols)
            some = sorted(((log_p[token], token) for token in tokens), key=lambda pair: (-pair[0], pair[1]))
            grown += [(total + log_p, (*prefix, token)) for log_p, token in some if log_p > -math.inf]
        best = sorted(grown, key=lambda pair: -pair[0])[:width]
        ended += [(total / (step + 1) ** alpha, prefix[1:-1]) for total, prefix in best if prefix[-1] == END]
        beam = [pair for pair in best if pair[1][-1] != END]
    return sorted(ended, key=lambda pair: -pair[0])
