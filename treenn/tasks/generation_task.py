"""`GenerationTask`: the base of tasks that generate sentences, language models and grammars."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
import torch
from torch import nn

from treenn.models.building import without_weights
from treenn.models.settings import Settings
from treenn.models.task import Task
from treenn.models.text_vocabulary import TextVocabulary
from treenn.models.vocabulary import Vocabulary
from treenn.runtime.arrays import IntArray
from treenn.trees.errors import InputError, argument

_PERMITTED: dict[str, Any] = {
    "supervision": "nodes",
    "contextual": None,
    "spelling": 0,
    "class_weights": "none",
    "unknown_vector": "trained",
    "source_units": "subwords",
    "target_units": "subwords",
    "attention": "bilinear",
    "label_smoothing": 0.0,
}
"""The permitted values of settings that do not apply."""


class GenerationTask(Task):
    """The base of tasks that generate sentences, whose examples have `words`.

    The vocabulary is part of a model and of the definition of its perplexity, and the head depends on it.
    """

    scale = "nominal"
    vocabulary_class: ClassVar[type[Vocabulary]] = TextVocabulary
    model_noun: ClassVar[str]
    """A model of this task, in messages."""
    own_settings: ClassVar[tuple[str, ...]] = ()
    """Settings that apply to this task, and not to all tasks that generate sentences."""

    def make_vocabulary(self, treebank: Any, settings: Settings) -> Vocabulary | None:
        """The most frequent tokens of train, as many as `settings.vocabulary_size`."""
        return TextVocabulary.of_sentences((example.words for example in treebank.train), settings.vocabulary_size)

    def make_head(self, settings: Settings) -> nn.Module:
        """Refuse: the distribution of tokens depends on the vocabulary.

        Raises:
            InputError: always.
        """
        raise InputError(f"a {self.model_noun} must have a vocabulary; see head_for")

    @abstractmethod
    def head_for(self, settings: Settings, vocabulary: Vocabulary) -> nn.Module:
        """See `Task.head_for`."""

    def batches(self, examples: Sequence[Any], size: int, generator: np.random.Generator) -> list[list[int]]:
        """Divide sentences into batches of similar lengths, in random order."""
        lengths = self.lengths(examples)
        shuffled = generator.permutation(len(lengths))
        order = shuffled[np.argsort(lengths[shuffled], kind="stable")]
        parts = np.split(order, self.batch_starts(lengths[order], size))
        return [parts[index].tolist() for index in generator.permutation(len(parts))]

    def lengths(self, examples: Sequence[Any]) -> IntArray:
        """The number of tokens of each sentence, by which batches are sorted. Shape: `(T,)`."""
        return np.array([len(example.words) + 1 for example in examples])

    @abstractmethod
    def batch_starts(self, lengths: IntArray, size: int) -> IntArray:
        """The first sentence of each batch but the first.

        Args:
            lengths: `(T,)` the number of tokens of each sentence, ascending, the same in every epoch.
            size: as for `batches`.
        """

    def trees(self, example: Any) -> tuple[Any, ...]:
        """The example, which has words."""
        return (example,)

    def check_settings(self, settings: Settings) -> nn.Module:
        """Validate that settings apply to tasks that generate sentences.

        Returns:
            The encoder, without weights.

        Raises:
            InputError: if they do not.
        """
        for name, permitted in _PERMITTED.items():
            if name not in self.own_settings and getattr(settings, name) != permitted:
                raise InputError(f"{argument(name)} {getattr(settings, name)}: does not apply to {self.model_noun}s")
        return without_weights(settings, settings.word_size, lambda settings: torch.nn.Identity())["encoder"]


def tied_width(settings: Settings) -> int | None:
    """The width of word vectors that are also the weights of the output layer; None for separate weights."""
    return settings.word_size if settings.output_layer == "tied" else None
