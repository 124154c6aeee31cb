"""Diagnosis of a NaN or infinite loss or gradient: the sentence and the parameters."""

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
    """The error of a divergence: names the batch, the first sentence that reproduces it, and the parameter.

    Args:
        error: the divergence.
        network: the network before the step, with the gradient if it was computed.
        batch: its examples, each with its index in the training split.
        place: the epoch and the batch, in words.
        roots_only: whether the loss is at roots only.
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
    """The parameters with a gradient that is not finite, and the parameter with the largest weight."""
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
    """The absolute values; infinite for NaN."""
    return weight.detach().abs().nan_to_num(nan=math.inf, posinf=math.inf)
