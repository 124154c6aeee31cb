"""Two networks that read a sequence from both sides (Schuster and Paliwal 1997)."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch.nn.utils.rnn import PackedSequence

from treenn.sequences.packed import backwards
from treenn.sequences.sequence_network import SequenceNetwork
from treenn.trees import InputError
from treenn.trees.arguments import Width, checked


class Bidirectional(SequenceNetwork):
    r"""Reading from both sides, by Schuster and Paliwal (1997), "Bidirectional recurrent neural networks".

    The state of a step is [h→; h←]: h→ is what one network has read from the first step to this one, h← what the other
    has read from the last step to this one.

    These are two networks of one direction each, the second over sequences that are turned around, because torch's own
    bidirectional LSTM falls onto a slow path on some CPUs where sequences are packed.

    Args:
        ahead: reads from the first step on.
        behind: reads from the last step on.

    Raises:
        InputError: where one of them is not causal, so that it has no direction.

    Shape: data `(R, x)` to `(R, d)`, `x` = input_size of both, `d` = both output sizes together.
    """

    @checked
    def __init__(self, ahead: SequenceNetwork, behind: SequenceNetwork) -> None:
        super().__init__(ahead.input_size, ahead.output_size + behind.output_size, causal=False)
        if not (ahead.causal and behind.causal):
            raise InputError("a bidirectional network is made of causal ones; one of these looks ahead by itself")
        self.ahead, self.behind = ahead, behind

    @property
    def random(self) -> bool:
        """See `SequenceNetwork.random`."""
        return self.ahead.random or self.behind.random

    def run(self, x: PackedSequence) -> PackedSequence:
        """See `SequenceNetwork.run`."""
        turned = backwards(x.batch_sizes).to(x.data.device)
        behind = self.behind(x._replace(data=x.data[turned])).data[turned]
        return x._replace(data=torch.cat([self.ahead(x).data, behind], dim=1))


@checked
def bidirectional(make: Callable[[int, int], SequenceNetwork], input_size: Width, size: Width) -> SequenceNetwork:
    """A bidirectional network of exactly this size, the way ahead one wider where it is odd.

    A size of 1 has no room for a way back.

    >>> from treenn.sequences.lstm import LSTM
    >>> network = bidirectional(LSTM, input_size=4, size=5)
    >>> network.ahead.output_size, network.behind.output_size
    (3, 2)
    """
    ahead = make(input_size, size - size // 2)
    return Bidirectional(ahead, make(input_size, size // 2)) if size > 1 else ahead
