"""`Journal`: the finished chunks of a run, one JSON object per line, to resume from after any interruption."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from io import FileIO
from json import dumps, loads
from pathlib import Path
from typing import Any, BinaryIO

from treenn.commands.shards.shard import CHUNK
from treenn.trees.atomic_writing import write_text
from treenn.trees.errors import InputError, argument
from treenn.trees.files import read_regular
from treenn.trees.json_records import Schema, from_json

NAME = "journal.jsonl"


@dataclass(frozen=True)
class Header:
    """The first line of a journal: everything except the texts that determines the bytes of the output.

    Args:
        command: `parse` or `predict`.
        options: its options.
        versions: the versions of treenn and PyTorch, and the hash of the files of models and parsers.
        first: the number of the first record, from 0.
        last: the number of the record after the last; None if the run has no `--shard`, so the end is that of the file.
        chunk: the number of records per chunk.
    """

    command: str
    options: Mapping[str, object]
    versions: Mapping[str, str]
    first: int = 0
    last: int | None = None
    chunk: int = CHUNK

    @property
    def records(self) -> str:
        """The range of the records, for messages."""
        return f"{self.first} to {'the end' if self.last is None else self.last}"

    def check_same(self, now: Header, source: Path) -> None:
        """Validate that a run of another command line continues this one.

        Raises:
            InputError: if it would write other bytes.
        """
        remedy = f"restart with {argument('overwrite', True)}, or pass another {argument('out')}"
        if (self.command, self.chunk) != (now.command, now.chunk):
            raise InputError(f"this is a run of `treenn {self.command}`, not of this command; {remedy}", source=source)
        if (self.first, self.last) != (now.first, now.last):
            records = f"records {self.records}, not {now.records}"
            raise InputError(f"this run has {records}: another shard or number of records; {remedy}", source=source)
        for name in self.options.keys() | now.options.keys():
            before, value = self.options.get(name), now.options.get(name)
            if before != value:
                raise InputError(f"this run has {argument(name)} {before}, not {value}; {remedy}", source=source)
        for name in self.versions.keys() | now.versions.keys():
            before, value = self.versions.get(name), now.versions.get(name)
            if before != value:
                raise InputError(f"this run was started with {name} {before}, not {value}; {remedy}", source=source)


@dataclass(frozen=True)
class Done:
    """The line of a finished chunk.

    Args:
        input: the hash of its records.
        records: their number.
        end: the size of the rows up to its end, in bytes.
        output: the hash of its rows.
        notes: counts of records with something to report (default: none).
    """

    input: str
    records: int
    end: int
    output: str
    notes: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Finished:
    """The last line of the journal of a finished run: the size of the output file in bytes."""

    size: int


SCHEMA = Schema("treenn.corpus", 1, Header, "journal of `treenn parse` or `treenn predict` with --out")


class Journal:
    """The journal of a run, open for appending. An incomplete line at its end is removed.

    Args:
        folder: the folder of the run, which is locked.
        header: the header of this command line.
        rows: the file of rows, which need not exist. Chunks from the first one on whose rows differ from the journal,
            as after a power failure, are discarded.

    Raises:
        InputError: if the journal is malformed or of another run.
    """

    def __init__(self, folder: Path, header: Header, rows: Path) -> None:
        self.path, self.header = folder / NAME, header
        if not self.path.exists():
            write_text(self.path, dumps(SCHEMA.to_json(header)) + "\n")
        self.done: list[Done] = []
        self.finished: int | None = None
        whole = read_regular(self.path).rpartition("\n")[0]
        first, *others = whole.split("\n")
        SCHEMA.parse(_object(first, self.path, 1), self.path).check_same(header, self.path)
        kept = [first, *self._read(others, rows)]
        self._file: FileIO = self.path.open("r+b", buffering=0)
        self._file.truncate(sum(len(line.encode()) + 1 for line in kept))
        self._file.seek(0, os.SEEK_END)

    def _read(self, lines: list[str], rows: Path) -> Iterator[str]:
        """Read the lines after the header, and yield those to keep."""
        if lines and "size" in (last := _object(lines[-1], self.path, len(lines) + 1)):
            self.finished = from_json(Finished, last, self.path).size
        with nullcontext() if self.finished is not None or not rows.exists() else rows.open("rb") as file:
            for number, line in enumerate(lines, start=2):
                value = _object(line, self.path, number)
                if "size" not in value:
                    done = from_json(Done, value, self.path)
                    if self.finished is None and (file is None or _next_hash(file, done) != done.output):
                        return
                    self.done.append(done)
                yield line

    def append(self, line: Done | Finished) -> None:
        """Append a line. The kernel keeps it when the process is killed."""
        self._file.write(dumps(asdict(line)).encode() + b"\n")
        if isinstance(line, Done):
            self.done.append(line)
        else:
            self.finished = line.size

    @property
    def end(self) -> int:
        """The size of the rows of all finished chunks in bytes."""
        return self.done[-1].end if self.done else 0

    def notes(self) -> dict[str, int]:
        """The sums of the notes of all chunks."""
        sums: dict[str, int] = {}
        for done in self.done:
            for name, count in done.notes.items():
                sums[name] = sums.get(name, 0) + count
        return sums

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def hash_rows(rows: bytes) -> str:
    """The hash of the rows of a chunk."""
    return sha256(rows).hexdigest()


def _next_hash(file: BinaryIO, done: Done) -> str:
    """The hash of the next rows of a file, up to the end of a chunk."""
    return hash_rows(file.read(max(done.end - file.tell(), 0)))


def finished_size(path: Path) -> int | None:
    """The size of the output of a finished run of any header; None if the run is not finished.

    Raises:
        InputError: if the file is no journal.
    """
    lines = read_regular(path).split("\n")
    SCHEMA.parse(_object(lines[0], path, 1), path)
    last = _object(lines[-2], path, len(lines) - 1) if len(lines) > 2 else {}
    return from_json(Finished, last, path).size if "size" in last else None


def _object(line: str, source: Path, number: int) -> dict[str, Any]:
    try:
        value = loads(line)
    except (ValueError, RecursionError) as error:
        raise InputError(f"not JSON: {error}; this is no journal of a run", source=source, line=number) from error
    if not isinstance(value, dict):
        raise InputError("must be a JSON object; this is no journal of a run", source=source, line=number)
    return value
