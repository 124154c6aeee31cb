"""`config.json` of saved parsers."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from treenn.trees.atomic_writing import write_text
from treenn.trees.errors import InputError
from treenn.trees.json_values import Kind, check_object, read_object


def write_config(folder: Path, kind: str, version: int, config: Mapping[str, Any]) -> None:
    """Write the `config.json` of a parser."""
    text = json.dumps({"format": version, "parser": kind, **config}, indent=2)
    write_text(folder / "config.json", text + "\n")


def read_config(folder: Path, kind: str, version: int, keys: Mapping[str, Kind]) -> dict[str, Any]:
    """Read the `config.json` of a saved parser.

    Args:
        folder: the parser's folder.
        kind: the required kind of parser.
        version: the required version of the folder format.
        keys: the other required keys, with the types of their values.

    Raises:
        InputError: if the folder holds another kind of parser or another format, or a key is missing.
    """
    path = folder / "config.json"
    config = read_object(path)
    if config.get("parser") != kind:
        raise InputError(f"this folder holds a parser of kind {config.get('parser')!r}, not {kind!r}", source=path)
    if config.get("format") != version:
        raise InputError(f"this parser's format is {config.get('format')}; must be {version}", source=path)
    check_object(config, keys, path)
    return config


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Convert errors raised by malformed content into an `InputError` that names the file."""
    try:
        yield
    except InputError as error:
        raise error if error.source is not None else InputError(error.message, source=path) from error
    except (AttributeError, LookupError, OverflowError, RuntimeError, TypeError, ValueError) as error:
        reason = f"{type(error).__name__}: {error}".split("\n")[0]
        raise InputError(f"this parser is malformed: {reason}", source=path) from error
