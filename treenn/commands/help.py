"""Formatting of `--help`: reflowed paragraphs and uniform metavars."""

from __future__ import annotations

import inspect
import re
from typing import Any

import typer

_VALUES = {"int": "N", "float": "X", "str": "TEXT", "Path": "PATH"}


def polish(command: Any, name: str = "treenn") -> None:
    """Reflow the help of a command and its subcommands, and set the metavars of values.

    The metavars are N (whole number), X (number), TEXT and PATH. Flags have none.

    Args:
        command: the command, as returned by `typer.main.get_command`.
        name: the name of the command (default: "treenn").
    """
    if command.help:
        paragraphs = inspect.cleandoc(command.help).split("\n\n")
        command.help = "\n\n".join(" ".join(paragraph.split("\n")) for paragraph in paragraphs)
    context = typer.Context(command, info_name=name)
    for parameter in command.get_params(context):
        if parameter.param_type_name == "argument":
            _name_argument(parameter, context)
        elif parameter.metavar is None and parameter.is_flag:
            parameter.metavar = ""
        elif parameter.metavar is None and (kind := re.fullmatch("<(.+)>", parameter.display_type(context))):
            parameter.metavar = _VALUES.get(kind[1])
    for below, each in getattr(command, "commands", {}).items():
        polish(each, below)


def _name_argument(argument: Any, context: typer.Context) -> None:
    """Format an argument as `DIR`, `[TEXT]` if optional, or `TEXT...` if repeatable, without its type."""
    argument.metavar = (argument.metavar or argument.name.upper()).strip("[].")
    usage = [re.sub("[{}]", "", piece) for piece in argument.get_usage_pieces(context)]
    argument.get_usage_pieces = lambda ctx: usage
    argument.display_type_rich = lambda ctx: None
