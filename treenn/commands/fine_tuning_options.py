"""The option --init: the initial model, and the settings of fine-tuning."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields
from typing import TYPE_CHECKING

import typer

from treenn.commands import options
from treenn.commands.output import say
from treenn.models.settings import Settings
from treenn.trees.errors import InputError

if TYPE_CHECKING:
    from treenn.models.vectors import WordVectors
    from treenn.training.fine_tuning import Source


def initial_model(context: typer.Context, init: str) -> Source:
    """Load the model of --init, with the encoders and modules that --contextual and --trust-module permit.

    Raises:
        InputError: if there is no such model, its encoder or a module is not permitted, or --recipe is also given.
    """
    from treenn.training.fine_tuning import Source

    given = options.given(context)
    if "recipe" in given:
        raise InputError("--init: cannot be combined with --recipe, which starts from random weights")
    contextual = [context.params["contextual"]] if "contextual" in given else []
    return Source.of(init, contextual, context.params["trust_module"])


def fine_tuning(context: typer.Context, source: Source) -> Settings:
    """The settings: those of the given options, then those of the model, then the defaults of fine-tuning.

    Raises:
        InputError: if an option contradicts the model.
    """
    names = {field.name for field in fields(Settings)}
    return source.settings({name: context.params[name] for name in options.given(context) if name in names})


def fitting(source: Source, files: list[WordVectors], given: Collection[str]) -> list[WordVectors]:
    """The word vectors for new words; none, with a message, if the default ones are not as wide as the model's."""
    width, size = sum(file.size for file in files), source.network.embedding.embedding_dim
    if not files or width == size or "vectors" in given:
        return files
    say(f"no word vectors: those here have {width} numbers per word, those of the model {size}")
    return []
