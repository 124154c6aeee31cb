"""`Network`: word embedding, encoder and head, trained and evaluated by the task that it is for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from treebanks.own_data.spec import Scale
from treenn.contextual import Contextual, ContextualEncoder
from treenn.encoders import Encoder, PackedDependencies, PackedForest
from treenn.models.heads import Head
from treenn.models.settings import Settings
from treenn.models.spelling import Spelling
from treenn.models.task import SoftTargets, Task
from treenn.models.text_parsing import TextParsing
from treenn.models.vocabulary import Vocabulary
from treenn.runtime.progress import Progress, ignore
from treenn.trees.arguments import Count, NonNegative, Share, check_list, checked
from treenn.trees.errors import InputError, argument


class Network(nn.Module):
    """A model: word vectors, an encoder of trees or sequences, and a head.

    Args:
        vocabulary: the words that have a vector.
        embedding: the initial word vectors, `(len(vocabulary), x)`.
        encoder: from word vectors to node states.
        head: from node states to scores.
        task: the packing, loss and predictions.
        settings: the settings from which the network was built (default: None, for a network built by hand).
        spelling: the vectors of unknown words by their n-grams, added to the vector of the unknown token; with word
            dropout, also those of dropped words (default: None).
        contextual: a pretrained encoder whose vectors are concatenated with the word vectors (default: None).
        root_weight: the weight of a root's loss relative to another node's (default: 1.0).
        embedding_dropout: the dropout probability of the word vectors (default: 0.0).
        word_dropout: α: a word with count c in training is replaced by the unknown word with probability α / (α + c)
            (default: 0.0).

    Raises:
        InputError: if the encoder or the head reads vectors of another width.
    """

    head: Any
    unknown: Tensor
    text_parsing: TextParsing | None
    """The tokenizer and the parser of the training texts; None for annotated trees."""
    class_weights: Tensor | None
    """The weight of each class in the loss; None for equal weights. It is not saved."""
    temperature: float
    """The divisor of scores before the softmax in predictions of classes; not in the loss (default: 1.0)."""
    text_temperature: float
    """The same for the mean probabilities of the sentences of a text (default: 1.0)."""

    @checked
    def __init__(
        self,
        vocabulary: Vocabulary,
        embedding: Tensor,
        encoder: Encoder,
        head: nn.Module,
        task: Task,
        *,
        settings: Settings | None = None,
        spelling: Spelling | None = None,
        contextual: Contextual | None = None,
        root_weight: NonNegative = 1.0,
        embedding_dropout: Share = 0.0,
        word_dropout: NonNegative = 0.0,
    ) -> None:
        super().__init__()
        width = embedding.shape[1] + (0 if contextual is None else contextual.size)
        if width != encoder.input_size:
            raise InputError(
                f"{argument('encoder')} has input_size {encoder.input_size}: must be {width}, as the vectors"
            )
        if isinstance(head, Head) and head.linear.in_features != encoder.output_size:
            wanted = f"{encoder.output_size}, the encoder's output_size"
            raise InputError(f"{argument('head')} is {head.linear.in_features} wide: must be {wanted}")
        self.vocabulary, self.task, self.settings = vocabulary, task, settings
        self.text_parsing, self.temperature, self.text_temperature = None, 1.0, 1.0
        # Sparse gradients: the cost of a step depends on the words of the batch, not on the vocabulary size. An output
        # layer with the same weights has a dense gradient.
        words, width = embedding.shape
        sparse = settings is None or settings.output_layer != "tied"
        self.embedding = nn.Embedding(words, width, sparse=sparse, _weight=embedding)
        self.spelling = spelling
        self.encoder, self.head, self.contextual = encoder, head, contextual
        self.root_weight = root_weight
        self.embedding_dropout, self.word_dropout = embedding_dropout, word_dropout
        self.register_buffer("unknown", vocabulary.dropout(word_dropout), persistent=False)
        self.register_buffer("class_weights", None, persistent=False)

    @property
    def classes(self) -> tuple[str, ...] | None:
        """The names of the classes; `None` for numeric targets."""
        return self.task.classes

    @property
    def scale(self) -> Scale:
        """The scale of the labels: `"ordinal"`, `"nominal"` or `"score"`."""
        return self.task.scale

    @property
    def supports_dedup(self) -> bool:
        """True if `pack` may share equal subtrees; False under dropout of words or with contextual vectors."""
        dropping = self.training and (self.embedding_dropout > 0 or self.word_dropout > 0)
        return self.encoder.supports_dedup and not dropping and self.contextual is None

    def pack(self, examples: Sequence[Any]) -> Any:
        """Examples of the task as one batch, which has a method `to(device)`."""
        return self.task.pack(self, examples)

    def forward(self, examples: Any, *, roots_only: bool = False) -> Tensor:
        """Scores before the softmax.

        Args:
            examples: a packed batch, or examples of the task, which are packed.
            roots_only: whether only the states of roots are read (default: False).

        Shape: `(N, classes)` for `N` nodes in the packed rows, with `roots_only` `(T, classes)` for `T` trees; for
            pairs `(P, classes)`.
        """
        if isinstance(examples, (list, tuple)):
            examples = self.pack(examples).to(self.embedding.weight.device)
        return self.task.scores(self, examples, roots_only=roots_only)

    def loss(
        self,
        packed: Any,
        *,
        roots_only: bool = False,
        weights: Tensor | None = None,
        soft: SoftTargets | None = None,
    ) -> Tensor:
        """The training loss, averaged over examples. Returns a scalar.

        Args:
            packed: a batch from `pack`.
            roots_only: whether labels below the roots are ignored (default: False).
            weights: `(T,)` the factor of each example's loss (default: None, 1 each).
            soft: teachers' probabilities for distillation (default: None).
        """
        if soft is not None:
            return self.task.distillation_loss(self, packed, soft, weights, roots_only=roots_only)
        if weights is None:
            return self.task.loss(self, packed, roots_only=roots_only)
        return self.task.weighted_loss(self, packed, weights, roots_only=roots_only)

    @checked
    def predict(
        self, examples: Any, batch_size: Count = 500, *, roots_only: bool = False, progress: Progress = ignore
    ) -> Any:
        """Predict without dropout and without gradients.

        Args:
            examples: trees or pairs, as the task reads them, with labels or without.
            batch_size: the number of examples in a batch (default: 500).
            roots_only: whether to predict only roots (default: False). A sequence network reads all phrases of a
                sentence of n words in n² steps, the sentence itself in n.
            progress: called after every batch (default: no report).

        Returns:
            `Predictions`, for pairs `PairPredictions`.

        Raises:
            InputError: if there is no example.
            NonFiniteError: if a probability is NaN.
        """
        noun = "trees" if self.task.noun == "sentence" else f"{self.task.noun}s"
        examples = check_list(noun, examples)
        if not examples:
            raise InputError(f"{argument(noun)}: must be one {noun[:-1]} or more, the list is empty")
        was_training, device = self.training, self.embedding.weight.device
        self.eval()
        with torch.inference_mode():
            outputs = []
            for start in range(0, len(examples), batch_size):
                batch = self.pack(examples[start : start + batch_size]).to(device)
                outputs.append(self.task.outputs(self, batch, roots_only=roots_only))
                progress(min(start + batch_size, len(examples)), len(examples), "predicting")
        self.train(was_training)
        return self.task.predictions(*map(_joined, zip(*outputs, strict=True)))

    def probabilities(self, scores: Tensor) -> Tensor:
        """Class probabilities at the model's temperature. Shape: `(N, classes)`."""
        return (scores if self.temperature == 1 else scores / self.temperature).softmax(dim=1)

    def vectors(self, forest: PackedForest | PackedDependencies) -> Tensor:
        """The encoder's input for each word of a forest.

        Shape: `(V, x)`, with contextual vectors `(V, x + contextual.size)`; `V` the forest's words.

        Raises:
            InputError: with contextual vectors, if the forest shares subtrees or is one of dependency trees.
        """
        words = self._drop_words(self.vocabulary.encode(forest.words).to(self.embedding.weight.device))
        x: Tensor = self.embedding(words)
        if self.spelling is not None and (unknown := torch.nonzero(words.cpu() == 0).flatten()).numel():
            spelled = self.spelling([forest.words[index] for index in unknown.tolist()])
            x = x.index_add(0, unknown.to(x.device), spelled)
        if self.contextual is not None:
            x = torch.cat([x, self.contextual(forest.sentences).to(x.device)], dim=1)
        return self._drop(x)

    def embed(self, words: Tensor) -> Tensor:
        """The vectors of words by their indices, with dropout in training. Shape: `(R,)` int64 to `(R, x)`."""
        return self._drop(self.embedding(self._drop_words(words)))

    def _drop_words(self, words: Tensor) -> Tensor:
        if not (self.training and self.word_dropout):
            return words
        return words.masked_fill(torch.rand(words.shape, device=words.device) < self.unknown[words], 0)

    def _drop(self, x: Tensor) -> Tensor:
        return F.dropout(x, self.embedding_dropout) if self.training and self.embedding_dropout else x

    def parameter_counts(self) -> tuple[int, int]:
        """The numbers of trained parameters: without the word vectors, and of the word and contextual vectors."""
        words = self.embedding.weight.numel()
        if self.spelling is not None:
            words += self.spelling.table.weight.numel()
        if isinstance(self.contextual, ContextualEncoder):
            words += sum(parameter.numel() for parameter in self.contextual.parameters())
        return sum(parameter.numel() for parameter in self.parameters()) - words, words


def _joined(parts: tuple[Any, ...]) -> Any:
    """A column of predictions from its batches: an array of tensors, or a list of lists."""
    return torch.cat(parts).numpy() if isinstance(parts[0], Tensor) else [item for part in parts for item in part]


class NonFiniteError(InputError):
    """Probabilities that are NaN: the activations overflow although all weights are finite."""


def check_probabilities(probabilities: npt.NDArray[Any]) -> None:
    """Validate that no probability is NaN.

    Raises:
        NonFiniteError: if one is.
    """
    if not np.isfinite(probabilities).all():
        raise NonFiniteError("a probability of this model is NaN: its weights are too large; train the model anew")
