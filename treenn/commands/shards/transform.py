"""Transforms: the rows of the output for a chunk of records, computed in any process."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from json import dumps
from pathlib import Path
from typing import Any, ClassVar, Literal

from treenn.commands.text_input import Line
from treenn.trees.file_hash import hash_files

Form = Literal["text", "jsonl", "parquet"]
"""The form of an output file: trees in brackets, JSON Lines, or Parquet."""

BLANK, DIVIDED = "without words", "with sentences divided at punctuation"
"""The notes on records without words and with sentences over the parser's limit."""

_CONFIGURED = ("config.json", "vocabulary.json", "model.safetensors", "grammar.json")


@dataclass(frozen=True, kw_only=True)
class Transform(ABC):
    """The computation of rows from records, which worker processes can import.

    Args:
        tokenized: the value of --tokenized (default: False).
        no_split: the value of --no-split (default: False).
        form: the form of the output (default: `"jsonl"`).
        keep: the columns that are copied (default: none).
    """

    COMMAND: ClassVar[str]
    """The command."""
    KEYS: ClassVar[tuple[str, ...]]
    """The keys of a row."""
    WITHOUT: ClassVar[tuple[str, ...]] = ()
    """The fields that do not decide the rows."""

    tokenized: bool = False
    no_split: bool = False
    form: Form = "jsonl"
    keep: tuple[str, ...] = ()

    @property
    def options(self) -> dict[str, Any]:
        """The options that decide the rows, as JSON values."""
        values = {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}
        return {name: value for name, value in values.items() if name not in self.WITHOUT}

    @abstractmethod
    def hashes(self) -> Mapping[str, str]:
        """The hashes of the files of models and parsers, by a noun."""

    @abstractmethod
    def schema(self) -> Any:
        """The schema of the output in Parquet."""

    @abstractmethod
    def rows(self, lines: Sequence[Line], notes: Counter[str]) -> Iterator[str]:
        """Yield the row of each record with its line break, of forms other than text as JSON, and count notes."""


def count_divided(notes: Counter[str], line: Line) -> None:
    """Count a record with a divided sentence."""
    notes[DIVIDED] += 1


def json_row(keep: tuple[str, ...], line: Line, value: Mapping[str, Any]) -> str:
    """A row as JSON: the copied columns of its record, and the value."""
    return dumps(dict(zip(keep, line.cells, strict=True)) | dict(value)) + "\n"


def hash_of(names: Sequence[str]) -> str:
    """The hash of the files of models or parsers in folders; of others, such as `right`, the hash of no file."""
    from treenn.models.saving import SHIPPED, model_folder
    from treenn.parsers.loading import parser_folder

    folders = [model_folder(name) if name == SHIPPED else parser_folder(name) for name in names]
    files = [Path(folder) / file for folder in folders if folder is not None for file in _CONFIGURED]
    return hash_files(file for file in files if file.is_file())
