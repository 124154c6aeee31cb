"""`TranslationHead`: the decoder of a translation model, and the distribution of the next unit."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from treenn.models.word_softmax import WordSoftmax
from treenn.runtime.matmul import linear
from treenn.sequences.attention import ATTENTIONS, AttentionName
from treenn.sequences.attention_decoder import AttentionDecoder, DecoderState
from treenn.trees.arguments import Count, Probability, Share, Width, checked


class TranslationHead(nn.Module):
    """A decoder with attention, and a softmax over the units of the target.

    Args:
        size: the width of the states of encoder and decoder.
        word_size: the width of the vectors of units.
        units: the number of units of the target.
        tied: the width of the vectors if they are also the weights of the softmax (default: None, separate weights).
        attention: the attention (default: `"bilinear"`).
        dropout: the dropout probability of the encoder's states and of the softmax's input (default: 0.0).
        label_smoothing: the share of the targets' probability that is uniform over all units (default: 0.0).

    Shape: `S` sentences, `L` states of the longest, `m` = size.
    """

    @checked
    def __init__(
        self,
        size: Width,
        word_size: Width,
        units: Count,
        tied: Width | None = None,
        attention: AttentionName = "bilinear",
        dropout: Probability = 0.0,
        label_smoothing: Share = 0.0,
    ) -> None:
        super().__init__()
        self.units, self.label_smoothing = units, label_smoothing
        self.dropout = nn.Dropout(dropout)
        self.decoder = AttentionDecoder(word_size, size, ATTENTIONS[attention](size, size))
        self.softmax = WordSoftmax(size, units, tied, dropout)

    def start(self, values: Tensor, padding: Tensor) -> DecoderState:
        """The state before the first unit. Shape: `(S, L, m)`, `(S, L)`, True for padding."""
        return self.decoder.start(self.dropout(values), padding)

    def loss(self, x: Tensor, alive: Sequence[int], state: DecoderState, embedding: Tensor, targets: Tensor) -> Tensor:
        """The mean cross-entropy of the targets, with label smoothing (Szegedy et al., CVPR 2016, section 7).

        Args:
            x: the vectors of the units that are read, packed by time.
            alive: the number of sentences that have each time, the longest first.
            state: the result of `start`.
            embedding: the vectors of all units.
            targets: the next units.

        Shape: `(R, word_size)`, `(V, word_size)`, `(R,)`; returns a scalar.
        """
        states = self.decoder(x, alive, state)
        return self.softmax.loss(states, self._outputs(embedding), targets, self.label_smoothing)

    def log_probabilities(
        self, x: Tensor, alive: Sequence[int], state: DecoderState, embedding: Tensor, targets: Tensor
    ) -> Tensor:
        """The log-probability of each target, not differentiable. Arguments and shape: as for `loss`, to `(R,)`."""
        states = self.decoder(x, alive, state)
        return self.softmax.log_probabilities(states, self._outputs(embedding), targets)

    def step(self, x: Tensor, state: DecoderState, embedding: Tensor) -> tuple[Tensor, DecoderState]:
        """The log-probabilities of the next unit, that of the unknown unit -∞ before normalization.

        Args:
            x: the vectors of the units that are read.
            state: the state before them.
            embedding: the vectors of all units.

        Shape: `(n, word_size)`, `(V, word_size)` to `(n, units)`.
        """
        state = self.decoder.advance(x, state)
        weights = self.softmax.weights(self._outputs(embedding))
        scores = linear(self.softmax.features(state.fed), weights, self.softmax.bias)  # half the time of a search
        scores[:, 0] = -torch.inf
        return scores.log_softmax(dim=1), state

    def _outputs(self, embedding: Tensor) -> Tensor:
        return embedding if len(embedding) == self.units else embedding[: self.units]
