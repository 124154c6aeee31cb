"""`NetworkDecoder`: the decoder of a trained network, unit by unit, for searches."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor
from torch.nn import functional as F

from treenn.models.network import Network
from treenn.sequences.attention_decoder import DecoderState, pad_rows
from treenn.translation.head import TranslationHead
from treenn.translation.packing import PackedTranslations


class Encoded(NamedTuple):
    """Encoded sources, padded. Shape: `S` sentences, `L` states of the longest.

    Args:
        values: `(S, L, d)` the states of the encoder.
        padding: `(S, L)` True after the end of a sentence.
    """

    values: Tensor
    padding: Tensor


def encode(network: Network, packed: PackedTranslations) -> Encoded:
    """The states of the encoder that the decoder attends to."""
    contexts = network.encoder.contexts(packed.forest, network.embed(packed.units))
    rows, padding = pad_rows(contexts.rows, contexts.sizes)
    # embedding: an indexing with a fast backward pass
    return Encoded(F.embedding(rows, contexts.states), padding)


class NetworkDecoder:
    """A network as a `StepDecoder` of `treenn.sequences.step_decoder`.

    Args:
        network: the network, in evaluation mode.
    """

    def __init__(self, network: Network) -> None:
        self.network = network
        self.head: TranslationHead = network.head

    def start(self, memory: Encoded) -> DecoderState:
        """See `StepDecoder.start`."""
        return self.head.start(*memory)

    def step(self, tokens: Tensor, state: DecoderState) -> tuple[Tensor, DecoderState]:
        """See `StepDecoder.step`; the unknown unit has the probability 0."""
        return self.head.step(self.network.embed(tokens), state, self.network.embedding.weight)
