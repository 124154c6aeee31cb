"""Command-line options from dataclasses of settings: for networks as typer options, for parsers by a reader."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import Field, fields, replace
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar, get_args, get_origin, get_type_hints

import typer

from treenn.commands.output import say
from treenn.models.settings import Settings
from treenn.trees.errors import InputError, option

if TYPE_CHECKING:
    from treebanks import AnyTreebank

Command = TypeVar("Command", bound=Callable[..., None])
T = TypeVar("T")


def takes_settings(
    *, without: tuple[str, ...] = (), defaults: Mapping[str, Any] | None = None
) -> Callable[[Command], Command]:
    """Add an option for every setting to a command, which receives them as its `**settings`.

    Args:
        without: settings that are not options of this command (default: none).
        defaults: the defaults of options that differ from those of `Settings` (default: none).
    """

    def decorate(command: Command) -> Command:
        signature = inspect.signature(command, eval_str=True)
        own = [each for each in signature.parameters.values() if each.kind is not inspect.Parameter.VAR_KEYWORD]
        options = [_option(each, defaults or {}) for each in fields(Settings) if each.name not in without]
        command.__signature__ = signature.replace(parameters=[*own, *options])  # type: ignore[attr-defined]
        return command

    return decorate


def _option(each: Field[Any], defaults: Mapping[str, Any]) -> inspect.Parameter:
    """Build the typer option of a setting, under its group's heading; `Settings` validates the value."""
    type_ = get_type_hints(Settings)[each.name]  # without its constraints
    help, choices = each.metadata["help"], get_args(type_) if get_origin(type_) is Literal else ()
    if choices:
        help = f"{help.removesuffix('.')} ({', '.join(choices)})."
    info = typer.Option(help=help, rich_help_panel=each.metadata["group"], metavar="NAME" if choices else None)
    kind = Annotated[str if choices else type_, info]  # type: ignore[valid-type]
    default = defaults.get(each.name, each.default)
    return inspect.Parameter(each.name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=kind)


MIN_STEPS = 1500
"""The minimum number of training steps on natural text if neither --epochs nor --min-steps is given."""


def with_step_floor(
    settings: Settings, treebank: AnyTreebank, given: Collection[str], searched: Collection[str] = ()
) -> Settings:
    """The settings of a command, with at least `MIN_STEPS` steps. More epochs are reported on standard error.

    Args:
        settings: the settings of the options.
        treebank: the treebank; for generated ones, the number of epochs is unchanged.
        given: the given options; with --epochs or --min-steps, the settings are unchanged.
        searched: the settings that a search draws; as `given` (default: none).
    """
    if treebank.synthetic or {"epochs", "min_steps"} & {*given, *searched}:
        return settings
    raised = replace(settings, min_steps=MIN_STEPS)
    epochs, examples = raised.for_examples(len(treebank.train)).epochs, len(treebank.train)
    if epochs > settings.epochs:
        say(f"{epochs} epochs: {MIN_STEPS:,} steps on {examples} examples; --epochs or --min-steps changes that")
    return raised


def read_settings(make: type[T], arguments: Sequence[str]) -> T:
    """Parse options such as `--batch-size 16` or `--batch-size=16` into a dataclass.

    Raises:
        InputError: if an option is no field (the message lists all, with defaults), or its value is missing or
            malformed.
    """
    kinds = get_type_hints(make)
    values: dict[str, Any] = {}
    remaining = [part for each in arguments for part in (each.split("=", 1) if each.startswith("--") else [each])]
    while remaining:
        given = remaining.pop(0)
        name = given.removeprefix("--").replace("-", "_")
        if name not in kinds or given != option(name):
            known = ", ".join(f"{option(field.name)} {field.default}" for field in fields(make))  # type: ignore[arg-type]
            raise InputError(f"{given}: no such option; options and defaults: {known}")
        if not remaining:
            raise InputError(f"{given}: must have a value")
        values[name] = _value(given, remaining.pop(0), kinds[name])
    return make(**values)


def _value(option: str, text: str, kind: Any) -> Any:
    if kind is bool:
        if text not in ("true", "false"):
            raise InputError(f"{option} {text}: must be true or false")
        return text == "true"
    if kind not in (int, float):
        return text
    try:
        return kind(text)
    except ValueError:
        raise InputError(f"{option} {text}: must be a {'whole ' if kind is int else ''}number") from None
