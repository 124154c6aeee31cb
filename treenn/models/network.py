"""`Network`: what networks that say something of nodes and of pairs have in common, so that both are trained alike."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from treenn.contextual import Contextual, ContextualEncoder
from treenn.encoders import Encoder, PackedDependencies, PackedForest
from treenn.models.vocabulary import Vocabulary
from treenn.trees.arguments import NonNegative, Share, checked
from treenn.trees.errors import InputError, argument


class Network(nn.Module, ABC):
    """Words to vectors to the states of nodes, and a head that reads those.

    Args:
        vocabulary: the words that have a vector.
        embedding: their first vectors, `(len(vocabulary), x)`.
        encoder: from word vectors to node states.
        head: from states to scores.
        contextual: gives each word of a sentence further numbers, beside its vector.
        embedding_dropout: share of the word vectors' numbers that are zeroed in training.
        word_dropout: α: a word that training has c times is read as an unknown one with probability α / (α + c).

    Raises:
        InputError: if the encoder reads vectors of another width.
    """

    reads: ClassVar[str]
    """What an example is, as a model's folder says it."""
    unknown: Tensor

    @checked
    def __init__(
        self,
        vocabulary: Vocabulary,
        embedding: Tensor,
        encoder: Encoder,
        head: nn.Module,
        *,
        contextual: Contextual | None = None,
        embedding_dropout: Share = 0.0,
        word_dropout: NonNegative = 0.0,
    ) -> None:
        super().__init__()
        width = embedding.shape[1] + (0 if contextual is None else contextual.size)
        if width != encoder.input_size:
            raise InputError(
                f"{argument('encoder')} has input_size {encoder.input_size}: must be {width}, as the vectors"
            )
        self.vocabulary = vocabulary
        # Sparse gradients: a step costs what its own words cost, however large the vocabulary.
        words, width = embedding.shape
        self.embedding = nn.Embedding(words, width, sparse=True, _weight=embedding)
        self.encoder, self.head, self.contextual = encoder, head, contextual
        self.embedding_dropout, self.word_dropout = embedding_dropout, word_dropout
        self.register_buffer("unknown", vocabulary.dropout(word_dropout), persistent=False)

    @property
    def supports_dedup(self) -> bool:
        """Whether `pack` may share equal subtrees: not where each loses numbers of its own or knows its sentence."""
        dropping = self.training and (self.embedding_dropout > 0 or self.word_dropout > 0)
        return self.encoder.supports_dedup and not dropping and self.contextual is None

    @abstractmethod
    def pack(self, examples: Sequence[Any]) -> Any:
        """Examples of a treebank as one batch, which has a method `to(device)`."""

    @abstractmethod
    def loss(self, packed: Any, *, roots_only: bool = False) -> Tensor:
        """What training makes small, one number: a mean over the examples.

        Args:
            packed: what `pack` made of them.
            roots_only: whether labels below the roots are left aside.
        """

    def vectors(self, forest: PackedForest | PackedDependencies) -> Tensor:
        """What the encoder reads of each word of a forest.

        Shape: `(V, x)`, with contextual vectors `(V, x + contextual.size)`; `V` the forest's words.

        Raises:
            InputError: with contextual vectors, where the forest is shared or one of dependency trees.
        """
        words = self.vocabulary.encode(forest.words).to(self.embedding.weight.device)
        if self.training and self.word_dropout:
            words = words.masked_fill(torch.rand(words.shape, device=words.device) < self.unknown[words], 0)
        x: Tensor = self.embedding(words)
        if self.contextual is not None:
            if not isinstance(forest, PackedForest):
                raise InputError(f"dependency trees have no contextual word vectors; omit {argument('contextual')}")
            x = torch.cat([x, self.contextual(forest.sentences).to(x.device)], dim=1)
        return F.dropout(x, self.embedding_dropout) if self.training and self.embedding_dropout else x

    def parameter_counts(self) -> tuple[int, int]:
        """The numbers of trained parameters: without the word vectors, and of these, contextual ones among them."""
        words = self.embedding.weight.numel()
        if isinstance(self.contextual, ContextualEncoder):
            words += sum(parameter.numel() for parameter in self.contextual.parameters())
        return sum(parameter.numel() for parameter in self.parameters()) - words, words


class NonFiniteError(InputError):
    """A model's probabilities are NaN: with finite weights, its numbers became too large on the way."""


def check_probabilities(probabilities: npt.NDArray[Any]) -> None:
    """Refuse probabilities of which one is NaN.

    Raises:
        NonFiniteError: if there is one.
    """
    if not np.isfinite(probabilities).all():
        raise NonFiniteError("a probability of this model is NaN: its weights are too large; train the model anew")
