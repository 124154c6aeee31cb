"""`SequenceEncoder`: sequence networks, filling the same node table as a recursive network."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from treenn.encoders.contexts import Contexts
from treenn.encoders.encoder import Encoder
from treenn.encoders.forest import PackedForest
from treenn.encoders.initialization import Initialization
from treenn.encoders.phrases import Phrases, Runs
from treenn.runtime.arrays import IntArray
from treenn.sequences import AttentionPooling, Bidirectional, LastPooling, Readout, SequenceNetwork
from treenn.trees import InputError
from treenn.trees.arguments import checked


class SequenceEncoder(Encoder):
    """A sequence network over the words of each node, followed by pooling.

    Every labelled phrase is a training example, as for a tree encoder, but phrases share computation:

    - causal network: all phrases that start at the same word share one run, whose state after `k` words is that of the
      phrase of `k` words. That is one run per word instead of one per phrase;
    - bidirectional network: all phrases that end at the same word also share the run of the backward network;
    - any other network: one run per distinct phrase.

    Args:
        network: from word vectors to a state for every word.
        readout: from these states to one; if None, the last state (default: None).
        initialization: the scheme of the recurrent matrices, see `treenn.encoders.initialization` (default:
            "default").

    >>> from treenn.encoders import pack
    >>> from treenn.sequences import LSTM, MaxPooling
    >>> from treenn.trees import parse_trees
    >>> forest = pack(parse_trees("(3 (2 not) (1 bad))", classes=5))
    >>> SequenceEncoder(LSTM(input_size=4, hidden_size=3), MaxPooling())(forest, torch.ones(2, 4)).shape
    torch.Size([3, 3])
    """

    @checked
    def __init__(
        self, network: SequenceNetwork, readout: Readout | None = None, *, initialization: Initialization = "default"
    ) -> None:
        super().__init__(network.input_size, network.output_size, initialization=initialization)
        self.network = network
        self.readout = LastPooling() if readout is None else readout
        self.init_recurrent()

    def forward(self, forest: PackedForest, x: Tensor, *, roots_only: bool = False) -> Tensor:
        """See `Encoder.forward`; with `roots_only`, one run per sentence.

        Raises:
            InputError: if the runs of all phrases have too many steps in total, as for a sentence of many thousand
                words.
        """
        phrases = Phrases.of(forest, roots_only)
        shared = self.network.causal or isinstance(self.network, Bidirectional)
        if shared and isinstance(self.readout, LastPooling):
            last = phrases.lengths - 1
            return self._states(x, phrases, np.arange(len(last)), last, last)
        distinct, which = phrases.distinct()
        states: Tensor = self.readout(*self._all_states(x, distinct))
        return F.embedding(which.to(x.device), states)

    def contexts(self, forest: PackedForest, x: Tensor) -> Contexts:
        """Returns the states of all words, in one run per sentence; the readout is not used."""
        self.check_input(forest, x)
        states, lengths = self._all_states(x, Phrases.of(forest, roots_only=True))
        return Contexts(states, torch.arange(len(states), device=x.device), lengths.tolist())

    def attention(self, forest: PackedForest, x: Tensor) -> tuple[Tensor, ...]:
        """Returns the attention weight of each word in its tree's root, one tensor per tree; `x` as for `forward`.

        Raises:
            InputError: if the readout is not `AttentionPooling`.
        """
        if not isinstance(self.readout, AttentionPooling):
            raise InputError(f"this encoder has no attention weights: its readout is {type(self.readout).__name__}")
        self.check_input(forest, x)
        states, lengths = self._all_states(x, Phrases.of(forest, roots_only=True))
        return torch.split(self.readout.weights(states, lengths), lengths.tolist())

    def _all_states(self, x: Tensor, phrases: Phrases) -> tuple[Tensor, Tensor]:
        """Returns the states of all words of all phrases, phrase after phrase, and the lengths of the phrases."""
        lengths = phrases.lengths
        phrase = np.repeat(np.arange(len(lengths)), lengths)
        position = np.arange(len(phrase)) - (np.cumsum(lengths) - lengths)[phrase]
        # The backward network reads the last word of a phrase first.
        states = self._states(x, phrases, phrase, position, lengths[phrase] - 1 - position)
        return states, torch.from_numpy(lengths).to(x.device)

    def _states(
        self, x: Tensor, phrases: Phrases, phrase: IntArray, forward_time: IntArray, backward_time: IntArray
    ) -> Tensor:
        """Returns states of the phrases `phrase` at these times of the forward run and, if any, the backward run."""
        if not isinstance(self.network, Bidirectional):
            return _run(self.network, x, Runs(phrases, shared=self.network.causal), phrase, forward_time)
        forward = _run(self.network.forward_net, x, Runs(phrases, shared=True), phrase, forward_time)
        backward = _run(self.network.backward_net, x, Runs(phrases.backwards(), shared=True), phrase, backward_time)
        return torch.cat([forward, backward], dim=1)


def _run(network: SequenceNetwork, x: Tensor, runs: Runs, phrase: IntArray, times: IntArray) -> Tensor:
    """Run a network, and return the states of the phrases `phrase` at `times`."""
    states = network.run_rows(network.read(x), runs.words.to(x.device), runs.batch_sizes)
    return F.embedding(runs.rows(phrase, times).to(x.device), states)
