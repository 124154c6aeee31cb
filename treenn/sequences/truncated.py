"""Truncated backpropagation through time (Williams and Peng 1990)."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence


def truncated(network: nn.RNNBase, x: PackedSequence, steps: int | None) -> PackedSequence:
    """Run a recurrent network of torch over sequences, cut into pieces that no gradient crosses.

    The state is carried over from piece to piece, detached. So states are those of the whole sequence, and the backward
    pass takes memory and time for the pieces that receive a gradient only.

    Args:
        network: a unidirectional network.
        x: the sequences.
        steps: the length of a piece, of which the last may be shorter; if None, sequences are not cut.

    >>> from torch.nn.utils.rnn import pack_sequence
    >>> packed = pack_sequence([torch.ones(5, 3), torch.ones(2, 3)])
    >>> network = nn.GRU(3, 2)
    >>> torch.equal(truncated(network, packed, steps=2).data, network(packed)[0].data)
    True
    """
    pieces = torch.split(x.batch_sizes, len(x.batch_sizes) if steps is None else steps)
    state: Any = None
    outputs = []
    for sizes, data in zip(pieces, torch.split(x.data, [int(sizes.sum()) for sizes in pieces]), strict=True):
        states, state = network(PackedSequence(data, sizes), _detached(state, int(sizes[0])))
        outputs.append(states.data)
    return x._replace(data=torch.cat(outputs) if len(outputs) > 1 else outputs[0])


def _detached(state: Any, n: int) -> Any:
    """The detached states of the sequences still alive, the first `n`."""
    if isinstance(state, Tensor):
        return state[:, :n].detach().contiguous()
    return state and tuple(_detached(part, n) for part in state)
