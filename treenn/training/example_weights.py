"""Validation of the weights of training examples."""

from __future__ import annotations

from collections.abc import Sequence

from treebanks import AnyTreebank
from treenn.encoders import Encoder
from treenn.models.network import Network
from treenn.trees.errors import InputError, argument


def check_example_weights(weights: Sequence[float], treebank: AnyTreebank, network: Network) -> None:
    """Validate that there is one weight per training example, and that the loss is a sum over examples.

    Args:
        weights: the weights; empty for none.
        treebank: the treebank.
        network: the network.

    Raises:
        InputError: if the number differs, all are 0, or the task or the encoder does not weigh examples.
    """
    if not weights:
        return
    name, wanted = argument("example_weights"), len(treebank.train)
    if len(weights) != wanted:
        raise InputError(f"{name} has {len(weights)} items: must have {wanted}, one per training example")
    if not any(weights):
        raise InputError(f"{name}: must not all be 0")
    if not network.task.weighs_examples:
        raise InputError(f"{name}: task {network.task.name} does not weigh examples")
    if type(network.encoder).compute_loss is not Encoder.compute_loss:
        raise InputError(f"{name}: {type(network.encoder).__name__} has a loss of its own, which is not weighted")
