"""Command line options from the fields of a dataclass, such as a parser's settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any, TypeVar, get_type_hints

from treenn.trees.errors import InputError, option

T = TypeVar("T")


def read_recipe(make: type[T], arguments: Sequence[str]) -> T:
    """Parse options such as `--batch-size 16` or `--batch-size=16` into a dataclass.

    Raises:
        InputError: if an option is no field (the message lists all, with defaults), or its value is missing or
            malformed.
    """
    kinds = get_type_hints(make)
    values: dict[str, Any] = {}
    left = [part for argument in arguments for part in _parts(argument)]
    while left:
        given = left.pop(0)
        name = given.removeprefix("--").replace("-", "_")
        if name not in kinds or given != option(name):
            known = ", ".join(f"{option(field.name)} {field.default}" for field in fields(make))  # type: ignore[arg-type]
            raise InputError(f"{given}: no such option; options and defaults: {known}")
        if not left:
            raise InputError(f"{given}: needs a value")
        values[name] = _value(given, left.pop(0), kinds[name])
    return make(**values)


def _parts(argument: str) -> list[str]:
    return argument.split("=", 1) if argument.startswith("--") else [argument]


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
