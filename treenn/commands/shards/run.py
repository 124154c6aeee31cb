"""`run_corpus`: the rows of a corpus, chunk by chunk, by worker processes or on a cluster."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import asdict, dataclass, field
from functools import partial
from hashlib import sha256
from importlib.metadata import version
from itertools import islice
from json import dumps, loads
from typing import BinaryIO

import torch

from treenn.commands.shards.corpus import Corpus
from treenn.commands.shards.journal import Done, Header, Journal, hash_rows
from treenn.commands.shards.parquet_output import write_parquet
from treenn.commands.shards.shard import CHUNK, Shard
from treenn.commands.shards.target import READY, Target
from treenn.commands.shards.transform import Transform
from treenn.commands.text_input import Line
from treenn.experiment.cluster import dask_cluster
from treenn.experiment.workers import one_thread, run_side_by_side
from treenn.runtime.environment import safe_path
from treenn.runtime.progress import Progress, ignore
from treenn.trees.errors import InputError, argument
from treenn.trees.json_records import from_json


@dataclass(frozen=True)
class Workers:
    """The processes that compute chunks.

    Args:
        jobs: the number of worker processes; 1 is this process (default: 1).
        dask: the address of a Dask scheduler, instead of worker processes (default: None).
    """

    jobs: int = 1
    dask: str | None = None

    def context(self) -> AbstractContextManager[None]:
        """The context in which calls are distributed."""
        return nullcontext() if self.dask is None else dask_cluster(self.dask)


def run_corpus(
    corpus: Corpus,
    transform: Transform,
    target: Target,
    *,
    shard: Shard | None = None,
    workers: Workers = Workers(),
    overwrite: bool = False,
    progress: Progress = ignore,
) -> Mapping[str, int]:
    """Write the rows of a corpus or of one of its shards, in order. An interrupted run is resumed.

    The output has the same bytes after any interruption and with any workers. The shards together have those of the
    whole.

    Args:
        corpus: the texts.
        transform: the computation.
        target: the output file.
        shard: the shard (default: None, the whole corpus).
        workers: the processes that compute chunks (default: this process).
        overwrite: whether to restart an earlier run (default: False).
        progress: called with the numbers of finished records and of all records (default: no report).

    Returns:
        The number of records as `records`, and the sums of the notes of transforms.

    Raises:
        InputError: if a record is malformed (the message names the file and the line); as `Target.opened`.
    """
    first, last = (0, None) if shard is None else shard.records(sum(corpus.counts))
    hashes = {"treenn": version("treenn"), "torch": torch.__version__, **transform.hashes()}
    header = Header(transform.COMMAND, transform.options, hashes, first, last)
    with target.opened(header, overwrite=overwrite, resumable=not corpus.is_typed) as journal:
        chunks = _Chunks(corpus, journal)
        _Run(transform, target, journal, chunks, progress).execute(workers)
        return {"records": chunks.records, **journal.notes()}


@dataclass
class Result:
    """The result of a chunk, from a worker process.

    Args:
        chunk: the number of the chunk in its run, from 0.
        input: the hash of its records.
        records: their number.
        rows: the rows (default: none).
        notes: the notes of the transform (default: none).
        error: the error of a record (default: None).
    """

    chunk: int
    input: str
    records: int
    rows: bytes = b""
    notes: Mapping[str, int] = field(default_factory=dict)
    error: InputError | None = None


def compute(transform: Transform, chunk: int, digest: str, lines: list[Line]) -> Result:
    """Compute the rows of a chunk in this process, with one thread."""
    notes = Counter[str]()
    try:
        with one_thread():
            rows = "".join(transform.rows(lines, notes)).encode()
    except InputError as error:
        return Result(chunk, digest, len(lines), error=error)
    return Result(chunk, digest, len(lines), rows, {name: count for name, count in notes.items() if count})


class _Chunks:
    """The chunks of a run: finished ones are validated, the others yielded.

    An error of the input ends the iteration and is kept, since joblib iterates in its own threads.
    """

    def __init__(self, corpus: Corpus, journal: Journal) -> None:
        self.corpus, self.header, self.journal = corpus, journal.header, journal
        self.records = 0
        self.error: InputError | None = None

    def __iter__(self) -> Iterator[tuple[int, str, list[Line]]]:
        done = list(self.journal.done)
        try:
            for chunk, lines in enumerate(self._read()):
                digest = _digest(lines)
                self.records += len(lines)
                if chunk >= len(done):
                    yield chunk, digest, lines
                elif done[chunk].input != digest:
                    raise self.changed(lines[0])
            if self.records <= CHUNK * (len(done) - 1):
                raise self.changed(None)
        except InputError as error:
            self.error = error

    def _read(self) -> Iterator[list[Line]]:
        records = self.corpus.read(self.header.first, self.header.last)
        while lines := list(islice(records, CHUNK)):
            yield lines

    def total(self) -> int | None:
        """The number of records, possibly an estimate; None if unknown."""
        if self.header.last is not None:
            return self.header.last - self.header.first
        return self.corpus.estimate()

    def changed(self, line: Line | None) -> InputError:
        """The error for a changed record of a finished chunk, or for a missing one (None)."""
        where = "the end of the input" if line is None else f"one of the {CHUNK} records from {line.place} on"
        remedy = f"restore the input, or restart with {argument('overwrite', True)}"
        return InputError(f"{where} has changed since its rows were written; {remedy}", source=self.journal.path)


class _Run:
    """The rows of a run, appended in order of its chunks, which end in any order."""

    def __init__(
        self, transform: Transform, target: Target, journal: Journal, chunks: _Chunks, progress: Progress
    ) -> None:
        self.transform, self.target, self.journal, self.chunks = transform, target, journal, chunks
        self.progress, self.total = progress, chunks.total()
        self.records = sum(done.records for done in journal.done)
        self.early = set[int]()  # chunks in files of their own
        self.errors: dict[int, InputError] = {}

    def execute(self, workers: Workers) -> None:
        """Compute all chunks that are not done, and write the output file."""
        if self.journal.finished is not None:
            self._validate()
            return
        with self.target.rows.open("ab") as file, workers.context(), safe_path():
            file.truncate(self.journal.end)
            calls = ((self.transform, *chunk) for chunk in self.chunks if not self._is_early(*chunk[:2]))
            jobs = None if workers.dask else workers.jobs
            run_side_by_side(compute, calls, jobs, partial(self._receive, file))
            self._append_early(file)
        if self.chunks.error is not None:
            raise self.chunks.error
        if self.transform.form == "parquet":
            write_parquet(self.target.rows, self.target.folder / READY, self.transform.schema())
        self.target.finish(self.journal)

    def _validate(self) -> None:
        """Validate that the input of a finished run is unchanged."""
        rest = next(iter(self.chunks), None)
        if rest is not None:
            raise self.chunks.changed(rest[2][0])
        if self.chunks.error is not None:
            raise self.chunks.error

    def _is_early(self, chunk: int, digest: str) -> bool:
        """True if a chunk ended before an earlier one, when the run was interrupted."""
        result = self._read_early(chunk)
        if result is None or result.input != digest:
            self.target.early(chunk).unlink(missing_ok=True)
            return False
        self.early.add(chunk)
        return True

    def _read_early(self, chunk: int) -> Result | None:
        """Read the file of a chunk; None if there is none, or none that is whole."""
        path = self.target.early(chunk)
        if not path.exists():
            return None
        first, _, rows = path.read_bytes().partition(b"\n")
        with suppress(InputError, ValueError):
            about = from_json(Done, loads(first), path)
            if about.output == hash_rows(rows):
                return Result(chunk, about.input, about.records, rows, about.notes)
        return None

    def _receive(self, file: BinaryIO, result: Result) -> None:
        """Append the rows of a chunk; those of a chunk after an unfinished one are stored in a file."""
        if result.error is not None:
            self.errors[result.chunk] = result.error
        elif result.chunk > len(self.journal.done):
            about = Done(result.input, result.records, 0, hash_rows(result.rows), result.notes)
            self.target.write_early(result.chunk, dumps(asdict(about)).encode() + b"\n" + result.rows)
            self.early.add(result.chunk)
        else:
            self._append(file, result)
        self._append_early(file)

    def _append_early(self, file: BinaryIO) -> None:
        while (chunk := len(self.journal.done)) in self.early:
            result = self._read_early(chunk)
            assert result is not None
            self._append(file, result)
            self.target.early(chunk).unlink()
        if chunk in self.errors:
            raise self.errors[chunk]

    def _append(self, file: BinaryIO, result: Result) -> None:
        file.write(result.rows)
        file.flush()
        end = self.journal.end + len(result.rows)
        self.journal.append(Done(result.input, result.records, end, hash_rows(result.rows), result.notes))
        self.records += result.records
        self.progress(self.records, max(self.records, self.total or 0), "")


def _digest(lines: list[Line]) -> str:
    """The hash of the texts and cells of records."""
    digest = sha256()
    for line in lines:
        digest.update(repr((line.text, *line.cells)).encode("utf-8", "backslashreplace"))
    return digest.hexdigest()
