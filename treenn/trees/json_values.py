"""Reading of JSON objects with validated keys, and writing without NaN."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from treenn.trees.annotation_types import describe, fits
from treenn.trees.errors import InputError
from treenn.trees.files import read_json

Kind: TypeAlias = Any
"""A type for `treenn.trees.annotation_types.fits`: `int`, `str | None`, `list[str]`. `float` includes whole numbers."""

_NAMES: Mapping[Any, str] = {
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    list: "a list",
    tuple: "a list",
    Sequence: "a list",
    dict: "an object",
    Mapping: "an object",
    type(None): "null",
    object: "any value",
}
"""The names of JSON's types in error messages."""


def read_object(path: str | Path, keys: Mapping[str, Kind] | None = None) -> dict[str, Any]:
    """Read a JSON file that contains an object.

    Args:
        path: the file.
        keys: the required keys, with the types of their values (default: none).

    Raises:
        InputError: as `read_json`, and as `check_object`.
    """
    value = read_json(path)
    check_object(value, keys or {}, path)
    return dict(value)


def check_object(value: Any, keys: Mapping[str, Kind], source: str | Path, where: str = "") -> None:
    """Validate that a value of a JSON file is an object with these keys.

    Args:
        value: the value.
        keys: the required keys, with the types of their values; other keys are ignored.
        source: the file, for messages.
        where: the value's path in the file, such as `tasks[0]` (default: `""`, the top level).

    Raises:
        InputError: if the value is no object, a key is missing, or its value is of another type. The message names the
            file and the key.
    """
    if not isinstance(value, dict):
        raise not_an_object(value, source, where)
    for key, kind in keys.items():
        name = f"{where}.{key}" if where else key
        if key not in value:
            raise missing_key(name, kind, source)
        if not fits(value[key], kind, finite=False):
            raise wrong_type(name, value[key], kind, source)


def read_words(path: str | Path) -> list[str]:
    """Read a JSON file that contains a list of texts, such as `vocabulary.json`.

    Raises:
        InputError: as `read_json`, and if the file contains anything else.
    """
    words = read_json(path)
    if not fits(words, list[str], finite=False):
        problem = f"this file holds {_described(words)}; it must be {describe(list[str], _NAMES)}"
        raise InputError(problem, source=path)
    return list(words)


def dump_json(value: Any, *, indent: int | None = None, compact: bool = False, ensure_ascii: bool = True) -> str:
    """Format a value as JSON. NaN and infinities, which JSON does not support, become `null`.

    Args:
        value: a value that `json.dumps` accepts.
        indent: the indentation of nested values (default: None, one line).
        compact: whether to omit the spaces after commas and colons (default: False).
        ensure_ascii: whether to escape non-ASCII characters (default: True).

    >>> dump_json({"loss": float("nan"), "best": (1, float("inf"))})
    '{"loss": null, "best": [1, null]}'
    """
    how: dict[str, Any] = {"indent": indent, "ensure_ascii": ensure_ascii, "allow_nan": False}
    if compact:
        how["separators"] = (",", ":")
    try:
        return json.dumps(value, **how)
    except ValueError:
        return json.dumps(_finite(value), **how)


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_finite(item) for item in value]
    return value


def not_an_object(value: object, source: str | Path, where: str = "") -> InputError:
    """The error for a value that is no JSON object."""
    return InputError(f"{where or 'this file'} holds {_described(value)}; it must be a JSON object", source=source)


def missing_key(name: str, kind: Kind, source: str | Path) -> InputError:
    """The error for a missing key."""
    return InputError(f"the key {name!r} is missing; it must be {describe(kind, _NAMES)}", source=source)


def wrong_type(name: str, value: object, kind: Kind, source: str | Path) -> InputError:
    """The error for a value of another type."""
    return InputError(f"{name!r} is {_described(value)}; it must be {describe(kind, _NAMES)}", source=source)


def _described(value: object) -> str:
    """The description of a value in an error message: its repr if short, otherwise its type."""
    text = json.dumps(value) if not isinstance(value, (dict, list)) or not value else ""
    return text if 0 < len(text) <= 40 else _NAMES[type(value)]
