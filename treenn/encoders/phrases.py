"""The phrases of a forest as sequences, packed for a sequence network."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from treenn.encoders.forest import PackedForest
from treenn.runtime.arrays import IntArray
from treenn.sequences.packed import Packing
from treenn.trees.errors import InputError, argument

_MOST_STEPS = 5_000_000  # an LSTM of 150 needs about 30 GB for them


class Phrases(NamedTuple):
    """Spans of tokens.

    Args:
        words: the row of each token's vector.
        starts: the first token of each phrase.
        ends: one more than its last token.
    """

    words: IntArray
    starts: IntArray
    ends: IntArray

    @classmethod
    def of(cls, forest: PackedForest, roots_only: bool) -> Phrases:
        """Returns the span of each node, in the forest's row order, or of each root."""
        starts, ends, n = forest.starts, forest.ends, forest.n_tokens
        if roots_only:
            starts, ends = starts[forest.roots], ends[forest.roots]
        words = np.arange(n) if forest.inverse is None else forest.inverse[:n].cpu().numpy()
        return cls(words, starts.cpu().numpy(), ends.cpu().numpy())

    @property
    def lengths(self) -> IntArray:
        """The number of words of each phrase."""
        return self.ends - self.starts

    def backwards(self) -> Phrases:
        """Returns the same phrases in the reversed sequence of all tokens."""
        return Phrases(self.words[::-1], len(self.words) - self.ends, len(self.words) - self.starts)

    def distinct(self) -> tuple[Phrases, Tensor]:
        """Returns the distinct phrases, and the inverse: the distinct phrase of each phrase."""
        _check_steps(self.lengths)
        words, ids = np.ascontiguousarray(self.words), dict[bytes, int]()
        spans = zip(self.starts.tolist(), self.ends.tolist(), strict=True)
        inverse = np.array([ids.setdefault(words[start:end].tobytes(), len(ids)) for start, end in spans])
        _, first = np.unique(inverse, return_index=True)
        return self._replace(starts=self.starts[first], ends=self.ends[first]), torch.from_numpy(inverse)


class Runs:
    """Sequences of tokens, packed for a network: sorted by time, the longest first.

    Args:
        phrases: the phrases whose states are needed.
        shared: if True, one run per token, as long as the longest phrase that starts there; if False, one per phrase.

    Raises:
        InputError: if the runs have too many steps in total.
    """

    def __init__(self, phrases: Phrases, *, shared: bool) -> None:
        starts, lengths, self.run_of = phrases.starts, phrases.lengths, np.arange(len(phrases.starts))
        if shared:
            starts, lengths, self.run_of = np.arange(len(phrases.words)), np.zeros_like(phrases.words), starts
            np.maximum.at(lengths, phrases.starts, phrases.lengths)
        _check_steps(lengths)
        order = np.argsort(-lengths, kind="stable")
        self.rank = np.empty_like(order)
        self.rank[order] = np.arange(len(order))
        packing = Packing.of(lengths[order])
        tokens = starts[order[packing.sequence]] + packing.time
        self.first, self.batch_sizes = packing.first, torch.from_numpy(packing.alive)
        self.words = torch.from_numpy(phrases.words[tokens])

    def rows(self, phrases: IntArray, times: IntArray) -> Tensor:
        """Returns the rows, among the states of all runs, of these phrases at these times."""
        return torch.from_numpy(self.first[times] + self.rank[self.run_of[phrases]])


def _check_steps(lengths: IntArray) -> None:
    if (steps := int(lengths.sum())) > _MOST_STEPS:
        raise InputError(
            f"the phrases of this batch take {steps:,} steps, at most {_MOST_STEPS:,} are permitted; "
            f"use a smaller {argument('batch_size')}, or {argument('supervision')} roots"
        )
