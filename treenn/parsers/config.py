"""What every parser's folder says of itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from treenn.trees.errors import InputError
from treenn.trees.files import read_json


def read_config(folder: Path, kind: str, version: int) -> dict[str, Any]:
    """The `config.json` of a saved parser.

    Raises:
        InputError: where the folder does not hold a parser of this kind, or one of another format.
    """
    path = folder / "config.json"
    config: dict[str, Any] = read_json(path)
    if config.get("parser") != kind:
        raise InputError(f"this folder holds a parser of kind {config.get('parser')!r}, not {kind!r}", source=path)
    if config.get("format") != version:
        raise InputError(f"this parser's format is {config.get('format')}, this treenn reads {version}", source=path)
    return config
