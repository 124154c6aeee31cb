"""`SettingParameters`: the settings of training as parameters of scikit-learn estimators."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, fields
from functools import cache
from numbers import Real
from typing import Annotated, Any, Literal, get_args, get_origin

from treenn.models.settings import Settings
from treenn.trees.annotation_types import options
from treenn.trees.arguments import field_hints

NO_PARAMETERS = (
    *("seed", "checkpoint", "class_weights", "distill_weight"),
    *("vocabulary_size", "output_layer", "precision"),
    *("source_units", "target_units", "attention", "label_smoothing"),
)
"""Settings that are not parameters: those determined by `random_state`, `early_stopping` and `class_weight`, that of
distillation, which the estimators do not offer, and those of models that generate sentences."""


@dataclass(eq=False, repr=False)
class SettingParameters:
    """The settings of `treenn.Settings` but `NO_PARAMETERS`, as parameters of the same names and types.

    A dataclass has an explicit constructor signature, which scikit-learn inspects. As scikit-learn requires, the
    constructor neither validates nor converts.
    """

    model: str = "tree-lstm"
    _: KW_ONLY
    size: int = 150
    word_size: int = 150
    embedding_init_range: float = 0.05
    frequent_words: int | None = 20_000
    spelling: int = 0
    unknown_vector: Literal["trained", "neutral"] = "trained"
    pair_hidden_size: int = 50
    contextual: str | None = None
    contextual_layers: str = "4,6"
    initialization: Literal["default", "orthogonal", "identity", "xavier"] = "default"
    forget_bias: float | None = None
    supervision: Literal["nodes", "roots", "spans"] = "nodes"
    root_weight: float = 1.0
    restarts: int = 1
    epochs: int = 10
    min_steps: int = 1500
    patience: int | None = None
    batch_size: int = 25
    ema_decay: float = 0.0
    optimizer: Literal["adagrad", "adadelta", "adam", "adamw"] = "adagrad"
    learning_rate: float = 0.05
    embedding_optimizer: Literal["sgd", "same"] = "sgd"
    embedding_learning_rate: float = 0.1
    contextual_learning_rate: float = 0.0
    schedule: Literal["constant", "linear", "cosine"] = "constant"
    warmup: float = 0.0
    clip_norm: float | None = None
    clip_value: float | None = None
    tbptt_steps: int | None = None
    weight_decay: float = 1e-4
    dropout: float = 0.5
    embedding_dropout: float = 0.0
    cell_dropout: float = 0.0
    word_dropout: float = 0.0


@cache
def setting_names() -> tuple[str, ...]:
    """The names of the settings that are parameters."""
    return tuple(field.name for field in fields(Settings) if field.name not in NO_PARAMETERS)


def make_settings(values: Mapping[str, Any], **fixed: Any) -> Settings:
    """Build settings from values of parameters, with whole numbers of any type converted.

    Args:
        values: the settings by name; a search may yield 6.0 or a NumPy integer for 6.
        fixed: settings that are not parameters.

    Raises:
        InputError: if a value is of another type or out of range.

    >>> make_settings({"epochs": 6.0}, seed=1).epochs
    6
    """
    hints = field_hints(Settings)
    return Settings(**{name: _converted(value, hints[name]) for name, value in values.items()}, **fixed)


def _converted(value: Any, hint: Any) -> Any:
    """Convert an integral float to int, if the setting is an int."""
    kinds = {get_args(kind)[0] if get_origin(kind) is Annotated else kind for kind in options(hint)}
    is_whole = isinstance(value, Real) and not isinstance(value, bool) and float(value).is_integer()
    return int(value) if int in kinds and is_whole else value
