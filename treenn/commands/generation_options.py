"""Options that language models and translation models share: --resume, and the settings that apply to neither."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Annotated, Any

import typer

from treenn.models.settings import Settings, option
from treenn.trees.errors import InputError

if TYPE_CHECKING:
    from treenn.commands.dataset_options import Data

NOT_OF_GENERATION = (
    *("frequent_words", "spelling", "unknown_vector", "pair_hidden_size", "contextual", "contextual_layers"),
    *("supervision", "root_weight", "class_weights", "distill_weight", "min_steps", "contextual_learning_rate"),
)
"""The settings that do not apply to models that generate sentences."""

Resume = Annotated[
    bool, typer.Option("--resume", help="Resume the run in --out with its options; a finished run is kept.")
]


def given_settings(values: Mapping[str, Any], given: Collection[str]) -> dict[str, Any]:
    """The settings that are given.

    Args:
        values: the settings of the options.
        given: the given options.
    """
    return {each.name: values[each.name] for each in fields(Settings) if each.name in given and each.name in values}


def check_data_options(data: Data, task: str, allowed: Collection[str]) -> None:
    """Validate that no option of other data is given.

    Args:
        data: the data of the options.
        task: the value of --task.
        allowed: the options of data that apply to the task.

    Raises:
        InputError: if one is.
    """
    if others := sorted(data.given - {*allowed}):
        raise InputError(f"{option(others[0])}: cannot be combined with --task {task}")
