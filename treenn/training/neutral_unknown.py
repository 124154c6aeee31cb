"""A neutral vector of the unknown token: random words change no share of sentences above the middle of the scale."""

from __future__ import annotations

import string
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from treenn.models.network import Network
from treenn.models.settings import Settings
from treenn.models.task import Task
from treenn.runtime.progress import Progress, ignore
from treenn.trees import Tree
from treenn.trees.errors import InputError, argument

SENTENCES = 400
"""The maximum number of training sentences that are read."""

_STEPS, _BOUND = 12, 4.0  # of the bisection
_LENGTHS = (3, 11)  # of random words, the second exclusive


def check_neutral(task: Task, settings: Settings) -> None:
    """Validate that a task has classes below and above the middle of a scale, if a neutral vector is asked for.

    Raises:
        InputError: if it does not.
    """
    if settings.unknown_vector == "neutral" and (task.name != "nodes" or task.scale != "ordinal"):
        raise InputError(f"{argument('unknown_vector')} neutral: needs constituency trees with ordinal classes")


def make_neutral(network: Network, trees: Sequence[Tree], seed: int, progress: Progress = ignore) -> None:
    """Move the vector of the unknown token, so that random words favour neither end of the scale.

    The vector is moved along the gradient of the log-odds of the upper classes, averaged over sentences of random
    words. Bisection finds the step after which as many of them are above the middle of the scale as of the sentences
    themselves. Only training sentences are read.

    Args:
        network: the trained network; its unknown vector is changed.
        trees: the training trees.
        seed: the seed of the random words.
        progress: called after every step (default: no report).
    """
    some = trees[:: -(-len(trees) // SENTENCES)]
    random = random_words(some, seed)
    wanted, row = _share_above(network, some), network.embedding.weight.data[0]
    start, direction = row.clone(), _direction(network, random)
    low, high = -_BOUND, _BOUND
    for step in range(_STEPS):
        middle = (low + high) / 2
        row.copy_(start + middle * direction)
        low, high = (middle, high) if _share_above(network, random) < wanted else (low, middle)
        progress(step + 1, _STEPS, "neutral vector of unknown words")


def random_words(trees: Sequence[Tree], seed: int) -> list[Tree]:
    """The trees with random lower-case letters as words."""
    generator, letters = np.random.default_rng(seed), np.array(list(string.ascii_lowercase))

    def word() -> str:
        return "".join(generator.choice(letters, generator.integers(*_LENGTHS)))

    return [replace(tree, words=tuple(word() for _ in tree.words)) for tree in trees]


def _share_above(network: Network, trees: Sequence[Tree]) -> float:
    predictions: Any = network.predict(trees, roots_only=True)
    return float(predictions.positive[predictions.roots].mean())


def _direction(network: Network, trees: Sequence[Tree]) -> Tensor:
    """The unit vector along which the mean log-odds of the upper classes increase. Shape: `(word_size,)`."""
    was_training = network.training
    network.eval()
    scores = network(network.pack(trees).to(network.embedding.weight.device), roots_only=True)  # (T, classes)
    half = scores.shape[1] // 2
    odds = scores[:, -half:].logsumexp(dim=1) - scores[:, :half].logsumexp(dim=1)
    [gradient] = torch.autograd.grad(odds.mean(), [network.embedding.weight])
    network.train(was_training)
    first = gradient.to_dense()[0]
    unit: Tensor = first / first.norm().clamp(min=1e-12)
    return unit
