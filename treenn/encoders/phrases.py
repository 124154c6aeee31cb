"""The phrases of a forest as sequences, and the runs of a network that give their states."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from treenn.encoders.forest import IntArray, PackedForest
from treenn.trees.errors import InputError, argument

_MOST_STEPS = 5_000_000  # an LSTM of 150 needs some 30 GB for them


class Phrases(NamedTuple):
    """Some spans of tokens.

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
        """What lies below each node, in the forest's rows, or below each root."""
        starts, ends, n = forest.starts, forest.ends, forest.n_tokens
        if roots_only:
            starts, ends = starts[forest.roots], ends[forest.roots]
        words = np.arange(n) if forest.uses is None else forest.uses[:n].cpu().numpy()
        return cls(words, starts.cpu().numpy(), ends.cpu().numpy())

    @property
    def lengths(self) -> IntArray:
        """How many words each phrase has."""
        return self.ends - self.starts

    def backwards(self) -> Phrases:
        """The same phrases where all tokens are read from the last to the first."""
        return Phrases(self.words[::-1], len(self.words) - self.ends, len(self.words) - self.starts)

    def distinct(self) -> tuple[Phrases, Tensor]:
        """Each sequence of words once, and which of them each phrase is."""
        _refuse_too_many(self.lengths)
        words, numbers = np.ascontiguousarray(self.words), dict[bytes, int]()
        spans = zip(self.starts.tolist(), self.ends.tolist(), strict=True)
        which = np.array([numbers.setdefault(words[start:end].tobytes(), len(numbers)) for start, end in spans])
        _, first = np.unique(which, return_index=True)
        return self._replace(starts=self.starts[first], ends=self.ends[first]), torch.from_numpy(which)


class Runs:
    """Sequences of tokens, packed for a network: time by time, the longest first.

    Args:
        phrases: whose states are wanted.
        shared: one run from each token on, as long as the longest phrase that starts there, in place of one a phrase.

    Raises:
        InputError: where the runs are too long together.
    """

    def __init__(self, phrases: Phrases, *, shared: bool) -> None:
        starts, lengths, self.run_of = phrases.starts, phrases.lengths, np.arange(len(phrases.starts))
        if shared:
            starts, lengths, self.run_of = np.arange(len(phrases.words)), np.zeros_like(phrases.words), starts
            np.maximum.at(lengths, phrases.starts, phrases.lengths)
        _refuse_too_many(lengths)
        order = np.argsort(-lengths, kind="stable")
        self.rank = np.empty_like(order)
        self.rank[order] = np.arange(len(order))
        # Runs are sorted from the longest to the shortest, so those alive at time t are the first alive[t].
        alive = len(lengths) - np.cumsum(np.bincount(lengths))[:-1]
        self.first = np.cumsum(alive) - alive
        time = np.repeat(np.arange(len(alive)), alive)
        tokens = starts[order[np.arange(len(time)) - self.first[time]]] + time
        self.words, self.batch_sizes = torch.from_numpy(phrases.words[tokens]), torch.from_numpy(alive)

    def rows(self, phrases: IntArray, times: IntArray) -> Tensor:
        """Where the states of some phrases stand among those of all runs, each at some time."""
        return torch.from_numpy(self.first[times] + self.rank[self.run_of[phrases]])


def _refuse_too_many(lengths: IntArray) -> None:
    if (steps := int(lengths.sum())) > _MOST_STEPS:
        raise InputError(
            f"the phrases of this batch take {steps:,} steps, {_MOST_STEPS:,} are the limit; "
            f"take a smaller {argument('batch_size')}, or {argument('supervision')} roots"
        )
