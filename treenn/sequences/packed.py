"""Walking over packed sequences: sequence by sequence, backwards, and step by step."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence

Step = Callable[..., tuple[Tensor, ...]]
"""From the inputs of one time and the parts of the state before it to the parts after it."""


def by_sequence(batch_sizes: Tensor) -> tuple[Tensor, Tensor]:
    """Where each sequence lies in a packed batch, which holds them time by time.

    Args:
        batch_sizes: of a `PackedSequence`: how many sequences are alive at each time.

    Returns:
        the rows of the longest sequence, then those of the next, each in the order of time; and the lengths.

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
    """The place of each element within its own sequence, for sequences one behind the other.

    >>> within(torch.tensor([3, 2]))
    tensor([0, 1, 2, 0, 1])
    """
    starts = lengths.cumsum(0) - lengths
    return torch.arange(int(lengths.sum())) - torch.repeat_interleave(starts, lengths)


def backwards(batch_sizes: Tensor) -> Tensor:
    """The row at which each row of a packed batch stands when every sequence is turned around for itself.

    >>> backwards(torch.tensor([3, 2, 1]))
    tensor([5, 4, 2, 3, 1, 0])
    """
    rows, lengths = by_sequence(batch_sizes)
    mirrored = torch.repeat_interleave(lengths.cumsum(0), lengths) - 1 - within(lengths)
    result = torch.empty_like(rows)
    result[rows] = rows[mirrored]
    return result


def over_time(
    step: Step, inputs: PackedSequence, state: tuple[Tensor, ...], truncate: int | None = None
) -> PackedSequence:
    """Apply a step at each time to all sequences that are alive then, and collect the first part of the state.

    Args:
        step: called with the inputs `(n, k)` of one time and every part of the state `(n, ...)`.
        inputs: one row for each step of each sequence.
        state: the parts before the first step, with a row for each sequence or more.
        truncate: every so many steps the state goes on without its past, so that gradients end there.
    """
    outputs = []
    for time, rows in enumerate(torch.split(inputs.data, inputs.batch_sizes.tolist())):
        if truncate and time and time % truncate == 0:
            state = tuple(part.detach() for part in state)
        # Sequences are sorted from the longest to the shortest, so those that go on are the first.
        state = step(rows, *(part[: len(rows)] for part in state))
        outputs.append(state[0])
    return inputs._replace(data=torch.cat(outputs))
