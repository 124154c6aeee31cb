"""Packed sequences: index arithmetic, recurrence step by step, truncated backpropagation (Williams and Peng 1990)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from treenn.runtime.arrays import IntArray

TimeStep = Callable[..., tuple[Tensor, ...]]
"""A function of the inputs at one time and of the parts of the state; it returns the parts of the next state."""


class Packing(NamedTuple):
    """The rows of packed sequences: those of the first time, then those of the next, in the order of the sequences.

    Shape: `R` rows, `S` times.

    Args:
        alive: `(S,)` the number of sequences that have each time, the `batch_sizes` of a `PackedSequence`.
        first: `(S,)` the first row of each time.
        time: `(R,)` the time of each row.
        sequence: `(R,)` its sequence.
    """

    alive: IntArray
    first: IntArray
    time: IntArray
    sequence: IntArray

    @classmethod
    def of(cls, lengths: IntArray) -> Packing:
        """The packing of sequences of these lengths, in descending order.

        >>> packing = Packing.of(np.array([3, 1]))
        >>> packing.alive.tolist(), packing.time.tolist(), packing.sequence.tolist()
        ([2, 1, 1], [0, 0, 1, 2], [0, 1, 0, 0])
        """
        alive = len(lengths) - np.cumsum(np.bincount(lengths))[:-1]
        first, time = np.cumsum(alive) - alive, np.repeat(np.arange(len(alive)), alive)
        return cls(alive, first, time, np.arange(len(time)) - first[time])


def by_sequence(batch_sizes: Tensor) -> tuple[Tensor, Tensor]:
    """The rows of each sequence in a packed batch, which is sorted by time.

    Args:
        batch_sizes: those of a `PackedSequence`, the number of sequences alive at each time.

    Returns:
        The rows of the longest sequence, then those of the next, each in the order of time; and the lengths.

    >>> by_sequence(torch.tensor([3, 2, 1]))
    (tensor([0, 3, 5, 1, 4, 2]), tensor([3, 2, 1]))
    """
    times = len(batch_sizes)
    ending = batch_sizes - torch.cat([batch_sizes[1:], batch_sizes.new_zeros(1)])
    lengths = torch.repeat_interleave(torch.arange(times, 0, -1), ending.flip(0))
    first = batch_sizes.cumsum(0) - batch_sizes
    sequence = torch.repeat_interleave(torch.arange(len(lengths)), lengths)
    return first[within(lengths)] + sequence, lengths


def within(lengths: Tensor) -> Tensor:
    """Returns the position of each element within its sequence, for concatenated sequences.

    >>> within(torch.tensor([3, 2]))
    tensor([0, 1, 2, 0, 1])
    """
    starts = lengths.cumsum(0) - lengths
    return torch.arange(int(lengths.sum())) - torch.repeat_interleave(starts, lengths)


def backwards(batch_sizes: Tensor) -> Tensor:
    """Returns the row that each row of a packed batch takes if every sequence is reversed.

    >>> backwards(torch.tensor([3, 2, 1]))
    tensor([5, 4, 2, 3, 1, 0])
    """
    rows, lengths = by_sequence(batch_sizes)
    mirrored = torch.repeat_interleave(lengths.cumsum(0), lengths) - 1 - within(lengths)
    result = torch.empty_like(rows)
    result[rows] = rows[mirrored]
    return result


def over_time(
    step: TimeStep, inputs: PackedSequence, state: tuple[Tensor, ...], tbptt_steps: int | None = None
) -> PackedSequence:
    """Apply a step at each time to all sequences alive at it, and collect the first part of the state.

    Args:
        step: called with the inputs `(n, k)` of one time and every part of the state `(n, ...)`.
        inputs: one row per step of each sequence.
        state: the parts before the first step, with at least one row per sequence.
        tbptt_steps: the state is detached every `tbptt_steps` steps; None to never detach it (default: None).
    """
    outputs = []
    for time, rows in enumerate(torch.split(inputs.data, inputs.batch_sizes.tolist())):
        if tbptt_steps and time and time % tbptt_steps == 0:
            state = tuple(part.detach() for part in state)
        # Sequences are sorted from the longest to the shortest, so those still alive are the first.
        state = step(rows, *(part[: len(rows)] for part in state))
        outputs.append(state[0])
    return inputs._replace(data=torch.cat(outputs))


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
        with torch.autocast("cpu", enabled=False):  # it would also lower the precision of states and gates
            states, state = network(PackedSequence(data, sizes), _detached(state, int(sizes[0])))
        outputs.append(states.data)
    return x._replace(data=torch.cat(outputs) if len(outputs) > 1 else outputs[0])


def _detached(state: Any, n: int) -> Any:
    """The detached states of the sequences still alive, the first `n`."""
    if isinstance(state, Tensor):
        return state[:, :n].detach().contiguous()
    return state and tuple(_detached(part, n) for part in state)
