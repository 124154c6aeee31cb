"""`SequenceEncoder`: sequence networks, filling the same node table as a recursive network."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F
from torch.nn.utils.rnn import PackedSequence

from treenn.encoders.encoder import Encoder
from treenn.encoders.forest import IntArray, PackedForest
from treenn.sequences import AttentionOverTime, Bidirectional, LastState, Readout, SequenceNetwork
from treenn.trees import InputError

_MOST_STEPS = 5_000_000  # an LSTM of 150 needs some 30 GB for them


class SequenceEncoder(Encoder):
    """The state of a node is what a network over sequences, and a readout, make of just the node's words.

    So every labelled phrase is a training example, as it is for the tree, but no phrase is computed for itself that
    need not be:

    - Of a causal network, all phrases that start at one word share one run that begins there: its states after `k`
      words are those of the phrase of `k` words. That is one run a word rather than one a phrase.
    - Of a bidirectional one, all that end at one word share the run of the way back, too.
    - Any other network runs over every phrase, in a forest whose subtrees are shared over every distinct one.

    Args:
        network: from word vectors to a state for every word.
        readout: from those to one; left out, the last state.

    >>> from treenn.encoders import pack
    >>> from treenn.sequences import LSTM, MaxOverTime
    >>> from treenn.trees import parse_trees
    >>> forest = pack(parse_trees("(3 (2 not) (1 bad))", classes=5))
    >>> SequenceEncoder(LSTM(x_size=4, size=3), MaxOverTime())(forest, torch.ones(2, 4)).shape
    torch.Size([3, 3])
    """

    def __init__(self, network: SequenceNetwork, readout: Readout | None = None) -> None:
        super().__init__(network.x_size, network.output_size)
        self.network = network
        self.readout = LastState() if readout is None else readout

    @property
    def shareable(self) -> bool:
        """See `Encoder.shareable`: not under dropout within the network."""
        return not self.network.random

    def forward(self, forest: PackedForest, x: Tensor, *, roots_only: bool = False) -> Tensor:
        """See `Encoder.forward`; with `roots_only`, one run a sentence.

        Raises:
            InputError: where the runs of all phrases are too long together, as in a sentence of many thousand words.
        """
        phrases = _phrases(forest, roots_only)
        if isinstance(self.readout, LastState) and (ways := self._ways(phrases)):
            last = [_run(network, x, way).states(way.starts, way.lengths - 1) for network, way in ways]
            return torch.cat(last, dim=1) if len(last) > 1 else last[0]
        distinct, which = phrases.distinct()
        states: Tensor = self.readout(*self._states(x, distinct))
        return F.embedding(which.to(x.device), states)

    def attention(self, forest: PackedForest, x: Tensor) -> tuple[Tensor, ...]:
        """The weight of each word of each tree in its root, one tensor a tree; `x` as for `forward`.

        Raises:
            InputError: where the readout is no attention.
        """
        if not isinstance(self.readout, AttentionOverTime):
            raise InputError(f"this encoder reads out by {type(self.readout).__name__}; it weighs no words")
        states, lengths = self._states(x, _phrases(forest, roots_only=True))
        return torch.split(self.readout.weights(states, lengths), lengths.tolist())

    def _ways(self, phrases: _Phrases) -> list[tuple[SequenceNetwork, _Phrases]]:
        """The causal networks that this one is made of, and what each reads; none where it is not."""
        if isinstance(self.network, Bidirectional):
            return [(self.network.ahead, phrases), (self.network.behind, phrases.backwards())]
        return [(self.network, phrases)] if self.network.causal else []

    def _states(self, x: Tensor, phrases: _Phrases) -> tuple[Tensor, Tensor]:
        """The states of all words of all phrases, phrase after phrase, and the lengths of the phrases."""
        _check(phrases.lengths)
        number = np.repeat(np.arange(len(phrases.lengths)), phrases.lengths)
        first = np.cumsum(phrases.lengths) - phrases.lengths
        place = np.arange(len(number)) - first[number]
        if not (ways := self._ways(phrases)):
            runs = _Runs(self.network, x, phrases, phrases.starts, phrases.lengths)
            columns = [runs.states(number, place)]
        else:
            # On the way back, the last word of a phrase is the first to be read.
            places = place, phrases.lengths[number] - 1 - place
            columns = [
                _run(network, x, way).states(way.starts[number], at)
                for (network, way), at in zip(ways, places, strict=False)
            ]
        return torch.cat(columns, dim=1), torch.from_numpy(phrases.lengths).to(x.device)


class _Phrases(NamedTuple):
    """`words`: the row of each token's vector; `starts` and `ends`: of each phrase, in tokens."""

    words: IntArray
    starts: IntArray
    ends: IntArray

    @property
    def lengths(self) -> IntArray:
        return self.ends - self.starts

    def backwards(self) -> _Phrases:
        """The same phrases where all tokens are read from the last to the first."""
        return _Phrases(self.words[::-1], len(self.words) - self.ends, len(self.words) - self.starts)

    def distinct(self) -> tuple[_Phrases, Tensor]:
        """The phrases without repetition, and for each phrase which one it is."""
        _check(self.lengths)
        words, numbers = np.ascontiguousarray(self.words), dict[bytes, int]()
        spans = zip(self.starts.tolist(), self.ends.tolist(), strict=True)
        which = np.array([numbers.setdefault(words[start:end].tobytes(), len(numbers)) for start, end in spans])
        _, first = np.unique(which, return_index=True)
        return self._replace(starts=self.starts[first], ends=self.ends[first]), torch.from_numpy(which)


def _phrases(forest: PackedForest, roots_only: bool) -> _Phrases:
    starts, ends = forest.starts, forest.ends
    if roots_only:
        starts, ends = starts[forest.roots], ends[forest.roots]
    n = forest.n_tokens
    words = np.arange(n) if forest.uses is None else forest.uses[:n].cpu().numpy()
    return _Phrases(words, starts.cpu().numpy(), ends.cpu().numpy())


def _check(lengths: IntArray) -> None:
    if (steps := int(lengths.sum())) > _MOST_STEPS:
        raise InputError(
            f"the phrases of this batch take {steps:,} steps, {_MOST_STEPS:,} are the limit; "
            "take a smaller --batch-size, or --supervision roots"
        )


def _run(network: SequenceNetwork, x: Tensor, phrases: _Phrases) -> _Runs:
    """One run from each word on, as long as the longest phrase that starts there."""
    lengths = np.zeros(len(phrases.words), dtype=np.int64)
    np.maximum.at(lengths, phrases.starts, phrases.lengths)
    return _Runs(network, x, phrases, np.arange(len(lengths)), lengths)


class _Runs:
    """Runs of a network, packed time by time, over the tokens from `starts` on."""

    def __init__(
        self, network: SequenceNetwork, x: Tensor, phrases: _Phrases, starts: IntArray, lengths: IntArray
    ) -> None:
        _check(lengths)
        order = np.argsort(-lengths, kind="stable")
        self.rank = np.empty_like(order)
        self.rank[order] = np.arange(len(order))
        # Runs are sorted from the longest to the shortest, so those alive at time t are the first alive[t].
        alive = len(lengths) - np.cumsum(np.bincount(lengths))[:-1]
        self.first = np.cumsum(alive) - alive
        time = np.repeat(np.arange(len(alive)), alive)
        tokens = starts[order[np.arange(len(time)) - self.first[time]]] + time
        words = torch.from_numpy(phrases.words[tokens]).to(x.device)
        self.packed = network(PackedSequence(F.embedding(words, x), torch.from_numpy(alive)))

    def states(self, runs: IntArray, times: IntArray) -> Tensor:
        """The states of some runs, each at some time."""
        rows = torch.from_numpy(self.first[times] + self.rank[runs])
        return F.embedding(rows.to(self.packed.data.device), self.packed.data)
