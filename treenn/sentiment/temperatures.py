"""Temperatures of a model's probabilities for sentences and for texts, fitted on held-out trees."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle
from random import Random

import numpy as np

from treenn.analysis.calibration import FloatArray, cooled, fit_temperature, measure
from treenn.models.network import Network
from treenn.runtime.arrays import IntArray
from treenn.sentiment.document import mean_probabilities, middle_class
from treenn.trees import InputError, Tree
from treenn.trees.errors import argument

SENTENCES = range(2, 11)
"""The numbers of sentences of made-up texts, in turn."""

PASSES = 10
"""The number of texts in which each sentence occurs."""


@dataclass(frozen=True)
class Fit:
    """A fitted temperature.

    Args:
        temperature: the temperature with the least negative log-likelihood; 1 if nothing was fitted.
        count: the number of sentences or texts.
        before: the expected calibration error at temperature 1.
        after: the expected calibration error at this temperature.
    """

    temperature: float = 1.0
    count: int = 0
    before: float = 0.0
    after: float = 0.0


def fit_temperatures(network: Network, trees: Sequence[Tree]) -> tuple[Fit, Fit]:
    """Fit the temperatures of a network to the labels of sentences, and set them.

    The first is fitted to sentences. The second is fitted to texts of 2 to 10 of these sentences, by the mean of their
    probabilities at the first temperature (`Document`). The class of a text is the mean of its sentences' classes,
    rounded, a half to the even number. Nominal classes have no mean, so the second temperature stays 1. The most
    probable classes stay the same.

    Args:
        network: a network that predicts classes of nodes.
        trees: held-out trees.

    Returns:
        The fits to sentences and to texts.

    Raises:
        InputError: if the network is for another task, or no root has a label.
    """
    if network.task.name != "nodes":
        raise InputError(f"the task of this model is {network.task.name}: must be nodes, to fit temperatures")
    network.temperature = network.text_temperature = 1.0
    p, labels = network.predict(list(trees), roots_only=True).whole_probabilities
    p, labels = p[labels >= 0].astype(np.float64), labels[labels >= 0]
    if not len(labels):
        raise InputError(f"{argument('trees')}: no root has a label; at least one must have one")
    sentences = _fit(p, labels)
    texts = _fit(*_texts(network, cooled(p, sentences.temperature), labels)) if network.scale == "ordinal" else Fit()
    network.temperature, network.text_temperature = sentences.temperature, texts.temperature
    return sentences, texts


def _fit(p: FloatArray, labels: IntArray) -> Fit:
    temperature = fit_temperature(p, labels)
    return Fit(temperature, len(p), measure(p, labels).ece, measure(cooled(p, temperature), labels).ece)


def _texts(network: Network, p: FloatArray, labels: IntArray) -> tuple[FloatArray, IntArray]:
    """The mean probabilities and the classes of made-up texts. Shape: `(texts, classes)` and `(texts,)`."""
    middle, texts = middle_class(network.classes or (), network.scale), list(made_up_texts(len(labels)))
    means = [mean_probabilities([tuple(p[index]) for index in text], middle) for text in texts]
    return np.array(means), np.array([int(np.rint(labels[text].mean())) for text in texts])


def made_up_texts(sentences: int) -> Iterator[list[int]]:
    """The indices of the sentences of made-up texts: 10 random orders, divided into texts of 2, 3, ..., 10 sentences.

    The orders are the same in every process. A rest of one sentence is omitted.

    Args:
        sentences: the number of sentences.

    >>> [len(text) for text in made_up_texts(12)][:4]
    [2, 3, 4, 3]
    """
    random = Random(0)
    for _ in range(PASSES):
        order = random.sample(range(sentences), sentences)
        for size in cycle(SENTENCES):
            if len(order) < SENTENCES[0]:
                break
            yield order[:size]
            order = order[size:]
