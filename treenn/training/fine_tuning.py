"""Fine-tuning: training from the weights of a trained model."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import torch
from torch import Tensor

from treenn.contextual import ContextualEncoder
from treenn.models.building import build
from treenn.models.network import Network
from treenn.models.saving import load_model
from treenn.models.settings import Settings, check_setting
from treenn.models.task import Task
from treenn.models.vectors import WordVectors
from treenn.models.vocabulary import Vocabulary
from treenn.training.run_results import InitialModel
from treenn.trees.arguments import AnyPath, checked
from treenn.trees.errors import InputError, argument

FIXED = (
    *("model", "size", "word_size", "pair_hidden_size", "contextual", "contextual_layers"),
    *("initialization", "forget_bias", "embedding_init_range", "spelling"),
)
"""The settings that are fixed by the trained model."""

RATES: Mapping[str, float] = {"learning_rate": 0.01, "embedding_learning_rate": 0.02}
"""The learning rates of fine-tuning."""


@dataclass(frozen=True, eq=False)
class Source:
    """The initial model of training, with its name in results: its folder, `sentiment`, or empty."""

    network: Network
    name: str = ""

    @classmethod
    def of(
        cls,
        init: Network | Source | AnyPath,
        contextual: str | Sequence[str] = (),
        trust: str | Sequence[str] = (),
    ) -> Source:
        """Build a source from a network or a model's folder. Arguments and errors are those of `load_model`."""
        if isinstance(init, Source):
            return init
        return cls(init) if isinstance(init, Network) else cls(load_model(init, contextual, trust), str(init))

    @property
    def fixed(self) -> dict[str, Any]:
        """The settings that are fixed by the model.

        Raises:
            InputError: if the network was built by hand, without settings.
        """
        settings = self.network.settings
        if settings is None:
            raise InputError(f"{argument('init')} has no settings: must be made by treenn.train or treenn.load_model")
        return {name: getattr(settings, name) for name in FIXED} | {"word_size": self.network.embedding.embedding_dim}

    def settings(self, given: Mapping[str, Any]) -> Settings:
        """The settings of fine-tuning: those fixed by the model, lower learning rates, and defaults.

        Args:
            given: other settings.

        Raises:
            InputError: if a given setting contradicts the model, does not exist, or has an invalid value.
        """
        for name, value in given.items():
            check_setting(name, value)
            if name in FIXED and value != self.fixed[name]:
                raise InputError(f"{argument(name)} {value}: the model of {argument('init')} has {self.fixed[name]}")
        trained = self.network.settings
        rate = {} if trained is None else {"contextual_learning_rate": trained.contextual_learning_rate}
        return Settings(**{**RATES, **rate, **given, **self.fixed})

    def complete(self, settings: Settings) -> Settings:
        """Replace default values by the settings that are fixed by the model.

        Raises:
            InputError: if a setting contradicts the model.
        """
        given = {field.name: getattr(settings, field.name) for field in fields(settings)}
        return self.settings(
            {name: value for name, value in given.items() if name not in FIXED or value != getattr(_DEFAULTS, name)}
        )

    def build(
        self, settings: Settings, task: Task, vocabulary: Vocabulary, vectors: Sequence[WordVectors]
    ) -> tuple[Network, InitialModel]:
        """Build a network with the weights of the model.

        New words are initialized with their pretrained vectors, or with the vector of an unknown word. The head is
        initialized by `head_rows`, or is new.

        Args:
            settings: the settings of `complete`.
            task: the task of the new network.
            vocabulary: the model's vocabulary, extended by `Vocabulary.extended`.
            vectors: pretrained word vectors, as wide as the model's.

        Raises:
            InputError: if the vectors have another width, or if a fine-tuned contextual encoder would be replaced.
        """
        source, width = self.network, sum(file.size for file in vectors)
        if vectors and width != settings.word_size:
            raise InputError(
                f"{argument('vectors')}: {width} numbers per word, but the model of {argument('init')} has "
                f"{settings.word_size}; must be the files that it was trained with, or none"
            )
        if isinstance(source.contextual, ContextualEncoder) and not settings.contextual_learning_rate:
            rate = argument("contextual_learning_rate")
            raise InputError(f"{rate} 0: the encoder of {argument('init')} was fine-tuned; must be more than 0")
        network = build(settings, task, vocabulary, vectors)
        network.encoder.load_state_dict(source.encoder.state_dict())
        if isinstance(source.contextual, ContextualEncoder) and isinstance(network.contextual, ContextualEncoder):
            network.contextual.load_state_dict(source.contextual.state_dict())
        if source.spelling is not None and network.spelling is not None:
            network.spelling.load_state_dict(source.spelling.state_dict())
        _copy_vectors(source, network, vectors)
        return network, InitialModel(self.name, _fingerprint(source), _copy_head(source, network))


_DEFAULTS = Settings()


@checked
def fine_tuning_settings(init: Network | AnyPath, **changes: Any) -> Settings:
    """The default settings of fine-tuning a model, with changes.

    Args:
        init: a network, a model's folder, or `sentiment`.
        changes: settings that differ from the defaults.

    Raises:
        InputError: if there is no model, or a change contradicts it.

    >>> fine_tuning_settings("sentiment", epochs=5).model
    'tree-lstm'
    """
    return Source.of(init).settings(changes)


def head_rows(source: Task, target: Task) -> list[list[int]] | None:
    """The source classes of each target class, whose weights are averaged; None for a new head.

    Classes are matched by name, or by position on ordinal scales of equal length. Two or three ordinal classes are
    matched with the lower, the middle and the upper classes of a longer ordinal scale.
    """
    if source.classes is None or target.classes is None:
        return None
    count, wanted = len(source.classes), len(target.classes)
    ordinal = source.scale == target.scale == "ordinal"
    if {*target.classes} <= {*source.classes} and (count == wanted or not ordinal):
        return [[source.classes.index(name)] for name in target.classes]
    if not ordinal:
        return None
    if count == wanted:
        return [[label] for label in range(count)]
    if wanted not in (2, 3) or wanted > count or (wanted == 3 and count % 2 == 0):
        return None
    lower, upper = list(range(count // 2)), list(range(count - count // 2, count))
    return [lower, upper] if wanted == 2 else [lower, [count // 2], upper]


def _copy_vectors(source: Network, network: Network, vectors: Sequence[WordVectors]) -> None:
    known, trained = len(source.vocabulary), source.embedding.weight.detach()
    table = network.embedding.weight.detach()
    for index, word in enumerate(network.vocabulary.words[known:], start=known):
        if not any(word in file for file in vectors):
            table[index] = trained[0]
            if source.spelling is not None:
                table[index] += source.spelling([word]).detach()[0]
    table[:known] = trained


def _copy_head(source: Network, network: Network) -> str:
    """Copy the weights of matched classes, and return the origin of the head."""
    rows, old, new = head_rows(source.task, network.task), source.head.state_dict(), network.head.state_dict()
    if rows is None and not (source.classes is network.classes is None and source.task.name == network.task.name):
        return "new"
    if rows is not None:
        old = {name: _mean_rows(value, rows) if name.startswith("linear.") else value for name, value in old.items()}
    if type(source.head) is not type(network.head) or _shapes(old) != _shapes(new):
        return "new"
    network.head.load_state_dict(old)
    return "averaged" if rows is not None and any(len(each) > 1 for each in rows) else "copied"


def _mean_rows(weights: Tensor, rows: Sequence[Sequence[int]]) -> Tensor:
    """Shape: `(k, ...)` to `(len(rows), ...)`."""
    return torch.stack([weights[list(each)].mean(dim=0) for each in rows])


def _shapes(weights: Mapping[str, Tensor]) -> dict[str, torch.Size]:
    return {name: value.shape for name, value in weights.items()}


def _fingerprint(network: Network) -> str:
    """The SHA-256 of a model's words and weights."""
    sha = hashlib.sha256("\n".join(network.vocabulary.words).encode("utf-8", "surrogatepass"))
    for tensor in network.state_dict().values():
        sha.update(tensor.cpu().numpy().tobytes())
    return sha.hexdigest()
