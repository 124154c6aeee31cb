"""Reading and writing of `dataset.toml`, whose keys are the fields of `DatasetSpec`."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Collection
from dataclasses import fields, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from treebanks.own_data.spec import DatasetSpec
from treenn.trees.arguments import check, field_hints
from treenn.trees.atomic_writing import write_text
from treenn.trees.errors import InputError, argument
from treenn.trees.files import read_regular, read_toml

FILE = "dataset.toml"
"""The name of the file in the folder of a data set."""

_FOLDER = re.compile(r"\.|[^:]*[/\\]")  # the start of a folder among the values of `trees`
_PARSER = re.compile(r"[^/\\]*")


FIELDS = tuple(field.name for field in fields(DatasetSpec))
"""The names of all fields, for complete specifications."""


def with_file(spec: DatasetSpec, source: Path, given: Collection[str] | None = None) -> DatasetSpec:
    """A specification with the values of `dataset.toml` for the other fields.

    Args:
        spec: the specification.
        source: the folder of the data set; files have no `dataset.toml`.
        given: the fields of `spec` that override the file (default: None, those that differ from their defaults). With
            `FIELDS`, the file is not read.

    Raises:
        InputError: if the file is malformed (`read_spec`), or its values contradict those of `spec`.
    """
    if set(FIELDS).issubset(given or ()) or not source.is_dir() or not (source / FILE).exists():
        return spec
    overriding = _values(spec) if given is None else {name: getattr(spec, name) for name in given}
    return replace(read_spec(source), **overriding)


def read_spec(folder: Path) -> DatasetSpec:
    """Read the `dataset.toml` of a folder.

    A folder of a parser, the value of `trees`, contains a slash, as in `./parser`. It is relative to the folder of the
    data set, and must be inside of it.

    Raises:
        InputError: if the file is missing or not TOML, a key is unknown, or a value is of another type or out of range;
            the message has the line of the key.
    """
    path = folder / FILE
    values, hints = read_toml(path), field_hints(DatasetSpec)
    for key, value in values.items():
        try:
            if key not in hints:
                raise InputError(_unknown(key, list(hints)))
            values[key] = _folder_of_parser(folder, value) if key == "trees" else check(key, value, hints[key])
        except InputError as error:
            raise InputError(error.message, source=path, line=_line_of(path, key)) from None
    try:
        return DatasetSpec(**values)
    except InputError as error:
        key = re.split(r"\W", error.message, maxsplit=1)[0]
        raise InputError(error.message, source=path, line=_line_of(path, key)) from None


def format_spec(spec: DatasetSpec) -> str:
    """Format a specification as TOML, without the fields that have their default.

    >>> print(format_spec(DatasetSpec(form="csv", classes=("bad", "good"), split_seed=7)), end="")
    form = "csv"
    split_seed = 7
    classes = ["bad", "good"]
    """
    return "".join(f"{name} = {_toml(value)}\n" for name, value in _values(spec).items())


def write_spec(folder: Path, text: str, *, overwrite: bool = False) -> Path:
    """Write the `dataset.toml` of a folder, atomically.

    Args:
        folder: the folder of the data set.
        text: the TOML, as `describe_dataset` returns it.
        overwrite: whether to replace an existing file (default: False).

    Returns:
        The path of the file.

    Raises:
        InputError: if the file exists and `overwrite` is False, or it cannot be written.
    """
    path = folder / FILE
    if not folder.is_dir():
        raise InputError("this is not a folder; must be the folder of a data set", source=folder)
    if os.path.lexists(path) and not overwrite:
        raise InputError(f"this file exists; pass {argument('overwrite', True)} to replace it", source=path)
    write_text(path, text)
    return path


def toml_string(text: str) -> str:
    """Format a text as a basic string of TOML, on one line.

    >>> toml_string('say "x"\\n')
    '"say \\\\"x\\\\"\\\\n"'
    """
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _values(spec: DatasetSpec) -> dict[str, Any]:
    """The fields that do not have their default."""
    return {each.name: getattr(spec, each.name) for each in fields(spec) if getattr(spec, each.name) != each.default}


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return toml_string(value)
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_toml, value))}]"
    return repr(value)


def _unknown(key: str, known: list[str]) -> str:
    close = get_close_matches(key, known, n=1)
    suggestion = f"did you mean {close[0]}?" if close else f"the keys are {', '.join(known)}"
    return f"{toml_string(key)}: no such key; {suggestion}"


def _folder_of_parser(folder: Path, value: Any) -> str:
    """The value of `trees`: the name of a parser, or the path of a folder inside of the data set.

    Raises:
        InputError: if the folder is outside of the data set, which may be untrusted.
    """
    name = str(check("trees", value, str))
    if not _FOLDER.match(name):
        if not _PARSER.fullmatch(name):
            raise InputError(f"trees {name!r}: must be a name without slashes after the colon")
        return name
    path = folder / name
    try:
        inside = path.resolve().is_relative_to(folder.resolve())
    except (OSError, ValueError) as error:  # a loop of links, or a zero byte
        raise InputError(f"trees {name!r}: {error}") from error
    if not inside:
        raise InputError(f"trees {name!r}: must be a folder inside of {folder}, such as ./parser")
    return str(path)


def _line_of(path: Path, key: str) -> int | None:
    """The line of a key; None if it is written in an unusual way."""
    pattern = re.compile(rf"\s*(?:\[\s*)?([\"']?){re.escape(key)}\1\s*[=.\]]")
    lines = read_regular(path).split("\n")
    return next((number for number, line in enumerate(lines, start=1) if pattern.match(line)), None)


def relative_trees(trees: str, folder: Path) -> str:
    """The value of `trees` for the `dataset.toml` of a folder.

    Raises:
        InputError: if it is the path of a folder outside of the data set.
    """
    if not _FOLDER.match(trees):
        return trees
    inner, outer = Path(trees).resolve(), folder.resolve()
    if not inner.is_relative_to(outer):
        raise InputError(f"{argument('trees')} {trees}: must be inside of {folder} to be recorded in {FILE}")
    return f"./{inner.relative_to(outer).as_posix()}"
