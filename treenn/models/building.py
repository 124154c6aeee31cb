"""Building of networks from settings, and matching of parameter counts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import torch
from torch import Tensor, nn

from treenn.contextual import (
    Contextual,
    ContextualEncoder,
    FrozenVectors,
    contextual_size,
    layer_numbers,
    locate,
)
from treenn.encoders import Encoder
from treenn.models.names import OPTIONS, encoder_factory, new_encoder
from treenn.models.network import Network
from treenn.models.settings import Settings
from treenn.models.spelling import Spelling
from treenn.models.task import Task, make_task
from treenn.models.vectors import WordVectors, initial_embedding
from treenn.models.vocabulary import Vocabulary
from treenn.trees.arguments import Classes, Count, check, checked
from treenn.trees.errors import InputError, argument

MOST_NUMBERS = 500_000_000
"""The maximum number of an encoder's weights, 2 GB in single precision; optimizers take up to four times that."""

_WIDEST = 8192  # the last power of two that a size may be

DEFAULTS = Settings()
"""The default settings, with which no option is passed to an encoder."""

MakeHead = Callable[[Settings], nn.Module]
"""A function that builds a head from settings, such as `Task.make_head`."""


@checked
def build(settings: Settings, task: Task | int, vocabulary: Vocabulary, vectors: Sequence[WordVectors] = ()) -> Network:
    """Build a network.

    Args:
        settings: the recipe. Its seed determines all weights; global random states are preserved.
        task: the task, or the number of classes for classification of nodes.
        vocabulary: the words that have a vector.
        vectors: pretrained word vectors, concatenated (default: none).
    """
    if isinstance(task, int):
        task = make_task("nodes", [str(number) for number in range(check("classes", task, Classes))])
    generator = torch.Generator().manual_seed(settings.seed)
    embedding = initial_embedding(vocabulary, vectors, settings.word_size, generator, settings.embedding_init_range)
    spelling = Spelling(settings.spelling, embedding.shape[1]) if settings.spelling else None
    if spelling is not None and vectors:
        fit_spelling(spelling, embedding, vocabulary, vectors)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(settings.seed)
        return Network(
            vocabulary,
            embedding,
            make_encoder(settings, embedding.shape[1]),
            task.head_for(settings, vocabulary),
            task,
            settings=settings,
            spelling=spelling,
            contextual=make_contextual(settings),
            root_weight=settings.root_weight,
            embedding_dropout=settings.embedding_dropout,
            word_dropout=settings.word_dropout,
        )


def fit_spelling(spelling: Spelling, embedding: Tensor, vocabulary: Vocabulary, vectors: Sequence[WordVectors]) -> None:
    """Fit the vectors of n-grams to the pretrained vectors, and set the vector of the unknown token to their mean.

    Args:
        spelling: the vectors of n-grams, which are overwritten.
        embedding: the initial word vectors, of which row 0 is overwritten. Shape: `(len(vocabulary), size)`.
        vocabulary: the words; those that are in all files count, spellings that differ in case once.
        vectors: the files.
    """
    known = {
        word.lower(): index
        for index, word in enumerate(vocabulary.words[1:], start=1)
        if all(word in file for file in vectors)
    }
    targets = embedding[list(known.values())]
    embedding[0] = targets.mean(dim=0)
    spelling.fit(list(known), (targets - embedding[0]).numpy())


def make_contextual(settings: Settings) -> Contextual | None:
    """The contextual encoder of a recipe, fine-tuned if its learning rate is positive, else frozen. None without one.

    Raises:
        InputError: if the encoder is not on this machine, or one of the layers does not exist.
    """
    if settings.contextual is None:
        return None
    make = ContextualEncoder if settings.contextual_learning_rate else FrozenVectors
    return make(locate(settings.contextual), layer_numbers(settings.contextual_layers))


def leaf_size(settings: Settings, input_size: int) -> int:
    """The width of what an encoder reads of a word, contextual vectors included."""
    if settings.contextual is None:
        return input_size
    return input_size + contextual_size(locate(settings.contextual), layer_numbers(settings.contextual_layers))


def make_encoder(settings: Settings, input_size: int) -> Encoder:
    """Build the encoder of a recipe, with weights from `torch`'s global random state.

    Args:
        settings: the recipe.
        input_size: the width of the word vectors, without contextual vectors.

    Raises:
        InputError: if there is no such encoder, or it does not support one of the settings.
    """
    changed = [name for name in OPTIONS if getattr(settings, name) != getattr(DEFAULTS, name)]
    options = {name: getattr(settings, name) for name in changed}
    return new_encoder(settings.model, leaf_size(settings, input_size), settings.size, **options)


def check_recipe(settings: Settings) -> None:
    """Validate that the encoder supports these settings, and that its weights and states fit into memory.

    Raises:
        InputError: if it does not, or its weights, or the states of 1,000 nodes, are more than `MOST_NUMBERS`.
    """
    with torch.random.fork_rng(devices=[]):
        _check_memory(settings)
        make_encoder(settings, settings.word_size)


def _check_memory(settings: Settings) -> None:
    with torch.device("meta"):
        encoder = encoder_factory(settings.model)(leaf_size(settings, settings.word_size), settings.size)
    weights = sum(parameter.numel() for parameter in encoder.parameters())
    states = 1000 * max(getattr(module, "state_size", 0) for module in encoder.modules())
    if max(weights, states) > MOST_NUMBERS:
        raise InputError(
            f"{argument('size')} {settings.size}: {settings.model} would have {weights:,} weights, and {states:,} "
            f"numbers as the states of 1,000 nodes; at most {MOST_NUMBERS:,} are permitted; choose a smaller one"
        )


@checked
def match_parameters(
    settings: Settings,
    reference: Settings,
    input_size: Count,
    make_head: MakeHead,
    *,
    reference_input_size: Count | None = None,
) -> Settings:
    """Choose `size` so that the number of parameters, without word vectors, is closest to that of a reference.

    A network that is smaller at every size keeps its own.

    Args:
        settings: the settings of the network whose size is chosen.
        reference: the settings of the reference network.
        input_size: the width of the word vectors, without contextual vectors.
        make_head: makes the head: `Task.make_head`.
        reference_input_size: the width of the reference's word vectors (default: None, `input_size`).
    """

    def count(of: Settings, width: int, size: int) -> int:
        modules = without_weights(replace(of, size=size), width, make_head).values()
        return sum(parameter.numel() for module in modules for parameter in module.parameters())

    wanted = count(reference, leaf_size(reference, reference_input_size or input_size), reference.size)
    count_at, low, high = partial(count, settings, leaf_size(settings, input_size)), 1, 2
    while count_at(high) < wanted:
        low, high = high, 2 * high
        if high > _WIDEST:
            return settings
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if count_at(middle) <= wanted else (low, middle)
    return replace(settings, size=min((low, high), key=lambda size: abs(count_at(size) - wanted)))


def without_weights(settings: Settings, leaf_size: int, make_head: MakeHead) -> dict[str, nn.Module]:
    """Build the encoder and the head of a recipe on the device `meta`, without allocating weights."""
    with torch.device("meta"):
        return {"encoder": encoder_factory(settings.model)(leaf_size, settings.size), "head": make_head(settings)}
