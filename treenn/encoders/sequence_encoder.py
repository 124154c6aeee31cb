"""`SequenceEncoder`: sequence networks, filling the same node table as a recursive network."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F
from torch.nn.utils.rnn import PackedSequence

from treenn.encoders.encoder import Encoder
from treenn.encoders.forest import IntArray, PackedForest
from treenn.encoders.phrases import Phrases, Runs
from treenn.sequences import AttentionPooling, Bidirectional, LastPooling, Readout, SequenceNetwork
from treenn.trees import InputError
from treenn.trees.arguments import checked


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
    >>> from treenn.sequences import LSTM, MaxPooling
    >>> from treenn.trees import parse_trees
    >>> forest = pack(parse_trees("(3 (2 not) (1 bad))", classes=5))
    >>> SequenceEncoder(LSTM(input_size=4, size=3), MaxPooling())(forest, torch.ones(2, 4)).shape
    torch.Size([3, 3])
    """

    @checked
    def __init__(self, network: SequenceNetwork, readout: Readout | None = None) -> None:
        super().__init__(network.input_size, network.output_size)
        self.network = network
        self.readout = LastPooling() if readout is None else readout

    @property
    def supports_dedup(self) -> bool:
        """See `Encoder.supports_dedup`: not under dropout within the network."""
        return not self.network.random

    def forward(self, forest: PackedForest, x: Tensor, *, roots_only: bool = False) -> Tensor:
        """See `Encoder.forward`; with `roots_only`, one run a sentence.

        Raises:
            InputError: where the runs of all phrases are too long together, as in a sentence of many thousand words.
        """
        phrases = Phrases.of(forest, roots_only)
        if isinstance(self.readout, LastPooling) and self._shares_runs:
            last = phrases.lengths - 1
            return self._states(x, phrases, np.arange(len(last)), last, last)
        distinct, which = phrases.distinct()
        states: Tensor = self.readout(*self._all_states(x, distinct))
        return F.embedding(which.to(x.device), states)

    def attention(self, forest: PackedForest, x: Tensor) -> tuple[Tensor, ...]:
        """The weight of each word of each tree in its root, one tensor a tree; `x` as for `forward`.

        Raises:
            InputError: where the readout is no attention.
        """
        if not isinstance(self.readout, AttentionPooling):
            raise InputError(f"this encoder reads out by {type(self.readout).__name__}; it weighs no words")
        self.check_input(forest, x)
        states, lengths = self._all_states(x, Phrases.of(forest, roots_only=True))
        return torch.split(self.readout.weights(states, lengths), lengths.tolist())

    @property
    def _shares_runs(self) -> bool:
        return self.network.causal or isinstance(self.network, Bidirectional)

    def _all_states(self, x: Tensor, phrases: Phrases) -> tuple[Tensor, Tensor]:
        """The states of all words of all phrases, phrase after phrase, and the lengths of the phrases."""
        lengths = phrases.lengths
        phrase = np.repeat(np.arange(len(lengths)), lengths)
        place = np.arange(len(phrase)) - (np.cumsum(lengths) - lengths)[phrase]
        # On the way back, the last word of a phrase is the first to be read.
        states = self._states(x, phrases, phrase, place, lengths[phrase] - 1 - place)
        return states, torch.from_numpy(lengths).to(x.device)

    def _states(self, x: Tensor, phrases: Phrases, phrase: IntArray, ahead: IntArray, behind: IntArray) -> Tensor:
        """States of some phrases, at some times of the way ahead and, where there is one, of the way back."""
        if not isinstance(self.network, Bidirectional):
            return _run(self.network, x, Runs(phrases, shared=self.network.causal), phrase, ahead)
        there = _run(self.network.ahead, x, Runs(phrases, shared=True), phrase, ahead)
        back = _run(self.network.behind, x, Runs(phrases.backwards(), shared=True), phrase, behind)
        return torch.cat([there, back], dim=1)


def _run(network: SequenceNetwork, x: Tensor, runs: Runs, phrase: IntArray, times: IntArray) -> Tensor:
    """Run a network, and take the states of some phrases at some times."""
    inputs = F.embedding(runs.words.to(x.device), network.read(x))  # whose gradient is faster than that of indexing
    states = network.run(PackedSequence(inputs, runs.batch_sizes)).data
    return F.embedding(runs.rows(phrase, times).to(x.device), states)
