"""Backpropagation through time that ends after some steps (Williams and Peng 1990)."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence


def truncated(network: nn.RNNBase, x: PackedSequence, steps: int | None) -> PackedSequence:
    """What a network of torch makes of sequences, cut into pieces of so many steps that no gradient crosses.

    The state is carried over from piece to piece, so states are those of the whole sequence; as it carries no gradient,
    memory and time of the way back are those of the pieces that something is asked of.

    Args:
        network: of one direction.
        x: the sequences.
        steps: how long a piece is, the last one may be shorter; `None` to leave sequences whole.

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
        states, state = network(PackedSequence(data, sizes), _going_on(state, int(sizes[0])))
        outputs.append(states.data)
    return x._replace(data=torch.cat(outputs) if len(outputs) > 1 else outputs[0])


def _going_on(state: Any, n: int) -> Any:
    """The states of the sequences that are not over, which are the first, without their past."""
    if isinstance(state, Tensor):
        return state[:, :n].detach().contiguous()
    return state and tuple(_going_on(part, n) for part in state)
