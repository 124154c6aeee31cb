"""Bidirectional networks (Schuster and Paliwal 1997)."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch.nn.utils.rnn import PackedSequence

from treenn.sequences.packed import backwards
from treenn.sequences.sequence_network import SequenceNetwork
from treenn.trees import InputError
from treenn.trees.arguments import Width, checked


class Bidirectional(SequenceNetwork):
    r"""The bidirectional network of Schuster and Paliwal (1997), "Bidirectional recurrent neural networks".

    The state of a step is [h→; h←]: h→ is the state of a network that has read from the first step to this one, h← the
    state of another that has read from the last step back to this one.

    It consists of two unidirectional networks, the second over reversed sequences, because torch's bidirectional LSTM
    takes a slow path for packed sequences on some CPUs. In `state_dict` they are named `ahead` and `behind`.

    Args:
        forward_net: reads from the first step on.
        backward_net: reads from the last step on.

    Raises:
        InputError: if one of them is not causal, so that it has no direction.

    Shape: data `(R, x)` to `(R, d)`, `x` = input_size of both, `d` = the sum of both output sizes.
    """

    @checked
    def __init__(self, forward_net: SequenceNetwork, backward_net: SequenceNetwork) -> None:
        output_size = forward_net.output_size + backward_net.output_size
        super().__init__(forward_net.input_size, output_size, causal=False)
        if not (forward_net.causal and backward_net.causal):
            raise InputError("forward_net, backward_net: must be causal networks, but one of them is not")
        self.ahead, self.behind = forward_net, backward_net  # the names in saved models

    @property
    def forward_net(self) -> SequenceNetwork:
        """The network in forward direction, from the first step to the last."""
        return self.ahead

    @property
    def backward_net(self) -> SequenceNetwork:
        """The network in backward direction, from the last step to the first."""
        return self.behind

    def run(self, x: PackedSequence) -> PackedSequence:
        """See `SequenceNetwork.run`."""
        reversal = backwards(x.batch_sizes).to(x.data.device)
        backward = self.backward_net(x._replace(data=x.data[reversal])).data[reversal]
        return x._replace(data=torch.cat([self.forward_net(x).data, backward], dim=1))


@checked
def bidirectional(
    make: Callable[[int, int], SequenceNetwork], input_size: Width, hidden_size: Width
) -> SequenceNetwork:
    """Returns a bidirectional network of exactly this output size; if it is odd, the forward network is wider by one.

    With `hidden_size` 1 there is no backward network.

    >>> from treenn.sequences.lstm import LSTM
    >>> network = bidirectional(LSTM, input_size=4, hidden_size=5)
    >>> network.forward_net.output_size, network.backward_net.output_size
    (3, 2)
    """
    forward_net = make(input_size, hidden_size - hidden_size // 2)
    return Bidirectional(forward_net, make(input_size, hidden_size // 2)) if hidden_size > 1 else forward_net
