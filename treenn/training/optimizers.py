"""Optimizers per parameter group, and the learning-rate schedule."""

from __future__ import annotations

import math
from collections.abc import Callable

from torch import Tensor, nn
from torch.optim import SGD, Adadelta, Adagrad, Adam, AdamW, Optimizer, SparseAdam

from treenn.contextual import ContextualEncoder
from treenn.models.network import Network
from treenn.models.settings import Settings
from treenn.training.row_adagrad import RowAdagrad


def make_optimizers(model: Network, settings: Settings) -> list[Optimizer]:
    """Optimizers of the network, of the word vectors (sparse gradients), and of a trained contextual encoder.

    The vectors of n-grams count as word vectors. Word vectors that are also the weights of the output layer have the
    optimizer of the network.
    """
    words, encoder = [model.embedding.weight], model.contextual
    if model.spelling is not None:
        words.append(model.spelling.table.weight)
    contextual = list(encoder.parameters()) if isinstance(encoder, ContextualEncoder) else []
    is_tied = settings.output_layer == "tied"  # then the gradient of the word vectors is dense
    apart = {*(() if is_tied else words), *contextual}
    others = [parameter for parameter in model.parameters() if parameter not in apart]
    made = [_of_network(others, settings, on_cpu=words[0].device.type == "cpu")]
    made += [] if is_tied else [_of_words(words, settings)]
    return [*made, AdamW(contextual, lr=settings.contextual_learning_rate)] if contextual else made


def _of_network(parameters: list[nn.Parameter], settings: Settings, *, on_cpu: bool) -> Optimizer:
    rate, decay = settings.learning_rate, settings.weight_decay
    if settings.optimizer == "adadelta":
        return Adadelta(parameters, lr=rate, weight_decay=decay)
    make: Callable[..., Optimizer] = {"adagrad": Adagrad, "adam": Adam, "adamw": AdamW}[settings.optimizer]
    return make(parameters, lr=rate, weight_decay=decay, fused=on_cpu)


def _of_words(words: list[Tensor], settings: Settings) -> Optimizer:
    rate = settings.embedding_learning_rate
    if settings.embedding_optimizer == "sgd":
        return SGD(words, lr=rate)
    return RowAdagrad(words, lr=rate) if settings.optimizer == "adagrad" else SparseAdam(words, lr=rate)


def rate_factor(settings: Settings, step: int, steps: int) -> float:
    """The factor of the learning rates: linear warm-up, then the schedule, which decays to 0.

    Args:
        settings: the recipe.
        step: the number of steps so far.
        steps: the number of steps of the whole run.

    >>> [rate_factor(Settings(schedule="linear", warmup=0.2), step, 10) for step in (0, 1, 2, 6)]
    [0.5, 1.0, 1.0, 0.5]
    """
    warm = settings.warmup * steps
    if step < warm:
        return min(1.0, (step + 1) / warm)
    rest = (step - warm) / (steps - warm)
    match settings.schedule:
        case "linear":
            return 1 - rest
        case "cosine":
            return (1 + math.cos(math.pi * rest)) / 2
    return 1.0
