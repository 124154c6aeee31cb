"""Where a loss or a gradient stopped being a number: the sentence that does it, and the weights to look at."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from torch import Tensor

from treenn.models.network import Network
from treenn.models.task import Task
from treenn.training.gradients import gradient_norm
from treenn.trees.errors import InputError, argument


class Diverged(Exception):
    """The loss or the gradient of a batch is NaN or infinite."""


def explain(
    error: Diverged, network: Network, batch: Sequence[tuple[int, Any]], place: str, *, roots_only: bool
) -> InputError:
    """The message: what happened in which batch, the first of its sentences that does it alone, and which parameter.

    Args:
        error: what was seen.
        network: with the weights that the batch met, and its gradient where it came to that.
        batch: its trees or pairs, each with its number in the training split, from 0.
        place: names the epoch and the batch.
        roots_only: whether the loss is that of the roots alone.
    """
    suspect = _suspect(network)  # before the search for the sentence overwrites the gradients
    network.eval()  # without dropout, which would differ from the batch's
    guilty = next(((number, example) for number, example in batch if _fails(network, example, roots_only)), None)
    sentence = "by no sentence of it alone" if guilty is None else _name(network.task, *guilty)
    remedy = f"a lower {argument('learning_rate')}, or {argument('clip_norm')} 5, may help"
    return InputError(f"{error} in {place}, {sentence}; {suspect}; {remedy}")


def _fails(network: Network, example: Any, roots_only: bool) -> bool:
    network.zero_grad()
    loss = network.loss(network.pack([example]).to(network.embedding.weight.device), roots_only=roots_only)
    loss.backward()  # type: ignore[no-untyped-call]
    return not (math.isfinite(loss.item()) and math.isfinite(gradient_norm(network.parameters())))


def _name(task: Task, number: int, example: Any) -> str:
    trees = task.trees(example)
    words = " | ".join(" ".join(tree.words[: 20 // len(trees)]) for tree in trees)
    return f"at {task.noun} {number + 1} of train ({words if len(words) <= 60 else words[:59] + '…'})"


def _suspect(network: Network) -> str:
    """The parameters whose gradient is not finite, where it came to gradients, and the one with the largest weight."""
    named = list(network.named_parameters())
    wrong = [name for name, each in named if not math.isfinite(gradient_norm([each]))]
    gradients = (
        f"the gradient of {wrong[0]}{f' and {len(wrong) - 1} more' if wrong[1:] else ''} is not finite, "
        if wrong
        else ""
    )
    name, weight = max(named, key=lambda pair: float(_magnitude(pair[1]).max()))
    magnitude = _magnitude(weight)
    word = network.vocabulary.words[int(magnitude.amax(dim=1).argmax())] if weight is network.embedding.weight else None
    return (
        f"{gradients}the largest weight, {float(magnitude.max()):.3g}, is in {name}{f' for {word!r}' if word else ''}"
    )


def _magnitude(weight: Tensor) -> Tensor:
    """How far each number is from 0; one that is none is farthest."""
    return weight.detach().abs().nan_to_num(nan=math.inf, posinf=math.inf)
