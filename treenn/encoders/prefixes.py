"""States of all prefixes of sentences, for language models."""

from __future__ import annotations

from torch.nn.utils.rnn import PackedSequence

from treenn.encoders.encoder import Encoder
from treenn.encoders.sequence_encoder import SequenceEncoder
from treenn.sequences import LastPooling, SequenceNetwork
from treenn.trees.errors import InputError, argument


def causal_network(encoder: Encoder, name: str) -> SequenceNetwork:
    """The network of an encoder whose state of a word depends on this word and those before it only.

    Args:
        encoder: the encoder.
        name: its name in messages.

    Raises:
        InputError: if it is another kind of encoder.
    """
    if isinstance(encoder, SequenceEncoder) and encoder.network.causal and isinstance(encoder.readout, LastPooling):
        return encoder.network
    raise InputError(f"{argument('model')} {name}: a language model must read words from left to right, as lstm")


def prefix_states(encoder: Encoder, x: PackedSequence) -> PackedSequence:
    """The state of every prefix of packed sentences. Shape: data `(R, x)` to `(R, d)`."""
    states: PackedSequence = causal_network(encoder, type(encoder).__name__)(x)
    return states
