"""Command line options from `Settings`: one per setting, under the settings' headings."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import Field, fields
from typing import Annotated, Any, Literal, TypeVar, get_args, get_origin, get_type_hints

import typer

from treenn.models.settings import Settings

Command = TypeVar("Command", bound=Callable[..., None])


def takes_settings(*, without: tuple[str, ...] = ()) -> Callable[[Command], Command]:
    """Add an option for every setting to a command, which receives them as its `**recipe`.

    Args:
        without: settings that the command decides itself (default: none).
    """

    def decorate(command: Command) -> Command:
        signature = inspect.signature(command, eval_str=True)
        own = [each for each in signature.parameters.values() if each.kind is not inspect.Parameter.VAR_KEYWORD]
        options = [_option(each) for each in fields(Settings) if each.name not in without]
        command.__signature__ = signature.replace(parameters=[*own, *options])  # type: ignore[attr-defined]
        return command

    return decorate


def _option(each: Field[Any]) -> inspect.Parameter:
    """A setting as a typer option; `Settings` validates its value."""
    type_ = get_type_hints(Settings)[each.name]  # without its constraints
    help, choices = each.metadata["help"], get_args(type_) if get_origin(type_) is Literal else ()
    if choices:
        help = f"{help.removesuffix('.')} ({', '.join(choices)})."
    info = typer.Option(help=help, rich_help_panel=each.metadata["group"], metavar="NAME" if choices else None)
    kind = Annotated[str if choices else type_, info]  # type: ignore[valid-type]
    return inspect.Parameter(each.name, inspect.Parameter.KEYWORD_ONLY, default=each.default, annotation=kind)
