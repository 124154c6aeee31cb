"""Stacked networks: deep hidden layers, input and output functions (Pascanu et al. 2014)."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from treenn.sequences.sequence_network import SequenceNetwork
from treenn.trees.arguments import checked
from treenn.trees.errors import InputError, argument


class Stacked(SequenceNetwork):
    r"""Stacked networks, each of which reads the states of the one below (Pascanu et al. 2014).

    Three of the ways to depth of Pascanu, Gulcehre, Cho and Bengio (ICLR 2014), "How to construct deep recurrent neural
    networks":

        stacked hidden layers      Stacked(LSTM(x, d), LSTM(d, d))
        deep input-to-hidden       Stacked(Feedforward(x, d), Elman(d, d))
        deep hidden-to-output      Stacked(Elman(x, d), Feedforward(d, d))

    `DeepTransition` is the fourth.

    Args:
        networks: from the lowest to the highest.

    Raises:
        InputError: if the input size of a network differs from the output size of the one below.

    >>> from treenn.sequences.lstm import LSTM
    >>> Stacked(LSTM(4, 3), LSTM(2, 3))
    Traceback (most recent call last):
        ...
    treenn.trees.errors.InputError: a network of input_size 2 cannot read states of output_size 3
    """

    @checked
    def __init__(self, *networks: SequenceNetwork) -> None:
        if not networks:
            raise InputError(f"{argument('networks')}: must be one network or more")
        for below, above in pairwise(networks):
            if above.input_size != below.output_size:
                raise InputError(
                    f"a network of input_size {above.input_size} cannot read states of output_size {below.output_size}"
                )
        causal = all(network.causal for network in networks)
        super().__init__(networks[0].input_size, networks[-1].output_size, causal=causal)
        self.networks = nn.ModuleList(networks)

    def read(self, x: Tensor) -> Tensor:
        """See `SequenceNetwork.read`."""
        return self.networks[0].read(x)  # type: ignore[operator, no-any-return]

    def step(self, x: Tensor, state: Any = None) -> tuple[Tensor, Any]:
        """See `SequenceNetwork.step`."""
        after = list[Any]()
        for network, before in zip(self.networks, state or [None] * len(self.networks), strict=True):
            x, own = network.step(x, before)  # type: ignore[operator]
            after.append(own)
        return x, after

    def run(self, inputs: PackedSequence) -> PackedSequence:
        """See `SequenceNetwork.run`."""
        first, *others = self.networks
        states: PackedSequence = first.run(inputs)  # type: ignore[operator]
        for network in others:
            states = network(states)
        return states
