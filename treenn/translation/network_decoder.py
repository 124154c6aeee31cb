"""`NetworkDecoder`: the decoder of a trained network, unit by unit, for searches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from treenn.models.network import Network
from treenn.models.text_vocabulary import END_ID
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
    """A network as a `StepDecoder` of `treenn.translation.decoding`.

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


@torch.no_grad()
def greedy(decoder: NetworkDecoder, memory: Encoded, longest: Sequence[int]) -> list[list[int]]:
    """Decode greedily: the most probable unit at each step.

    Args:
        decoder: the decoder.
        memory: the encoded sources.
        longest: the maximum number of units of each output, without the end.

    Returns:
        The units of each output, without the end.
    """
    state, count = decoder.start(memory), len(memory.values)
    tokens = torch.full((count,), END_ID, device=memory.values.device)
    outputs, rows = [list[int]() for _ in range(count)], list(range(count))
    while rows:
        log_p, state = decoder.step(tokens, state)
        best, going = log_p.argmax(dim=1), list[int]()
        for index, (row, token) in enumerate(zip(rows, best.tolist(), strict=True)):
            if token != END_ID:
                outputs[row].append(token)
                if len(outputs[row]) < longest[row]:
                    going.append(index)
        if len(going) < len(rows):
            chosen = torch.tensor(going, dtype=torch.int64, device=best.device)
            best, state, rows = best[chosen], state.select(chosen), [rows[index] for index in going]
        tokens = best
    return outputs
